"""What stands in a text and is no part of what it says: times, comments, targets, rules, numbers of lines.

The text is never changed: a copy of the same length has white space there, so that all offsets hold.
"""

import re
from collections.abc import Callable

from index.text.line_numbers import blank_line_numbers
from index.text.quoting import is_markdown
from index.types import Document

_LINE = r"(?:\r\n|\r|\n)"
_TIME = r"(?:\d{1,4}:)?[0-5]?\d:[0-5]?\d[.,]\d{1,3}"
# The times of a cue, as subtitles have them, with its number and the blank lines before.
_CUE = re.compile(
    rf"(?:{_LINE}[ \t]*){{0,4}}(?:(?<=[\r\n])\d{{1,6}}[ \t]*{_LINE})?(?:(?<=[\r\n])|\A)"
    rf"[ \t]*{_TIME}[ \t]+-->[ \t]+{_TIME}[^\r\n]*{_LINE}"
)
_SENTENCE_END = tuple('.!?…。！？"”')
_SPEAKER = re.compile(r"(?:>>|[-–—] |[A-Z][\w .'’-]{0,30}:\s)")
# Only behind the end of a line: a part of a text may begin within one.
_MARKS = r"[ \t]*>[> \t]*"
_QUOTING = re.compile(rf"(?<=[\r\n]){_MARKS}")
_FIRST_QUOTING = re.compile(rf"\A{_MARKS}")
# YAML before a text of Markdown, which CommonMark would take for a rule and a heading.
FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n?|\n)[^\s:#-][^:\r\n]*:(?s:.*?)(?:\r\n?|\n)(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)"
)
_WHOLE_MARKDOWN = re.compile(rf"\A(?:\ufeff?{FRONT_MATTER.pattern}|{_MARKS})")
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,40}\]:?")
_TARGET = re.compile(r"(?<=\])\((?=[^()\s]*[/.#])[^()\s]{1,2000}(?:\s+\"[^\"\n]{0,200}\")?\)")
_DEFINITION = re.compile(
    r"^ {0,3}\[[^\]\[\r\n^]{1,200}\]:[ \t]*(?=\S*[/.#])\S+[ \t]*(?:\"[^\"\r\n]*\"[ \t]*)?$", re.MULTILINE
)
# A line of marks alone, as below a heading, and the first and last lines of code in Markdown.
_RULE = re.compile(
    r"(?:(?<=[\r\n])|\A)[ \t]*+(?:([-=*_~#+])\1{2,}+|`{3,}+[ \t]*+[\w+#.-]{0,40}+)[ \t]*+(?=[\r\n]|\Z)"
)
_RULES = tuple(3 * mark for mark in "-=*_~#+`")
_VISIBLE = re.compile(r"[^\r\n]")


def said_in(document: Document) -> str:
    """The whole text of a document as `as_said` has it, without front matter of Markdown."""
    if is_markdown(document):
        return _said(_WHOLE_MARKDOWN.sub(_blank, document.text))
    return _said(blank_line_numbers(_FIRST_QUOTING.sub(_blank, document.text), whole=True))


def as_said(text: str) -> str:
    """A part of a text with white space in place of what nobody says; line ends are kept but in speech."""
    return _said(blank_line_numbers(text, whole=False))


def _said(text: str) -> str:
    if "-->" in text:
        text = _CUE.sub(_between(text), _uncommented(text))
    if ">" in text:
        text = _QUOTING.sub(_blank, text)
    if "]" in text:
        for pattern in (_DEFINITION, _FOOTNOTE, _TARGET):
            text = pattern.sub(_blank, text)
    return _RULE.sub(_blank, text) if any(mark in text for mark in _RULES) else text


def _uncommented(text: str) -> str:
    pieces, position = [], 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces += [text[position:start], _VISIBLE.sub(" ", text[start : end + 3])]
        position = end + 3
    return "".join([*pieces, text[position:]])


def _blank(found: re.Match[str]) -> str:
    return _VISIBLE.sub(" ", found[0])


def _between(text: str) -> Callable[[re.Match[str]], str]:
    """What stands between two cues: spaces where one speaker goes on, else the ends of lines."""

    def replaced(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - 200) : found.start()].rstrip()
        line = max(before.rfind("\n"), before.rfind("\r")) + 1
        goes_on = before and not before.startswith("WEBVTT", line) and not before.endswith(_SENTENCE_END)
        if goes_on and not _SPEAKER.match(text, found.end()):
            return " " * len(found[0])
        return _blank(found)

    return replaced
