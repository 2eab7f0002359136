"""Which documents a question means: by a file's name, its folders or its title.

A name is compared letter by letter without what separates its words, so that "report 2", "Report_2" and
"report2.pdf" are one. A name typed as only a file's can be is meant for sure. Where a question only shares
words with names, as of the thing that a manual is about, those documents are meant when no other text
holds the words.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from index.load.folders import SUFFIXES
from index.text.terms import stems, terms
from qa.language.function_words import counts, is_content

Holds = Callable[[str, Collection[str] | None], bool]

_TOKEN = re.compile(r"[^\W_]+")
# What may stand between the words of a name as people type it.
_BETWEEN = re.compile(r"[\s_.\-/\\’'()&+]*")
# "orderBeta" and "report2" have two words, "X200" is one.
_INNER = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z]{2})(?=\d)")
_FILE = re.compile(rf"(?<![\w.])[\w][\w .\-/]*?(?:{'|'.join(map(re.escape, SUFFIXES))})(?!\w)", re.IGNORECASE)
_CALLED = re.compile(
    r"(?:\b(?:the|my|our|your|this)\s+)?(?:\b(?:document|file)\s+)?(?:called\s+|named\s+)?[\"“'‘]?$"
)
_KIND_OF_TEXT = re.compile(r"^[\"”'’]?(?:\s+(?:document|file)\b)?", re.IGNORECASE)
_TWICE = re.compile(r"\bthis(?:\s+(?:(?:of|in|from)\s+)?this\b)+")
_LONGEST_NAME = 12
# Beyond so many documents names are not looked at: they would take seconds and say little.
MOST_DOCUMENTS = 20_000
_MOST_SEARCHED = 200


class Meant(NamedTuple):
    """The documents that a question means, and the question with "this" in place of their name.

    `is_sure` tells that a document was named as such, not only spoken of by words of its name. In `question`
    words that the documents' own texts hold have kept their place, in `bare` all of the name is gone.
    """

    documents: tuple[str, ...]
    question: str
    is_sure: bool
    bare: str


class _Found(NamedTuple):
    """A name in a question: its range there and the rows of its documents.

    `is_typed` tells that it is written as only a file's name is, `is_telling` that it is more than a word.
    """

    start: int
    end: int
    rows: frozenset[int]
    is_typed: bool
    is_telling: bool


class Titles:
    """The names of all documents of an index."""

    def __init__(self, ids: Sequence[str], titles: Sequence[str | None]) -> None:
        self._ids = ids
        self._rows: dict[str, set[int]] = defaultdict(set)
        self._held_by: dict[str, set[int]] = defaultdict(set)
        self._stems: list[frozenset[str]] = []
        self._terms: list[frozenset[str]] = []
        self._files: set[str] = set()
        self._codes: set[str] = set()
        if len(ids) > MOST_DOCUMENTS:
            return
        for row, (document_id, title) in enumerate(zip(ids, titles, strict=True)):
            names = list(_names(document_id))
            self._files.update(map(_squashed, names))
            self._codes.update(*map(_codes, names))
            for name in (*names, title or ""):
                for key in (_squashed(name), *_codes(name)):
                    if len(key) > 1:
                        self._rows[key].add(row)
            stem = _without_suffix(document_id).replace("_", " ")
            stems_held = frozenset(terms(_INNER.sub(" ", stem))) | frozenset(terms(stem))
            held = stems_held | frozenset(terms(_INNER.sub(" ", title or "")))
            self._stems.append(stems_held)
            self._terms.append(held)
            for term in held:
                if len(term) > 1 and is_content(term):
                    self._held_by[term].add(row)

    def holding(self, term: str) -> Collection[int]:
        """The documents, by their place, whose name, folder or title holds a term."""
        return self._held_by.get(term, ())

    def unknown(self, question: str) -> str | None:
        """A file's name in the question that no document has."""
        for found in _FILE.finditer(question):
            # The words before a name with spaces may belong to it or not.
            tokens = found[0].split(" ")
            if not any(_squashed(" ".join(tokens[at:])) in self._rows for at in range(len(tokens))):
                return tokens[-1]
        return None

    def masked(self, question: str) -> str | None:
        """The question with "this" for a file's full name in it; None where it holds none.

        No name of a single plain word counts, since it may be any word.
        """
        found = (name for name in self._found(question) if name.is_telling or name.is_typed)
        files = [name for name in found if _squashed(question[name.start : name.end]) in self._files]
        return without_name(question, files[0].start, files[0].end) if files else None

    def named(self, question: str) -> tuple[list[str], str]:
        """The documents whose full names stand in a question, in order, and it without the names."""
        found = [name for name in self._found(question) if len(name.rows) == 1]
        text = question
        for name in reversed(found):
            text = f"{text[: name.start]} {text[name.end :]}"
        return list(dict.fromkeys(self._ids[next(iter(name.rows))] for name in found)), text

    def meant(
        self, question: str, documents: Collection[str] | None, holds: Holds, *, is_request: bool
    ) -> Meant | None:
        """The documents that are meant, among those asked; None when all of these are.

        `holds` tells whether a term occurs in the text of some documents. `is_request` tells that the
        question asks about a document, not for a fact: then any full name in it is a document's.
        """
        asked = frozenset(range(len(self._ids)))
        if documents is not None:
            wanted = set(documents)
            asked = frozenset(row for row in asked if self._ids[row] in wanted)
        found = [name for name in self._found(question) if name.rows & asked]
        sure = [name for name in found if name.is_typed or is_request]
        rows = frozenset().union(*(name.rows for name in sure)) & asked or asked
        text = question
        for name in reversed(sure):
            text = without_name(text, name.start, name.end)
        spoken = [] if sure else [name for name in found if name.is_telling]
        rows, text, bare = self._by_words(text, rows, spoken, holds, anywhere=is_request and not sure)
        if text == question and rows == asked:
            return None
        return Meant(tuple(self._ids[row] for row in sorted(rows)), text, bool(sure), bare)

    def _found(self, question: str) -> list[_Found]:
        """The names in a question that do not overlap, longer ones first, then in order."""
        tokens = list(_TOKEN.finditer(question))
        found: list[_Found] = []
        for size in range(min(_LONGEST_NAME, len(tokens)), 0, -1):
            for first in range(len(tokens) - size + 1):
                run = tokens[first : first + size]
                start, end = run[0].start(), run[-1].end()
                if any(start < name.end and name.start < end for name in found):
                    continue
                if not all(_BETWEEN.fullmatch(question, a.end(), b.start()) for a, b in pairwise(run)):
                    continue
                rows = self._rows.get("".join(token[0] for token in run).casefold())
                if rows:
                    text = question[start:end]
                    is_typed = "_" in text or _is_file_name(text)
                    is_telling = size > 1 or _is_code(text)
                    found.append(_Found(start, end, frozenset(rows), is_typed, is_telling))
        return sorted(found)

    def _by_words(
        self,
        question: str,
        rows: frozenset[int],
        spoken: Sequence[_Found],
        holds: Holds,
        *,
        anywhere: bool,
    ) -> tuple[frozenset[int], str, str]:
        """The documents whose names hold most of the question's words that the others' texts lack.

        With them the question as `Meant` has it, and without any of the names' words. A full name that is
        `spoken` counts whatever the others' texts hold; so does each word `anywhere`.
        """
        tokens = [token for token in _TOKEN.finditer(question) if is_content(token[0])]
        found = stems([token[0] for token in tokens])
        telling = dict.fromkeys(
            term for token, term in zip(tokens, found, strict=True) if counts(token[0], term)
        )
        weights: dict[int, float] = defaultdict(float)
        for name in spoken:
            for row in name.rows & rows:
                weights[row] += math.log(1 + len(rows) / len(name.rows & rows))
        for term in telling:
            having = self._held_by.get(term, set()) & rows
            if not having or (having == rows and len(rows) > 1):
                continue
            if anywhere or not self._elsewhere(term, rows - having, holds):
                for row in having:
                    weights[row] += math.log(1 + len(rows) / len(having))
        most = max(weights.values(), default=0.0)
        best = frozenset(row for row, weight in weights.items() if weight > most - 1e-9)
        if not best:
            return rows, question, question
        ids = [self._ids[row] for row in best]
        # A title is no name that people type: where only one document is asked its words keep their place.
        names = self._terms if best != rows else self._stems
        lacking = [all(term in names[row] for row in best) and not holds(term, ids) for term in found]
        for name in spoken:
            # "report 3" goes as a whole; of "Berlin office" only what says which office.
            inside = [at for at, token in enumerate(tokens) if name.start <= token.start() < name.end]
            is_name = best != rows or _squashed(question[name.start : name.end]) in self._files | self._codes
            if inside and is_name and not holds(found[inside[-1]], ids):
                lacking = [is_lacking or at in inside for at, is_lacking in enumerate(lacking)]
        named = [term in telling and all(term in self._terms[row] for row in best) for term in found]
        return best, _without(question, tokens, lacking), _without(question, tokens, named)

    def _elsewhere(self, term: str, others: frozenset[int], holds: Holds) -> bool:
        """Whether the text of other documents holds a term; of too many of them, whether any text does."""
        if not others or not holds(term, None):
            return False
        return len(others) > _MOST_SEARCHED or holds(term, [self._ids[row] for row in others])


def _names(document_id: str) -> Iterator[str]:
    """The path of a document and each shorter end of it, with and without the suffix."""
    parts = document_id.split("/")
    for first in range(len(parts)):
        path = "/".join(parts[first:])
        yield path
        yield _without_suffix(path)


def _without_suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return path[: -len(suffix)] if suffix.lower() in SUFFIXES else path


def _codes(name: str) -> Iterator[str]:
    """The words of a name that have letters and digits, which tell it alone; "v2" is "version 2" as well."""
    for word in map(str.casefold, _TOKEN.findall(name)):
        if _is_code(word):
            yield word
            if word[0] == "v" and word[1:].isdigit():
                yield f"version{word[1:]}"


def _is_code(word: str) -> bool:
    """Whether a word has letters and digits, as "X200" has."""
    return not word.isalpha() and not word.isdigit()


def _is_file_name(text: str) -> bool:
    return PurePosixPath(text).suffix.lower() in SUFFIXES


def _squashed(name: str) -> str:
    return "".join(_TOKEN.findall(name)).casefold()


def _runs(tokens: Sequence[re.Match[str]], chosen: Iterable[bool], text: str) -> Iterator[tuple[int, int]]:
    """Ranges of neighbouring tokens that were chosen, from the last to the first."""
    ranges: list[list[int]] = []
    for token, is_chosen in zip(tokens, chosen, strict=True):
        if not is_chosen:
            continue
        if ranges and _BETWEEN.fullmatch(text, ranges[-1][1], token.start()):
            ranges[-1][1] = token.end()
        else:
            ranges.append([token.start(), token.end()])
    return ((first, last) for first, last in reversed(ranges))


def _without(question: str, tokens: Sequence[re.Match[str]], chosen: Iterable[bool]) -> str:
    """The question with "this" for each run of some of its words."""
    for first, last in _runs(tokens, chosen, question):
        question = without_name(question, first, last)
    return question


def without_name(question: str, start: int, end: int) -> str:
    """The question with "this" for a name, and for the article and quotation marks around it."""
    before = _CALLED.search(question[:start])
    after = _KIND_OF_TEXT.match(question[end:])
    start = before.start() if before else start
    end += after.end() if after else 0
    return _TWICE.sub("this", f"{question[:start]}this{question[end:]}")
