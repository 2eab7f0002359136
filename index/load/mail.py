"""Mail (.eml, .mbox): the fields that a reader shows, and the text; what was attached is said."""

import email
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from index.load.decoding import UnreadableError, decode
from index.load.extracted import Blocks, Extracted, left_out
from index.load.html import extract_page
from index.load.limits import Limits, require

_FIELDS = ("From", "To", "Cc", "Date", "Subject")
_NEXT = re.compile(rb"(?:\A|\r?\n)From [^\r\n]*\r?\n(?=[!-9;-~]+:)")  # as in mbox: a line before each mail
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
# A file in UTF-16, with its mark or without: all that comes before the text is ASCII.
_WIDE = {
    "utf-16-le": re.compile(rb"(?:\xff\xfe)?(?=(?:[!-~]\0){4})"),
    "utf-16-be": re.compile(rb"(?:\xfe\xff)?(?=(?:\0[!-~]){4})"),
}
_MOST_NAMES = 5
_LONGEST_FIELD = 2000

# A message within one must not be packed so; where one is, it is not unpacked.
_PACKED = frozenset(("base64", "quoted-printable"))


def extract_mail(data: bytes, limits: Limits) -> Extracted:
    """A message: its subject as a heading, its fields a line each, then its text.

    Raises UnreadableError for what is no message.
    """
    blocks, attached = Blocks(), Counter[str]()
    narrow = _narrow(data)
    _write(blocks, attached, data if narrow is None else narrow, is_narrowed=narrow is not None)
    return _finished(blocks, attached)


def extract_mailbox(data: bytes, limits: Limits) -> Extracted:
    """The messages of a mailbox, each with its subject as a heading."""
    starts = [found.end() for found in _NEXT.finditer(data)]
    if (
        not starts
        or data[: starts[0]].strip() != data[: starts[0]].strip(b"\r\n ")
        or not data.startswith(b"From ")
    ):
        raise UnreadableError("is no mailbox: give an .mbox file, or single mails as .eml")
    require("holds {} mails", len(starts), limits.pages)
    ends = [found.start() for found in _NEXT.finditer(data)][1:]
    blocks, attached = Blocks(), Counter[str]()
    for start, end in zip(starts, [*ends, len(data)], strict=True):
        _write(blocks, attached, _QUOTED_FROM.sub(rb"\1", data[start:end]), is_boxed=True)
    return _finished(blocks, attached)


def _narrow(data: bytes) -> bytes | None:
    """A mail that was saved in UTF-16 as UTF-8; None for any other."""
    for encoding, wide in _WIDE.items():
        if mark := wide.match(data):
            return data[mark.end() :].decode(encoding, "replace").encode()
    return None


def _finished(blocks: Blocks, attached: Counter[str]) -> Extracted:
    extracted = blocks.extracted()
    names = [name for name in attached if name]
    note = left_out({"attachment": attached.total()})
    if note and names:
        more = ", …" if len(names) > _MOST_NAMES else ""
        note = f"{note} ({', '.join(names[:_MOST_NAMES])}{more}): give them as sources of their own"
    return extracted._replace(note=note)


def _write(
    blocks: Blocks, attached: Counter[str], data: bytes, *, is_boxed: bool = False, is_narrowed: bool = False
) -> None:
    """Add a message; one of a mailbox may lack all fields, since the mailbox says that it is one.

    One that is narrowed is in UTF-8, whatever it says.
    """
    try:
        message = email.message_from_bytes(data)
        fields = [(name, said) for name in _FIELDS if (said := _decoded(message.get(name)))]
        texts = list(_texts(message, attached, is_narrowed=is_narrowed))
    except RecursionError as error:
        raise UnreadableError("nests its parts too deeply: save it again as .eml") from error
    except (MessageError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise UnreadableError("is no mail or is broken: save it again as .eml") from error
    if not (fields or is_boxed):
        raise UnreadableError("is no mail: it has no sender, date or subject; save it again as .eml")
    blocks.add(dict(fields).get("Subject", ""), 1)
    for number, (name, value) in enumerate(fields):
        blocks.add(f"{name}: {value}", apart=not number)
    for text in texts:
        blocks.add(text)


def _texts(part: Message, attached: Counter[str], *, is_narrowed: bool) -> Iterator[str]:
    """The texts of a message: of each of its parts that are shown, plain where there is a choice."""
    inner = part.get_payload()
    is_packed = str(part.get("Content-Transfer-Encoding")).lower() in _PACKED
    if part.get_content_maintype() == "message" and is_packed:
        attached[_decoded(part.get_filename())] += 1
    elif part.is_multipart() and isinstance(inner, list):
        parts = [one for one in inner if isinstance(one, Message)]
        if part.get_content_type() == "multipart/alternative":
            parts = [one for one in parts if one.get_content_type() == "text/plain"][:1] or parts[-1:]
        for one in parts:
            yield from _texts(one, attached, is_narrowed=is_narrowed)
    elif part.get_filename() or part.get_content_maintype() != "text":
        attached[_decoded(part.get_filename())] += 1
    elif isinstance(data := part.get_payload(decode=True), bytes):
        charset = None if is_narrowed and not is_packed else part.get_content_charset()
        yield _text(data, charset, part.get_content_subtype())


def _text(data: bytes, charset: str | None, kind: str) -> str:
    try:
        text = data.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = decode(data)[0]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return extract_page(text).text if kind == "html" else text


def _decoded(value: object) -> str:
    """A field as it is shown, on one line; as it stands, where its encoding is wrong."""
    said = str(value or "")[:_LONGEST_FIELD]
    with suppress(MessageError, ValueError, LookupError):
        said = str(make_header(decode_header(said)))
    return " ".join(said.split())
