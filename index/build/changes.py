"""Notice what is otherwise than when it was indexed: settings, and source files, few of which are read."""

import contextlib
import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

from index.load.limits import Limits
from index.load.sources import SourceFile
from index.load.tesseract import can_recognise
from index.store.generations import FileRecord, Looks, Manifest

# Two changes within so many nanoseconds may bear the same time: FAT counts in two seconds.
_COARSEST_NS = 2_000_000_000
# Times that a file is read which fails for a reason that may pass: each may take the minute that is allowed.
_TRIES = 3


def looked_at(files: Sequence[SourceFile], old: Sequence[FileRecord]) -> list[FileRecord]:
    """The files as they are now, with what was noted of those whose content is as it was.

    Only those are hashed that may have changed since the last record.
    """
    known = {record.content: record for record in old}
    settled = {_key(record, record.looks): record for record in old if record.sha256 and _settled(record)}
    records = []
    for file in files:
        checked, looks = time.time_ns(), _looks(file.path)
        record = None if file.problem else settled.get(_key(file, looks))
        if record is None:
            record = _read(file, looks, checked)
            if same := known.get(record.content):
                update = {"looks": looks, "checked_ns": checked, "problem": file.problem}
                record = same.model_copy(update=update)
        records.append(record)
    return records


def differ(records: Sequence[FileRecord], old: Sequence[FileRecord]) -> bool:
    """Whether the files are others than those indexed, by name or content, or one is to be read again."""
    return any(map(is_worth_reading, old)) or list(map(_known_by, records)) != list(map(_known_by, old))


def is_worth_reading(record: FileRecord) -> bool:
    """Whether reading a file again may give more, though it is as it was.

    It failed for a reason that may pass, and not too often; or the program that it lacked is there now.
    """
    return 0 < record.tries < _TRIES or (record.lacks_tesseract and can_recognise())


def difference(found: Manifest, wanted: Manifest) -> str:
    """How an index was built otherwise than wanted; empty when it was built so."""
    if found.sources != wanted.sources:
        return f"the index was built from other sources ({', '.join(found.sources)})"
    if found.model_fingerprint != wanted.model_fingerprint:
        return f"the index was built with another model ({found.settings.model})"
    if found.settings != wanted.settings:
        return "the index was built with other settings"
    return ""


def _known_by(record: FileRecord) -> tuple[str, ...]:
    return *record.content, record.problem


def _key(file: SourceFile | FileRecord, looks: Looks) -> tuple[object, ...]:
    return file.path, file.source, file.document_id, file.prefix, looks


def _read(file: SourceFile, looks: Looks, checked_ns: int) -> FileRecord:
    # What is refused anyway is not hashed: it may be a pipe, or a terabyte of nothing.
    wanted = not file.problem and (file.is_corpus or looks.size <= Limits().packed_bytes)
    return FileRecord(
        path=file.path,
        source=file.source,
        document_id=file.document_id,
        prefix=file.prefix,
        looks=looks,
        checked_ns=checked_ns,
        sha256=_hash(file.path) if wanted else "",
        problem=file.problem,
    )


def _settled(record: FileRecord) -> bool:
    """Whether a later change would show: the file was not changed just before it was looked at.

    Windows tells no time of change of an entry, so there every file is read.
    """
    return os.name != "nt" and record.looks.ctime_ns + _COARSEST_NS < record.checked_ns


def _looks(path: str) -> Looks:
    try:
        found = Path(path).stat()
    except OSError:
        return Looks(-1, -1, -1, -1)
    return Looks(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _hash(path: str) -> str:
    """The SHA-256 of a file, empty when it cannot be read."""
    with contextlib.suppress(OSError), Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
    return ""
