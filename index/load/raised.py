"""Raised figures, which would else run into the ones before them: 10⁶ is not 106; pure."""

import re
from collections.abc import Iterable

_FIGURES = re.compile(r"[-+−–]?\d+|[-+−–]")
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")


def raised(text: str) -> str:
    """A text that stands raised: figures and their signs as raised characters, words as they are."""
    return text.translate(_RAISED) if _FIGURES.fullmatch(text.strip()) else text


def power(text: str) -> str:
    """A power behind its base: raised, or behind a "^" where it has no raised characters."""
    above = raised(text)
    return above if above != text or not text else f"^{grouped(text)}"


def grouped(text: str) -> str:
    """A part of a formula, in brackets unless it is one number or word, or has them."""
    bracketed = text[:1] == "(" and text[-1:] == ")" and ")" not in text[:-1]
    return text if bracketed or text.replace(".", "").isalnum() or len(text) < 2 else f"({text})"


def joined(parts: Iterable[tuple[str, bool]]) -> str:
    """Parts of a formula side by side; one that is a fraction or root stands in brackets beside a factor."""
    kept = [part for part in parts if part[0]]
    said = []
    for number, (text, is_loose) in enumerate(kept):
        before = kept[number - 1][0][-1] if number else ""
        after = kept[number + 1][0][0] if number + 1 < len(kept) else ""
        is_factor = before.isalnum() or before == ")" or after.isalnum() or after in {"(", "√"}
        said.append(f"({text})" if is_loose and is_factor else text)
    return "".join(said)
