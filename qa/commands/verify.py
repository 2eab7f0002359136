"""The command `verify`."""

import click

from qa.commands.opening import sources_or_default
from qa.commands.options import with_sources


@click.command()
@click.argument("answer")
@with_sources
def verify(answer: str, sources: tuple[str, ...]) -> int:
    """Check the citations of exported answers (a file, or - for standard input) against the sources."""
    from qa.answer.verification import read_answers, verify_answers

    answers = read_answers(answer)
    wrong = verify_answers(answers, sources_or_default(sources))
    for line in wrong:
        click.echo(line)
    checked = sum(len(one.citations) + len(one.closest) for one in answers)
    if not wrong:
        stand = f"{_counted(checked, 'citation')} of {_counted(len(answers), 'answer')}"
        click.echo(f"verified: {stand} stand{'s' * (checked == 1)} in the source as quoted")
    return 1 if wrong else 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
