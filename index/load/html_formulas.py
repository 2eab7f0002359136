"""Formulas of a page (MathML) on a line, as those of Word: powers raised, fractions with a stroke."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.load.raised import grouped, joined, power, raised

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_UNSHOWN = frozenset(("annotation", "annotation-xml", "mphantom", "maction"))
_TOKENS = frozenset(("mi", "mn", "mo", "mtext", "ms"))
_LOOSE = frozenset(("mfrac", "msqrt", "mroot"))
_WITH_BOUNDS = frozenset(("msub", "msup", "msubsup", "munder", "mover", "munderover"))
# Signs that say how parts go together, and are not shown.
_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))
_LARGE = "∑∏∐∫∬∭∮⋃⋂⋁⋀"
_MARKS = {
    "¯": "\u0304",
    "‾": "\u0304",
    "ˉ": "\u0304",
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
} | {
    "˙": "\u0307",
    "¨": "\u0308",
    "→": "\u20d7",
}
# What lies deeper is read as its signs.
_DEEPEST = 60


def formula(node: "LexborNode", depth: int = 0) -> str:
    """What a formula, or a part of one, says."""
    tag = node.tag or ""
    if tag in _UNSHOWN:
        return ""
    if tag in _TOKENS or depth > _DEEPEST:
        return _token(node, tag)
    parts = [formula(one, depth + 1) for one in node.iter()]
    if tag == "mfrac" and len(parts) > 1:
        is_stroked = (node.attributes.get("linethickness") or "").rstrip("px") != "0"
        return ("/" if is_stroked else " ").join(map(grouped, parts[:2]))
    if tag == "msqrt":
        return f"√{grouped(''.join(parts))}"
    if tag == "mroot" and len(parts) > 1:
        return f"{raised(parts[1])}√{grouped(parts[0])}"
    if tag == "mfenced":
        opening, closing = (
            node.attributes.get(name, usual) for name, usual in (("open", "("), ("close", ")"))
        )
        return f"{opening or ''}{', '.join(parts)}{closing or ''}"
    if tag in {"mtable", "mtr"}:
        return (", " if tag == "mtable" else " ").join(parts)
    if tag in _WITH_BOUNDS and len(parts) > 1:
        return _with_bounds(tag, parts)
    return joined((part, one.tag in _LOOSE) for part, one in zip(parts, node.iter(), strict=True))


def _token(node: "LexborNode", tag: str) -> str:
    said = " ".join(node.text().split()).translate(_INVISIBLE)
    return f" {said} " if tag == "mtext" and said else said


def _with_bounds(tag: str, parts: Sequence[str]) -> str:
    """A base with what stands beside, below or above it."""
    base, *others = parts
    if tag in {"munderover", "msubsup"} and len(others) == 2 and base in _LARGE:
        return f"{base}({others[0]}…{others[1]})"
    if tag == "munder" or (tag == "msub" and base in _LARGE):
        return f"{base}({others[0]})"
    if tag == "mover":
        return base + _MARKS.get(others[0], others[0])
    if tag == "msub":
        return base + others[0]
    below = "".join(others[:-1])
    whole = below or len(base) == 1 or base.isalnum()
    return (base if whole else grouped(base)) + below + power(others[-1])
