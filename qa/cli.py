"""The command `quoth`. Standard output holds the result alone; all else goes to standard error.

All that is read from and written to a pipe, a file or a console is UTF-8, whatever the locale says.

Exit status: 0 for an answer and for a refusal, 1 when a check failed (`verify`, `evaluate --gate`), 2 for an
error, which is one line.
"""

import io
import sys
from collections.abc import Sequence

import click

from index.errors import IndexingError
from qa.commands.ask import ask
from qa.commands.chat import chat
from qa.commands.doctor import doctor
from qa.commands.evaluate import evaluate
from qa.commands.index import index
from qa.commands.search import search
from qa.commands.verify import verify
from qa.errors import QuestionAnsweringError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    _speak_utf8()
    try:
        status = quoth.main(args=arguments, prog_name="quoth", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _fail(_usage(error))
    except (IndexingError, QuestionAnsweringError) as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of our output left, as `head` does; nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _fail(
            f"{error.filename or ''}: {error.strerror or error}; check the path, its permissions and the disk"
        )
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _usage(error: click.ClickException) -> str:
    """What is wrong with a command line, and what to do: quote a question, or see the command's help."""
    message = error.format_message()
    if message.startswith("Got unexpected extra argument"):
        message += "; put what has spaces in it in quotes"
    context = getattr(error, "ctx", None)
    return f"{message} (try: {context.command_path if context else 'quoth'} --help)"


def _speak_utf8() -> None:
    """Have the standard streams be UTF-8; a lone surrogate, which a corpus may hold, is escaped as JSON."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _fail(message: str) -> None:
    click.echo(f"quoth: {' '.join(message.split())}", err=True)
    sys.exit(2)


@click.group(no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quoth")
def quoth() -> None:
    """Ask an article or a folder of documents; every answer quotes the source."""


for command in (ask, chat, doctor, evaluate, index, search, verify):
    quoth.add_command(command)


if __name__ == "__main__":
    main()
