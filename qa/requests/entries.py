"""Choose the entries of a list or table that have a property: "Which projects were cancelled?".

A reader weighs one sentence at a time and does not see that lines are entries of one list. Here a question is
answered by the lines that hold its words, where each of its words either stands in most entries or before the
list, or tells some entries from the others.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from index.text.items import MARK
from index.text.terms import stems, words
from qa.language.function_words import is_content
from qa.language.numerals import numbers
from qa.read.faq import asks_for_question, is_question

_LINE = re.compile(r"[^\n]+")
_LABEL = r"[^:\n]{1,30}(?=:\s)"
_ITEM = re.compile(rf"\s*(?:{MARK}\s|\|)|(?P<label>{_LABEL})")
_RULE = re.compile(r"[\s|:\-+=]+")
_CHOOSING = re.compile(r"\s*(?:which|what|list|name)\b", re.IGNORECASE)
_FEWEST = 3
# Looking through the lists of a longer text would take longer than reading.
_LONGEST_TEXT = 300_000
_LONGEST_HEADING = 4
# A word that so many of the entries hold is what they are entries of.
_COMMON = 0.6
# Lines are speech from this share on of lines whose speaker speaks again.
_SPOKEN = 0.5


class Entry(NamedTuple):
    """An entry of a list: its range in the document, and the terms that it holds."""

    start: int
    end: int
    terms: frozenset[str]


class _List(NamedTuple):
    """A run of entries, the terms of the two lines before it, and those of its heading.

    A heading says what the entries are. A table has no such heading, since its words stand above its columns.
    """

    entries: tuple[Entry, ...]
    before: frozenset[str]
    heading: frozenset[str]


def chosen(text: str, question: str) -> list[Entry]:
    """The entries that a question asks for, in order; none where not every word of it tells."""
    if not _CHOOSING.match(question) or len(text) > _LONGEST_TEXT:
        return []
    said = words(question)
    content = [word for word in said if is_content(word)]
    # Where one word is not enough, the last one tells though it is one of grammar ("Which tasks are done?").
    asked = stems(content if len(content) > 1 else [*content, *said[-1:]])
    if len(set(asked)) < 2:
        return []
    found = [picked for one in _lists(text) if (picked := _picked(one, frozenset(asked), asked[0]))]
    if len(found) != 1:
        return []
    wants_question = asks_for_question(question)
    return [one for one in found[0] if wants_question or not is_question(text[one.start : one.end])]


def is_looked_up(text: str, entry: Entry, question: str) -> bool:
    """Whether a question names an entry by the label before its colon, and a number stands behind it.

    "How many trees are in Mill Road?" asks "Mill Road: 40 limes" what it says, and counts no entries.
    """
    line = text[entry.start : entry.end]
    item = _ITEM.match(line)
    if item is None or item["label"] is None or not numbers(line[item.end("label") :]):
        return False
    others = stems([word for word in words(question) if is_content(word)])[1:]
    return entry.terms.intersection(others) <= {*stems(words(item["label"]))}


def _picked(of: _List, asked: frozenset[str], head: str) -> list[Entry]:
    count = len(of.entries)
    holding = {term: sum(term in entry.terms for entry in of.entries) for term in asked}
    is_head = holding[head] >= _COMMON * count or head in of.heading
    # What the list is about as a whole tells none of its entries from the others.
    telling = {
        term for term, held in holding.items() if 0 < held < count and term != head and term not in of.before
    }
    told = {term for term, held in holding.items() if held} | of.before
    if not is_head or not telling or asked - told:
        return []
    return [entry for entry in of.entries if telling <= entry.terms]


@lru_cache(maxsize=16)
def _lists(text: str) -> list[_List]:
    """Runs of three lines or more that are entries."""
    lines = [line for line in _LINE.finditer(text) if line[0].strip()]
    found: list[_List] = []
    first = 0
    for at in range(len(lines) + 1):
        if at < len(lines) and _ITEM.match(lines[at][0]):
            continue
        run = [line for line in lines[first:at] if not _RULE.fullmatch(line[0])]
        if len(run) >= _FEWEST and not _is_speech([line[0] for line in run]):
            before = lines[max(0, first - 2) : first]
            terms = [_entry(line).terms for line in before]
            is_headed = before and len(before[-1][0].split()) <= _LONGEST_HEADING and "|" not in run[0][0]
            heading = terms[-1] if is_headed else frozenset[str]()
            found.append(_List(tuple(map(_entry, run)), frozenset[str]().union(*terms), heading))
        first = at + 1
    return found


def _is_speech(lines: Sequence[str]) -> bool:
    """Whether lines are what is said in turn: some labels come back after others, or a labelled line asks.

    The rows of a table, items with a mark, and a label that all lines have alike are no speech.
    """
    found = [item["label"] for line in lines if (item := _ITEM.match(line))]
    labels = [label.strip().casefold() for label in found if label]
    turns = [label for label, _ in groupby(labels)]
    often = Counter(turns)
    again = sum(often[label] > 1 for label in labels)
    asks = any(label and is_question(line) for label, line in zip(found, lines, strict=True))
    return len(labels) == len(lines) and (asks or again >= _SPOKEN * len(labels) > 0)


def _entry(line: re.Match[str]) -> Entry:
    text = line[0]
    start = line.start() + len(text) - len(text.lstrip())
    return Entry(start, line.start() + len(text.rstrip()), frozenset(stems(words(text))))
