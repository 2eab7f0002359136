"""Who is "you"? Questions put to those who wrote a document, and texts meant for the program itself.

    python benchmarks/addressed.py [--fast]

`addressed.tar.xz` holds 16 short documents and 304 texts about them, synthetic, written for this project
(Apache-2.0) without sight of how requests are told apart; nothing was fitted to them. Printed is what became
of each kind of text: "are you hiring" and the like, the same behind a greeting, and "are you a robot". "Told"
is the fixed line by which the program speaks for itself.
"""

import argparse
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

from index.index import Index
from qa.answer.answerer import Answerer
from qa.evaluation.metrics import is_right
from qa.evaluation.questions import Question, load_questions
from qa.messages import is_fixed
from qa.read.choice import FAST, SHIPPED, load_reader

PACKED = Path(__file__).with_suffix(".tar.xz")
COLUMNS = (
    "texts",
    "right and answered",
    "right and likely",
    "wrong or needless, answered",
    "likewise, likely",
)
REST = ("silent", "told")


def main() -> None:
    """Print a row for each kind of text."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fast", action="store_true", help="without the second reading")
    reader = load_reader(FAST if parser.parse_args().fast else SHIPPED)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(PACKED) as archive:
        archive.extractall(folder, filter="data")
        unpacked = Path(folder, "addressed")
        answerer = Answerer(Index.from_sources([unpacked / "documents.jsonl"]), reader=reader)
        questions = load_questions(unpacked / "questions.jsonl").questions
        print(f"| kind | {' | '.join((*COLUMNS, *REST))} |\n{'| --- ' * (len(COLUMNS) + 3)}|")
        kinds = dict.fromkeys((one.kind, one.answerable) for one in questions)
        for kind, answerable in kinds:
            some = [one for one in questions if (one.kind, one.answerable) == (kind, answerable)]
            found = Counter(outcome(one, answerer) for one in some)
            name = f"{kind}, {'answerable' if answerable else 'not answerable'}"
            cells = [len(some), *(found[column] for column in (*COLUMNS[1:], *REST))]
            print(f"| {name} | {' | '.join(map(str, cells))} |", flush=True)


def outcome(question: Question, answerer: Answerer) -> str:
    """The column that a question counts in."""
    answer = answerer.answer(question.question, documents=[str(question.document_id)])
    if is_fixed(answer.text):
        return "told"
    if answer.verdict == "silent":
        return "silent"
    right = any(is_right(one, question) for one in answer.citations)
    first = "right and" if right else "wrong or needless,"
    return (
        f"{first} answered" if answer.verdict == "answered" else ("right and likely" if right else COLUMNS[4])
    )


if __name__ == "__main__":
    main()
