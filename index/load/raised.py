"""Raised figures, which would else run into the ones before them: 10⁶ is not 106; pure."""

import re

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
