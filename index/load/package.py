"""Zip archives with XML in them, as office programs write them, read within limits."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from index.load.decoding import UnreadableError
from index.load.limits import Limits, require_bytes

Element = Any
"""An element of lxml, which has no types."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # in which Office encrypts, and kept its files before 2007
_XML = (".xml", ".rels", ".opf", ".ncx", ".xhtml", ".html", ".htm")
# The strict form of Office's files differs in its namespaces only.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(wordprocessingml|drawingml|presentationml)/")
_STRICT_RELATIONSHIPS = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONSHIPS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIP = f"{{{_RELATIONSHIPS.decode()}}}"
"""The namespace of attributes that name a relationship."""


class Relation(NamedTuple):
    """What a part refers to: by which id, as what (the last word of its type), and where it is."""

    id: str
    kind: str
    target: str


class Package:
    """The members of an archive. `what` a file should be, and its `suffix`, are for messages."""

    def __init__(self, data: bytes, limits: Limits, what: str, suffix: str, old: str = "") -> None:
        """Raise UnreadableError for what is no archive, is encrypted or passes a limit when unpacked."""
        self._broken = f"is broken or not {what}: save it again as {suffix}"
        if data.startswith(_OLE):
            former = f" or an old {old}" if old else ""
            raise UnreadableError(f"is encrypted{former}: remove its password and save it as {suffix}")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self.broken() from error
        members = self._archive.infolist()
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableError("is encrypted: remove its password")
        # zipfile reads no more of a member than its directory says, so the sum cannot be understated.
        xml = max((m.file_size for m in members if m.filename.lower().endswith(_XML)), default=0)
        require_bytes("unpacks to", sum(m.file_size for m in members), limits.unpacked_bytes)
        require_bytes("has a part that unpacks to", xml, limits.xml_bytes)
        self._names = {member.filename.lower(): member.filename for member in members}
        self._suffix = suffix
        self._limits = limits

    def broken(self) -> UnreadableError:
        """What to raise for a file that is not as it should be."""
        return UnreadableError(self._broken)

    def read(self, name: str) -> bytes | None:
        """The bytes of a member, None when there is none; names are compared as Office does."""
        found = self._names.get(name.lower())
        if found is None:
            return None
        size = self._archive.getinfo(found).file_size
        require_bytes("has a part that unpacks to", size, self._limits.xml_bytes)
        try:
            with self._archive.open(found) as member:
                # Without a size all would be unpacked before it is cut to what the directory says. The byte
                # more has its checksum compared.
                return member.read(size + 1)
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, OSError) as error:
            raise self.broken() from error

    def xml(self, name: str) -> Element | None:
        """The root of a member, None when there is none. Entities are never resolved."""
        from lxml import etree

        data = self.read(name)
        if data is None:
            return None
        data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)
        data = data.replace(_STRICT_RELATIONSHIPS, _RELATIONSHIPS)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            if "depth" in str(error):
                raise UnreadableError(
                    f"nests its parts too deeply: save it again as {self._suffix}"
                ) from error
            raise self.broken() from error
        declared = root.getroottree().docinfo.internalDTD
        if declared is not None and any(entity.content for entity in declared.iterentities()):
            raise self.broken()  # no office program writes entities of its own
        return root

    def relations(self, part: str) -> Iterator[Relation]:
        """What a part ("" for the package) refers to within the package."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        for relation in () if root is None else root:
            target = unquote(relation.get("Target", ""))
            if relation.get("TargetMode") == "External" or not target:
                continue
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = relation.get("Type", "").rpartition("/")[2]
            yield Relation(relation.get("Id", ""), kind, path)

    def names(self) -> Iterator[str]:
        """The names of all members."""
        return iter(self._names.values())


def texts(element: Element, *tags: str) -> str:
    """The texts of all elements of these tags within one, in order."""
    return "".join(part.text or "" for part in element.iter(*tags))
