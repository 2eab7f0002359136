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
        click.echo(f"verified: {checked} citations of {len(answers)} answers stand in the source as quoted")
    return 1 if wrong else 0
