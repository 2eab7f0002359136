"""How Markdown is shown: its marks are hidden and what they mark is styled, so that no offset moves; pure."""

import re

Style = tuple[int, int, str]
"""A range of a piece, in code points, and what it is: `markup`, which is hidden, `strong`, `em` or `code`."""

# In the order in which they are looked for; each has its marks before and after, and what is between.
_MARKS = re.compile(
    r"(?P<code_before>`+)(?P<code>[^`\n]+)(?P<code_after>(?P=code_before))"
    r"|(?P<strong_before>\*\*|__)(?=\S)(?P<strong>[^\n]+?)(?<=\S)(?P<strong_after>(?P=strong_before))"
    r"|(?P<em_before>(?<![\w*])\*|(?<!\w)_)(?=[^\s*_])(?P<em>[^*_\n]+?)(?<=\S)(?P<em_after>(?P=em_before))(?!\w)"
    r"|(?P<link_before>!?\[)(?P<link>[^\]\[\n]+)(?P<link_after>\]\([^)\s]*\))"
    r"|(?P<heading_before>^#{1,6}[ \t]+)(?P<heading>.*?)(?P<heading_after>[ \t]+#+[ \t]*$|$)",
    re.MULTILINE,
)


def styles(words: str) -> list[Style]:
    """How the parts of a piece are shown; parts without a style are left out, and none overlap."""
    found: list[Style] = []
    for mark in _MARKS.finditer(words):
        kind = str(mark.lastgroup).removesuffix("_after")
        parts = (
            (*mark.span(f"{kind}_before"), "markup"),
            (*mark.span(kind), kind),
            (*mark.span(f"{kind}_after"), "markup"),
        )
        found += [
            (start, end, of) for start, end, of in parts if start < end and of not in ("link", "heading")
        ]
    return found
