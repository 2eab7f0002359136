"""Raised figures, which would else run into the ones before them: 10⁶ is not 106; pure."""

import re

_FIGURES = re.compile(r"[-+−–]?\d+|[-+−–]")
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")


def raised(text: str) -> str:
    """A text that stands raised: figures and their signs as raised characters, words as they are."""
    return text.translate(_RAISED) if _FIGURES.fullmatch(text.strip()) else text
