"""Text in pictures, recognised by tesseract where that is installed.

It is a program of its own, given a picture and giving a table of words. It ends with the process that parses,
keeps that process's bound of memory, and is killed when it takes too long for a page.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from index.load.decoding import UnreadableError, UnreadableNowError
from index.load.extracted import Extracted
from index.load.limits import Limits, require
from index.load.pdf_layout import lay_out
from index.load.pdf_words import PageWords, Word
from index.load.tesseract import INSTALL, can_recognise

# Width that a picture's page is taken to have, in points.
_WIDTH = 595.0
# Of a line's height, the size of its type; lines that differ by less are of one size.
_SIZE = 0.75
_ALIKE = (0.7, 1.4)
# Languages beyond so many make recognition slow and worse.
_MOST_LANGUAGES = 3
_PAGE, _LINE, _WORD = "1", "4", "5"


def extract_picture(data: bytes, limits: Limits) -> Extracted:
    """The text of a picture.

    Raises UnreadableError when tesseract is missing, or finds no text.
    """
    if not can_recognise():
        raise UnreadableError(f"is a picture: {INSTALL} to have its text recognised")
    pages = recognise(data, limits.seconds)
    if not any(page.words for page in pages):
        raise UnreadableError("is a picture in which no text was recognised: scan it larger or straighter")
    require("has {} pages", len(pages), limits.recognised_pages)
    return lay_out(pages, None, ["recognised from a picture"])


def recognise(picture: bytes, seconds: float) -> list[PageWords]:
    """The words of a picture, page by page (a TIFF may have several)."""
    import subprocess

    command = ["tesseract", "stdin", "stdout", "-l", _languages(), "--psm", "3", "tsv"]
    try:
        ran = subprocess.run(
            command,
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            preexec_fn=_end_with_parent() if sys.platform == "linux" else None,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableNowError(
            f"has a picture that takes more than {seconds:g} s to recognise: scan it smaller"
        ) from error
    except (OSError, subprocess.CalledProcessError) as error:
        # What was killed, or did not start, may do better another time.
        kind = UnreadableError if getattr(error, "returncode", -1) > 0 else UnreadableNowError
        raise kind(
            "is not a picture that tesseract reads, or too large a one: save it again as PNG"
        ) from error
    return _pages(ran.stdout.decode("utf-8", "replace"))


@cache
def _languages() -> str:
    """The languages that are installed, English first."""
    import subprocess

    listed = subprocess.run(
        ["tesseract", "--list-langs"], capture_output=True, text=True, check=False, timeout=60
    )
    names = {name.strip() for name in listed.stdout.splitlines()[1:]} - {"osd", "equ", ""}
    ordered = sorted(names, key=lambda name: (name != "eng", name))
    return "+".join(ordered[:_MOST_LANGUAGES]) or "eng"


def _end_with_parent() -> Callable[[], Any]:
    """What has a new process killed when its parent ends; looked up before it starts."""
    import ctypes

    library = ctypes.CDLL(None)
    return lambda: library.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _pages(table: str) -> list[PageWords]:
    pages: list[PageWords] = []
    scale, top, height = 1.0, 0.0, 0.0
    for row in table.splitlines()[1:]:
        level, *_, x, y, wide, high, confidence, text = row.split("\t")[:12]
        if level == _PAGE:
            scale = _WIDTH / max(1, int(wide))
            pages.append(PageWords([], _WIDTH, int(high) * scale))
        elif level == _LINE:
            top, height = int(y) * scale, int(high) * scale
        elif level == _WORD and text.strip() and pages:
            left, order = int(x) * scale, len(pages[-1].words)
            sure = max(0.0, float(confidence)) / 100
            word = Word(
                text.strip(), left, top, left + int(wide) * scale, top + height, _SIZE * height, False, order
            )
            pages[-1].words.append(word._replace(confidence=sure))
    return [_of_even_size(page) for page in pages]


def _of_even_size(page: PageWords) -> PageWords:
    """A page whose lines are of one size unless they clearly differ: letters make their heights vary."""
    if not page.words:
        return page
    usual = sorted(word.size for word in page.words)[len(page.words) // 2]
    least, most = _ALIKE
    words = [
        word._replace(size=usual) if least * usual < word.size < most * usual else word for word in page.words
    ]
    return page._replace(words=words)
