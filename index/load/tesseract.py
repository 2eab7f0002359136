"""Whether tesseract, which recognises text in pictures, is installed; apart from what reads its words."""

import shutil

INSTALL = "install tesseract (on Debian: apt-get install tesseract-ocr)"


def can_recognise() -> bool:
    """Whether tesseract is installed."""
    return shutil.which("tesseract") is not None


def lacks_tesseract(said: str | None) -> bool:
    """Whether a note or an error says that text was not read for want of tesseract."""
    return said is not None and INSTALL in said
