"""Books (.epub): the chapters in reading order, each read as a page of HTML."""

import posixpath
import re
from urllib.parse import unquote

from index.load.decoding import UnreadableError, decode_html
from index.load.extracted import Blocks, Extracted
from index.load.html import extract_page
from index.load.limits import Limits, require
from index.load.package import Element, Package

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_ENCRYPTED = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"))
# XHTML closes elements that in HTML stay open: `<title/>` would take in the whole page.
_CLOSED = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-zA-Z][\w:-]*)([^<>]*)/>"
)


def extract_book(data: bytes, limits: Limits) -> Extracted:
    """The text of the chapters; their headings are the outline.

    Raises UnreadableError for what is protected, broken, no EPUB or too large when unpacked.
    """
    package = Package(data, limits, "an EPUB", ".epub")
    container = package.xml("META-INF/container.xml")
    roots = () if container is None else container.iter(_CONTAINER + "rootfile")
    name = next((root.get("full-path", "") for root in roots), "")
    book = package.xml(name) if name else None
    if book is None:
        raise package.broken()
    chapters = _chapters(book, posixpath.dirname(name))
    require("has {} chapters", len(chapters), limits.pages)
    locked = package.xml("META-INF/encryption.xml")
    protected = () if locked is None else {unquote(one.get("URI", "")) for one in locked.iter(_ENCRYPTED)}
    if any(chapter in protected for chapter in chapters):
        raise UnreadableError("is protected (DRM): give a copy without protection")
    blocks = Blocks()
    for chapter in chapters:
        page = extract_page(_html(package.read(chapter) or b""))
        blocks.append(page.text, page.headings)
    title = next((" ".join((one.text or "").split()) for one in book.iter(_TITLE)), "")
    return blocks.extracted(title or None)


def _chapters(book: Element, folder: str) -> list[str]:
    """The members that hold the chapters, in reading order, each once, without the table of contents."""
    items = {}
    for item in book.iter(_OPF + "item"):
        is_page = item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split()
        if is_page:
            items[item.get("id")] = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
    named = (one.get("idref") for one in book.iter(_OPF + "itemref"))
    return list(dict.fromkeys(items[one] for one in named if one in items))


def _html(data: bytes) -> str:
    return _CLOSED.sub(r"<\1\2></\1>", decode_html(data)[0])
