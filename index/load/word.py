"""Word files (.docx): the text in reading order."""

import io
import re
import zipfile

from index.load.decoding import UnreadableError
from index.load.extracted import Extracted, first_heading
from index.load.html import extract_page
from index.load.limits import Limits, require_bytes

# Marks that mammoth writes itself: the numbers of notes, and the arrows back from them.
_NOTE_MARKS = re.compile(
    r'<sup><a href="#(?:foot|end)note-\d+" id="[^"]*">\[\d+\]</a></sup>'
    r'| ?<a href="#(?:foot|end)note-ref-\d+">↑</a>'
)


def extract_docx(data: bytes, limits: Limits) -> Extracted:
    """The text of a Word file in reading order; headings by style, table rows as lines.

    Raises UnreadableError for what is encrypted, broken, not Word's or too large when unpacked.
    """
    import mammoth

    _check_docx(data, limits)
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map="p[style-name='Title'] => h1:fresh",
            include_embedded_style_map=False,  # which could leave text out
            convert_image=lambda _: [],
        )
    except MemoryError:
        raise
    except RecursionError as error:
        raise UnreadableError("nests its parts too deeply: save it again as .docx") from error
    except Exception as error:  # mammoth lets whatever a broken part sets off through
        raise UnreadableError("is broken or not a Word file: save it again as .docx") from error
    page = extract_page(_NOTE_MARKS.sub("", result.value))
    return Extracted(page.text, first_heading(page.text, page.headings), page.headings)


def _check_docx(data: bytes, limits: Limits) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # OLE, in which Word encrypts
        raise UnreadableError("is encrypted or an old .doc: remove its password and save it as .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableError("is broken or not a Word file: save it again as .docx") from error
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("is encrypted: remove its password")
    # zipfile reads no more of a member than its directory says, so the sum cannot be understated.
    xml = max((m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels"))), default=0)
    require_bytes("unpacks to", sum(m.file_size for m in members), limits.unpacked_bytes)
    require_bytes("has a part that unpacks to", xml, limits.xml_bytes)
