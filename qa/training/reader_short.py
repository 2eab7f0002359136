"""Make the second part of the reader's training: the same examples in short passages.

    python -m qa.training.reader_short --work FOLDER --first FOLDER-OF-THE-FIRST-PART

The first part has hardly a short passage that does not answer, for its short ones are QAMR's: the reader
learnt that a short passage answers, and pointed at the shortest of an article. Here half of the examples are
cut to one to four sentences; a part of those with an answer are cut beside it, and so answer nothing.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from index.chunker import sentences
from qa.training.reader_data import Example, read, write

# The share of examples that are cut; of those with an answer, the share that is cut beside it.
_CUT, _BESIDE = 0.5, 0.4
_SENTENCES = (1, 2, 2, 3, 3, 4)
# Of the first part's stream, from its end: what it has seen least.
_LAST = 32_000


def main() -> None:
    """Write train.jsonl into the work folder, and the other files of the first part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--first", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    first: Path = arguments.first
    if not (first / "train.jsonl").is_file():
        sys.exit(f"{first / 'train.jsonl'}: missing; make it with qa.training.reader_data")
    arguments.work.mkdir(parents=True, exist_ok=True)
    shortened = shorten(read(first / "train.jsonl")[-_LAST:][::-1], random.Random(arguments.seed))
    write(arguments.work / "train.jsonl", shortened)
    for name in ("validation.jsonl", "test.jsonl"):
        (arguments.work / name).write_bytes((first / name).read_bytes())


def shorten(examples: Iterable[Example], chance: random.Random) -> Iterator[Example]:
    """The examples, some of them cut."""
    for example in examples:
        if chance.random() >= _CUT:
            yield example
        else:
            beside = bool(example.answers) and chance.random() < _BESIDE
            yield (cut_beside(example, chance) if beside else None) or cut(example, chance)


def cut(example: Example, chance: random.Random) -> Example:
    """The example in some sentences of its passage, those of its answer among them."""
    found = sentences(example.passage, 0, len(example.passage))
    held = [n for n, (start, end) in enumerate(found) if start < example.end and example.start < end]
    if example.answers and not held:
        return example
    first, last = (held[0], held[-1]) if held else [chance.randrange(len(found))] * 2
    size = chance.choice(_SENTENCES)
    while last - first + 1 < min(size, len(found)):
        before = first > 0 and (last == len(found) - 1 or chance.random() < 0.5)
        first, last = (first - 1, last) if before else (first, last + 1)
    return _within(example, found[first][0], found[last][1])


def cut_beside(example: Example, chance: random.Random) -> Example | None:
    """The question with sentences of its passage that do not hold an answer; None when there are none."""
    found = sentences(example.passage, 0, len(example.passage))
    size = chance.choice(_SENTENCES)
    windows = [(found[n][0], found[min(n + size, len(found)) - 1][1]) for n in range(len(found))]
    free = [
        (start, end)
        for start, end in windows
        if (end <= example.start or example.end <= start)
        and not any(gold.casefold() in example.passage[start:end].casefold() for gold in example.answers)
    ]
    if not free or example.start < 0:
        return None
    start, end = chance.choice(free)
    kind = f"{example.kind.split()[0]} near"
    return Example(kind, example.question, example.passage[start:end], -1, -1, ())


def _within(example: Example, start: int, end: int) -> Example:
    moved = example._replace(passage=example.passage[start:end])
    if example.start < 0:
        return moved
    return moved._replace(start=example.start - start, end=example.end - start)


if __name__ == "__main__":
    main()
