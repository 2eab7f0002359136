"""Lone surrogates, which file names and JSON may hold, and which no UTF-8 and no tokeniser takes."""

from collections.abc import Sequence


def is_unicode(text: str) -> bool:
    """Whether a text holds no lone surrogate, and so can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encodable(texts: Sequence[str]) -> list[str]:
    """The texts with "?" for each lone surrogate; offsets stay as they are."""
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
