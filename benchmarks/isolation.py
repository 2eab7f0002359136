"""Whether a document answers alike in an index of its own and among others.

    python benchmarks/isolation.py [--data ../shared/data] [--questions 100]

The ten test articles of squad2_dev: each question is asked of its article in the index of all 25, and in an
index of that article alone.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.index import Index
from qa.answer.answerer import Answerer
from qa.evaluation.questions import load_questions
from qa.evaluation.splits import TEST_ARTICLES


def main() -> None:
    """Print how often the best guess is the same, and how far the confidence is apart."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path(__file__).parent.parent / "../shared/data")
    parser.add_argument("--questions", type=int, default=100, help="of each article, at most")
    arguments = parser.parse_args()
    folder = arguments.data / "squad2_dev"
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; name the question-answering data with --data")
    among = Answerer(Index.from_sources([folder / "documents.jsonl"]))
    asked = load_questions(folder / "questions.jsonl").questions
    same, apart, flipped = [], [], []
    with tempfile.TemporaryDirectory() as scratch:
        for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines():
            article = json.loads(line)["id"]
            if article not in TEST_ARTICLES:
                continue
            corpus = Path(scratch, "one.jsonl")
            corpus.write_text(line + "\n", encoding="utf-8")
            alone = Answerer(Index.from_sources([corpus], Path(scratch, f"index-{len(same)}")))
            for question in [q for q in asked if q.document_id == article][: arguments.questions]:
                one = alone.answer(question.question, threshold=0.0)
                other = among.answer(question.question, threshold=0.0, documents=[article])
                place = [(a.citations[0].start, a.short) for a in (one, other)]
                same.append(place[0] == place[1])
                apart.append(abs(one.confidence - other.confidence))
                bar = among.calibration.threshold
                flipped.append((one.confidence >= bar) != (other.confidence >= bar))
    print(
        f"{len(same)} questions: the same best guess for {np.mean(same):.3f}; confidence apart by "
        f"{np.mean(apart):.4f} on average, {np.quantile(apart, 0.95):.4f} at the 95th percentile; "
        f"answered by one and refused by the other {np.mean(flipped):.3f}"
    )


if __name__ == "__main__":
    main()
