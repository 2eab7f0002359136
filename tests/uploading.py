"""Documents that a visitor adds, and what becomes of them."""

import io
import time
from collections.abc import Callable

from qa.serve.sessions import Session
from qa.serve.uploads import Library, Upload

HARBOUR = "The harbour of Oban.\n\nIts bell weighs nine tons and was cast in Glasgow.\n"
FERRY = "The ferry to Mull.\n\nIt leaves at seven and takes an hour.\n"


def put(
    session: Session, name: str, content: bytes | str, taken: Callable[[str], bool] = lambda _: False
) -> str:
    with session.receiving(name) as received:
        received.write_bytes(content.encode() if isinstance(content, str) else content)
        return session.library.add(name, received, taken=taken)


def settled(library: Library) -> dict[str, Upload]:
    deadline = time.monotonic() + 60
    while any(upload.state in {"waiting", "indexing"} for upload in library.uploads()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return {upload.id: upload for upload in library.uploads()}


def files(library: Library) -> dict[str, str]:
    """The documents on the disk, by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in (library.folder / "documents").iterdir()}


def pdf(*pages: str) -> bytes:
    """A PDF with a line on each page."""
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream)
    for page in pages:
        canvas.drawString(72, 720, page)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()
