"""The pages of documents as pictures, drawn one at a time; the last few are kept."""

from index.load.confined import draw_confined
from index.load.decoding import UnreadableError
from index.load.drawing import DRAWN
from index.load.limits import Limits
from index.store.protocol import SearchIndex
from index.types import Document
from qa.errors import QuestionError

# What one page may cost: others wait for it.
_LIMITS = Limits(seconds=10, all_seconds=10)
# Pictures that are kept, of some 0.3 MB each.
_MOST_KEPT = 24


def pictured(document: Document, index: SearchIndex) -> int:
    """The number of pages of a document that can be shown as pictures, 0 for one that cannot."""
    file = index.document_file(document.id) if document.boxes else None
    return len(document.pages) if file and file.suffix.lower() in DRAWN else 0


class PagePictures:
    """Draws pages from the files that were indexed. Used by one thread at a time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], bytes] = {}

    def draw(self, document: Document, index: SearchIndex, page: int) -> bytes:
        """A page, counted from 1, as JPEG; QuestionError where there is none, or its file has changed."""
        file = index.document_file(document.id)
        if file is None or not 1 <= page <= pictured(document, index):
            raise QuestionError(f"{document.id}: there is no picture of page {page}")
        key = (document.sha256, page)
        if key not in self._kept:
            try:
                drawn = draw_confined(file, page, document.sha256, _LIMITS)
            except UnreadableError as error:
                raise QuestionError(f"{document.id} {error}") from error
            while len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = drawn
        return self._kept[key]
