"""Formulas of a Word file on a line: powers raised, fractions with a stroke."""

from collections.abc import Iterator

from index.load.package import Element
from index.load.raised import grouped, joined, power, raised

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_LOOSE = frozenset((MATH + "f", MATH + "rad"))
_ABOVE = frozenset((MATH + "sSup", MATH + "sSubSup", MATH + "nary"))


def formula(element: Element) -> str:
    """What a formula, or a part of one, says."""
    return joined((_said(one), one.tag in _LOOSE) for one in element)


def _said(element: Element) -> str:
    tag = element.tag
    if tag == MATH + "t":
        return element.text or ""
    if tag == MATH + "f":
        is_stroked = element.find(f"{MATH}fPr/{MATH}type[@{MATH}val='noBar']") is None
        return ("/" if is_stroked else " ").join(map(grouped, _parts(element, "num", "den")))
    if tag in _ABOVE:
        return _with_power(element)
    if tag == MATH + "rad":
        degree, base = _parts(element, "deg", "e")
        return f"{raised(degree)}√{grouped(base)}"
    if tag == MATH + "d":
        opening, closing = (_sign(element, name, usual) for name, usual in (("begChr", "("), ("endChr", ")")))
        return opening + ", ".join(formula(one) for one in element.findall(MATH + "e")) + closing
    if tag in {MATH + "eqArr", MATH + "m"}:
        rows = (one for one in element if one.tag in {MATH + "e", MATH + "mr"})
        return ", ".join(
            " ".join(map(_said, row)) if row.tag == MATH + "mr" else formula(row) for row in rows
        )
    return formula(element) if isinstance(tag, str) else ""


def _with_power(element: Element) -> str:
    """A base with what stands above it, or a sum with its bounds."""
    base, below, above = _parts(element, "e", "sub", "sup")
    if element.tag == MATH + "nary":
        bounds = f"({below}…{above})" if below or above else ""
        return f"{_sign(element, 'chr', '∫')}{bounds}{base}"
    return (base if below or len(base) == 1 or base.isalnum() else grouped(base)) + below + power(above)


def _parts(element: Element, *names: str) -> Iterator[str]:
    for name in names:
        part = element.find(MATH + name)
        yield "" if part is None else formula(part)


def _sign(element: Element, name: str, usual: str) -> str:
    """The sign that a part's properties name: an empty one stands for none."""
    found = element.find(f"{MATH}{element.tag.removeprefix(MATH)}Pr/{MATH}{name}")
    return usual if found is None else found.get(MATH + "val", "")
