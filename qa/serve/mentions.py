"""All places where documents mention the same words."""

import re
from collections.abc import Iterable

from index.split.sentences import sentences
from index.types import Document
from qa.answer.citations import cite
from qa.types import Citation

MOST = 50
# Characters looked at around a place, to quote its sentence.
_AROUND = 500


def mentions(words: str, documents: Iterable[Document]) -> list[Citation]:
    """The sentences with the words, whatever their case and white space, as whole words; MOST at most."""
    spaced = r"\s+".join(map(re.escape, words.split()))
    pattern = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    found: list[Citation] = []
    for document in documents:
        for place in pattern.finditer(document.text):
            start, end = _sentence(document.text, *place.span())
            found.append(cite(document, start, end, highlight=place.span(), score=1.0))
            if len(found) == MOST:
                return found
    return found


def _sentence(text: str, first: int, last: int) -> tuple[int, int]:
    """The sentence, or the sentences, that a range is in."""
    begin, stop = max(0, first - _AROUND), last + _AROUND
    begin = max(begin, text.rfind("\n\n", begin, first) + 1, text.find(" ", begin, first) if begin else 0)
    blank = text.find("\n\n", last, stop)
    stop = blank if blank >= 0 else min(stop, len(text))
    around = [(start, end) for start, end in sentences(text, begin, stop) if start < last and first < end]
    return min([first, *(start for start, _ in around)]), max([last, *(end for _, end in around)])
