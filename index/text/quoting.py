"""What a mail quotes of an earlier one; pure."""

import re

from index.types import Document, Range

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MARKS = re.compile(r"[ \t]*(>[> \t]*)")
# What stands above a message that is quoted without marks.
_PARTING = (
    r"-{3,}[ ]?(?:(?:Original|Forwarded) [Mm]essage|Ursprüngliche Nachricht|Weitergeleitete Nachricht"
    r"|Message d'origine)[ ]?-{3,}"
)
_PARTING_LINE = re.compile(rf"^[ \t]*{_PARTING}[ \t]*(?:\r\n|\r|\n)", re.MULTILINE)
_DATED = r"(?:On|Am|Le) (?=[^\r\n]{0,200}\d)[^\r\n]{6,200}"
_WROTE = r"(?:wrote|schrieb[^\r\n]{0,100}|a écrit)[ \u00a0]?:[ \t]*\r?$"
_ABOVE = re.compile(
    rf"^[ \t]*(?:{_PARTING}"
    r"|(?:From|Von|De)[ \t]?:[^\r\n]*\r?\n[ \t]*(?:Sent|Gesendet|Envoyé)[ \t]?:"
    rf"|(?P<said>{_DATED}(?:(?<![.!?])\r?\n[^\r\n]{{0,200}})?(?:(?<=\n)|[ \t]){_WROTE})(?!\s*>))",
    re.MULTILINE,
)
# What stands above one that is quoted with marks: the line names an address, or says that somebody wrote.
_INTRODUCTION = re.compile(
    rf"[ \t]*(?:{_DATED}(?<![.!?])\r?\n)?"
    rf"(?:[^\r\n]{{0,300}}<[^<>\s]{{1,100}}@[^<>\s]{{1,100}}>[^\r\n]{{0,100}}:[ \t]*\r?$"
    rf"|[^\r\n]{{0,300}}\b{_WROTE})(?=\s*\n[ \t]*>)",
    re.MULTILINE,
)
_BLANK_LINE = re.compile(r"\n[ \t]*\r?(?:\n|\Z)")
_FIELD = re.compile(r"^(From|To|Cc|Subject|Date|Sent):[ \t]+(?=\S)([^\r\n]*)", re.MULTILINE)
_SENDER = re.compile(r"^From:[ \t]", re.MULTILINE)
# The fields at the head of a message, below its subject where that is its heading.
_FIELDS = re.compile(rf"(?:[^\r\n]*\s+)??((?:{_FIELD.pattern}(?:\r\n|\r|\n|\Z))+)", re.MULTILINE)
# So many fields within so many characters make a text a mail.
_FEWEST_FIELDS, _HEAD = 2, 1000


def changes(text: str) -> list[int]:
    """Where a line begins that is quoted more or less deeply than the one before, blank lines aside."""
    parted = [line.end() for line in _PARTING_LINE.finditer(text)]
    return sorted({*parted, *_deeper_or_less(text)}) if parted else _deeper_or_less(text)


def _deeper_or_less(text: str) -> list[int]:
    """Where a line begins that has more or fewer marks of quoting than the one before."""
    if ">" not in text:
        return []
    found, before = [], 0
    for line in _LINE.finditer(text):
        marks = _MARKS.match(line[0])
        if not line[0].strip():
            continue
        depth = marks[1].count(">") if marks else 0
        if depth != before:
            found.append(line.start())
        before = depth
    return found


def is_markdown(document: Document) -> bool:
    """Whether a document is a file of Markdown."""
    return document.source.lower().endswith(".md")


def is_quoted(document: Document, place: int) -> bool:
    """Whether what stands there is quoted from an earlier message, or says who wrote one that is quoted.

    A block quote of Markdown is not.
    """
    text = document.text
    if is_markdown(document):
        return False
    line = _line(text, place)
    if _MARKS.match(text, line, place):
        return True
    if not _is_mail(text):
        return False
    return _INTRODUCTION.match(text, line) is not None or _above(document, place) is not None


def attribution(document: Document, place: int) -> str | None:
    """The lines around a place that say who wrote a message which is quoted below, and when."""
    text = document.text
    if is_markdown(document) or not _is_mail(text):
        return None
    if introduction := _INTRODUCTION.match(text, _line(text, place)):
        return introduction[0]
    above = _above(document, place)
    if above is None:
        return None
    end = _BLANK_LINE.search(text, above.end())
    stop = above.end() if above["said"] else end.start() if end else len(text)
    return text[above.start() : stop] if place < stop else None


def fields(document: Document, place: int) -> dict[str, Range]:
    """The values of the fields at the head of the message that a place is in, by name.

    None where it has no head, and in a text of several messages, each with its own.
    """
    first, last = _message(document, place)
    head = None if is_markdown(document) else _FIELDS.match(document.text, first, last)
    if head is None:
        return {}
    other = _SENDER.search(document.text, head.end(), last)
    if other and not is_quoted(document, other.start()):
        return {}
    return {field[1]: field.span(2) for field in _FIELD.finditer(document.text, *head.span(1))}


def _is_mail(text: str) -> bool:
    return len(_FIELD.findall(text, 0, _HEAD)) >= _FEWEST_FIELDS


def _above(document: Document, place: int) -> re.Match[str] | None:
    """The last line, up to a place, below which a message is quoted without marks."""
    first, last = _message(document, place)
    found = None
    for above in _ABOVE.finditer(document.text, first, last):
        if above.start() > place:
            break
        found = above if document.text[first : above.start()].strip() else found
    return found


def _message(document: Document, place: int) -> Range:
    """The message of a mailbox that a place is in: each begins with its subject as a heading."""
    starts = [heading.start for heading in document.headings]
    first = max((start for start in starts if start <= place), default=0)
    return first, min((start for start in starts if start > place), default=len(document.text))


def _line(text: str, place: int) -> int:
    """Where the line of a place starts."""
    return max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
