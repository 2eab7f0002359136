"""Which message of a mail a question asks of: its own, or one that it quotes; pure.

Who wrote a message and when stands in the fields at its head. What says so of a quoted message looks alike.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from index.text.quoting import attribution, fields
from index.types import Document, Range
from qa.language.function_words import content_words
from qa.read.cues import asked_words, kind_asked
from qa.read.spans import Span

_MESSAGE = frozenset({"e", "mail", "email", "message"})
_WRITING = frozenset({"write", "writes", "wrote", "written", "send", "sends", "sent", "sender", "author"})
_DATED = frozenset({"date", "dated"})
_TIME = frozenset({"day", "time"})
_TO = re.compile(r"\bto\b", re.IGNORECASE)
_TO_WHOM = re.compile(r"\W*to\s+whom\b|.*\bto\W*\Z", re.IGNORECASE)
# How far what stands above the field that is asked for is put below it, in log-odds.
_BELOW = 1.0


class _Asked(NamedTuple):
    """What a question asks of a message: the fields that may say it, and who it says wrote to whom."""

    fields: tuple[str, ...]
    writer: frozenset[str]
    reader: frozenset[str]


def own_field_first(
    question: str, spans: Sequence[Span], document: Callable[[str], Document]
) -> list[Span] | None:
    """The spans with the field first that says what is asked of the message that the best one stands in.

    None where the question asks for more than who wrote a message, to whom or when ("Who wrote this mail?",
    "When did Anna write?"), where it names another writer, and where no span is that field.
    """
    source = document(spans[0].document_id)
    starts = _own_starts(question, source, spans[0].start)
    for place, span in enumerate(spans):
        if span.document_id == source.id and _holds(span, starts):
            top = spans[0].score
            above = [one._replace(score=min(one.score, top - _BELOW)) for one in spans[:place]]
            return [span._replace(score=top), *above, *spans[place + 1 :]]
    return None


def is_own_field(question: str, span: Span, document: Document) -> bool:
    """Whether a span is the field that says what is asked of a message, the only one of its document."""
    return len(document.headings) < 2 and _holds(span, _own_starts(question, document, span.start))


def is_asked_of(question: str, document: Document, place: int) -> bool:
    """Whether a place says who wrote a quoted message and when, and a question asks that of its writer."""
    asked, said = _asked(question), attribution(document, place)
    if asked is None or said is None:
        return False
    own = _words(document, fields(document, place), "From")
    return any(name not in own for name in asked.writer & asked_words(said))


def _own_starts(question: str, document: Document, place: int) -> list[int]:
    """Where the values start that say what a question asks of the message that a place is in."""
    asked = _asked(question)
    head = fields(document, place) if asked else {}
    if asked is None or not asked.writer <= _words(document, head, "From"):
        return []
    if not asked.reader <= _words(document, head, "To", "Cc"):
        return []
    return [head[name][0] for name in asked.fields if name in head]


def _holds(span: Span, starts: Sequence[int]) -> bool:
    return any(span.start <= start < span.end for start in starts)


def _asked(question: str) -> _Asked | None:
    """What a question asks of a message; None where it asks for something else, or for more."""
    words, kind = asked_words(question), kind_asked(question)
    to_whom = bool(_TO_WHOM.match(question))
    if kind == "time" and words & (_WRITING | _DATED):
        wanted: tuple[str, ...] = ("Date", "Sent")
    elif kind == "person" and (to_whom or words & (_WRITING | {"from"})):
        wanted = ("To",) if to_whom else ("From",)
    else:
        return None
    before, after = question, ""
    if not to_whom and (to := _TO.search(question)):
        before, after = question[: to.start()], question[to.end() :]
    writer, reader = _named(before), _named(after)
    return _Asked(wanted, writer, reader) if writer or words & (_MESSAGE | {"this"}) else None


def _named(words: str) -> frozenset[str]:
    """The words that say neither that a message is asked of nor that it was written."""
    return frozenset(word.casefold() for word in content_words(words)) - _MESSAGE - _WRITING - _DATED - _TIME


def _words(document: Document, head: Mapping[str, Range], *names: str) -> set[str]:
    """The words of some fields."""
    return asked_words(" ".join(document.text[slice(*head[name])] for name in names if name in head))
