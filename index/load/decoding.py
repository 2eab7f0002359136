"""Bytes of a text file into text, character for character, without its byte-order mark."""

import codecs
import re
from collections.abc import Iterator

import webencodings

_BYTE_ORDER_MARKS = (  # UTF-32 first: its little-endian mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# The encodings of text files in use (those of the WHATWG standard). Left to choose among all that
# Python knows, charset-normalizer takes "café" in Latin-1 for UTF-16, and Russian for Shift JIS.
_CANDIDATES = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("iso8859_2", "iso8859_5", "iso8859_7", "iso8859_15", "koi8_r", "koi8_u", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
_WESTERN = "cp1252"
_SAMPLE_BYTES = 64 * 1024
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_BYTES_LINE_END = re.compile(rb"\r\n?|\n")
_REPLACEMENT = "\ufffd"

# What a browser reads a page as that says it is in one of these (html.spec.whatwg.org: a page that can be
# searched for what it declares is not in UTF-16; encoding.spec.whatwg.org: GBK is read as what holds it).
_READ_AS = {"utf-16le": "utf-8", "utf-16be": "utf-8", "gbk": "gb18030"}
# Names that stand for encodings that nothing reads, or for single bytes.
_NO_TEXT = frozenset({"replacement", "x-user-defined"})
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_DECLARED = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_DECLARED_WITHIN = 4096


class UnreadableError(ValueError):
    """A file's bytes cannot be turned into text; the message goes on a sentence that names the file."""


class UnreadableNowError(UnreadableError):
    """The same for a reason that may pass: a limit of time or memory, a process that was killed, a disk."""


def decode(data: bytes) -> tuple[str, str | None]:
    """The text, and a note where the bytes do not tell for sure how they are to be read.

    UTF-8, or UTF-16 or UTF-32 with a byte-order mark; UTF-8 but for a few bytes; else the encoding that
    charset-normalizer detects in the lines that are not ASCII. Raises UnreadableError for what is not text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], encoding), None
    if b"\0" in data:
        raise UnreadableError(
            "is not text: it holds NUL bytes, as a binary file or UTF-16 without its mark; save it as UTF-8"
        )
    try:
        return data.decode(), None
    except UnicodeDecodeError:
        text, note = _nearly_utf8(data) or _detected(data)
    if re.search(r"[\x00-\x08\x0e-\x1a\x7f-\x9f]", text):
        raise UnreadableError("is not text: it holds control characters, as a binary file; save it as UTF-8")
    return text, note


def decode_html(data: bytes) -> tuple[str, str | None]:
    """As `decode`, but the encoding that a page declares goes before what would be detected.

    Bytes that are wrong in the declared encoding become U+FFFD, as in a browser, and the note says so.
    """
    declared = None
    if b"\0" not in data and not any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS):
        declared = _declared_encoding(data)
    if declared is None:
        return decode(data)
    try:
        return data.decode(declared), None
    except UnicodeDecodeError:
        return data.decode(declared, errors="replace"), f"some bytes are not {declared} and were replaced"


def _decode_marked(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"is not {encoding}, though its byte-order mark says so: save it as UTF-8"
        ) from error
    if "\0" in text:
        raise UnreadableError("is not text: it holds NUL characters, as a binary file; save it as UTF-8")
    return text


def _nearly_utf8(data: bytes) -> tuple[str, str] | None:
    """UTF-8 with U+FFFD for what is not; None where most of what is not ASCII is not UTF-8 either.

    Of texts in other encodings at most three in ten such characters happen to be UTF-8 (of twelve, Chinese).
    """
    text = data.decode(errors="replace")
    wrong = text.count(_REPLACEMENT) - data.count(_REPLACEMENT.encode())
    if 2 * wrong > sum(not character.isascii() for character in text):
        return None
    what = "one place is" if wrong == 1 else f"{wrong:,} places are"
    return text, f"{what} not UTF-8, marked {_REPLACEMENT}; save the file as UTF-8 if letters look wrong"


def _detected(data: bytes) -> tuple[str, str]:
    detected = _detect(data)
    try:
        text = data.decode(detected or "ascii")
    except UnicodeDecodeError as error:
        raise UnreadableError("is not text in an encoding that can be told: save it as UTF-8") from error
    return text, f"read as {detected}, which was detected; save the file as UTF-8 if letters look wrong"


def _detect(data: bytes) -> str | None:
    """The most likely encoding, None where none is, or where two scripts are about as likely.

    charset-normalizer scores a few short samples, so it is shown lines that are not ASCII only.
    Between encodings that fit alike it takes any; here the Western one, by far the most common,
    goes first (measured: French and Spanish of 100 characters were taken for cp1257 and cp1250).
    """
    from charset_normalizer import from_bytes

    sample = bytearray()
    for line in _telling_lines(data):
        sample += line
        if len(sample) >= _SAMPLE_BYTES:
            break
    matches = from_bytes(bytes(sample), cp_isolation=_CANDIDATES)
    best = matches.best()
    if best is None:
        return None
    for match in matches:
        alike = match.coherence >= best.coherence and match.chaos - best.chaos <= 0.15
        if alike and _WESTERN in match.could_be_from_charset:
            return _WESTERN
    for rival in matches:
        as_good = rival.chaos <= best.chaos and best.coherence - rival.coherence < 0.1
        if as_good and _differ(str(best), str(rival)):
            return None
    return best.encoding


def _telling_lines(data: bytes) -> Iterator[bytes]:
    """The lines that are not ASCII, each with its end; of a very long one, what stands around such a byte."""
    end = 0
    for match in _NOT_ASCII.finditer(data):
        at = match.start()
        if at < end:
            continue
        before = data[max(end, at - _SAMPLE_BYTES // 4) : at]
        start = at - len(before) + max(before.rfind(b"\n"), before.rfind(b"\r")) + 1
        line_end = _BYTES_LINE_END.search(data, at, at + _SAMPLE_BYTES)
        end = line_end.end() if line_end else at + _SAMPLE_BYTES
        yield data[start:end]


def _differ(text: str, other: str) -> bool:
    """Whether two readings are of different scripts, rather than apart in a letter here and there."""
    different = abs(len(text) - len(other)) + sum(a != b for a, b in zip(text, other, strict=False))
    return different > len(text) / 4


def _declared_encoding(data: bytes) -> str | None:
    found = _DECLARED.search(_COMMENT.sub(b"", data[:_DECLARED_WITHIN]))
    known = webencodings.lookup(found[1].decode("ascii")) if found else None
    if known is None or known.name in _NO_TEXT:
        return None
    return _READ_AS.get(known.name) or codecs.lookup(known.codec_info.name).name
