"""What a mail quotes of an earlier one; pure."""

import re

from index.types import Document

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MARKS = re.compile(r"[ \t]*(>[> \t]*)")
# What stands above a message that is quoted without marks.
_PARTING = r"-{3,}[ ]?(?:Original Message|Ursprüngliche Nachricht|Message d'origine)[ ]?-{3,}"
_PARTING_LINE = re.compile(rf"^[ \t]*{_PARTING}[ \t]*(?:\r\n|\r|\n)", re.MULTILINE)
_ABOVE = re.compile(
    rf"^[ \t]*(?:{_PARTING}"
    r"|(?:From|Von|De)[ \t]?:[^\r\n]*\r?\n[ \t]*(?:Sent|Gesendet|Envoyé)[ \t]?:"
    r"|On (?=[^\r\n]{0,200}\d)[^\r\n]{6,200}[ \t]wrote:[ \t]*\r?$(?!\s*>))",
    re.MULTILINE,
)
_FIELD = re.compile(r"^(?:From|To|Subject|Date|Sent):[ \t]", re.MULTILINE)
_HEAD = 1000


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
    """Whether what stands there is quoted from an earlier message; a block quote of Markdown is not."""
    text = document.text
    if is_markdown(document):
        return False
    line = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
    if _MARKS.match(text, line, place):
        return True
    if len(_FIELD.findall(text, 0, _HEAD)) < 2:
        return False
    first = max((heading.start for heading in document.headings if heading.start <= place), default=0)
    return any(text[first : found.start()].strip() for found in _ABOVE.finditer(text, first, place))
