"""The index folder on disk: complete generations, and a pointer to the one in use.

    FOLDER/current              name of the generation in use, replaced atomically
    FOLDER/gen-000001/          manifest.json  files.json  documents.sqlite  words/  *.npy  lists.faiss
    FOLDER/gen-000002.partial/  one being written; when it was killed, the next build takes its vectors over
    FOLDER/lock                 held while building

A reader opens a generation and never sees it change. A generation is written apart, flushed to disk and then
pointed to, so that a kill at any moment leaves the last complete one in use. See `index.store.columns` for
the arrays and `index.store.documents` for the documents; `lists.faiss` is there when vector search is
approximate.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter

from index.errors import IndexFolderError
from index.settings import IndexSettings
from index.store.damage import Mark, damaged, marks

FORMAT = 11
_POINTER = "current"
_PARTIAL = ".partial"
_GENERATION = re.compile(r"gen-\d{6,}")
_MANIFEST = "manifest.json"
_FILES = "files.json"


class Looks(NamedTuple):
    """What a file is known by without reading it; -1 for one that cannot be looked at.

    An edit may keep the size, and the time may be set back (`cp -p`, restored backups), but not the time at
    which the system changed the file's entry.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class FileRecord(BaseModel):
    """A source file as it was when it was indexed, and the number of documents that it holds.

    `checked_ns` is the time at which it was looked at. `problem` says why it is not even opened, `error` why
    it holds none. `tries` counts the failures that may pass, one after the other. `lacks_tesseract` says that
    there is more to read in it once that is installed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    source: str
    document_id: str
    prefix: str
    looks: Looks
    checked_ns: int
    sha256: str
    problem: str = ""
    documents: int = 0
    error: str | None = None
    tries: int = 0
    lacks_tesseract: bool = False

    @property
    def content(self) -> tuple[str, str, str, str]:
        """What decides whether the file's documents are the same."""
        return self.path, self.document_id, self.prefix, self.sha256


_FileRecords = TypeAdapter(tuple[FileRecord, ...])


class Manifest(BaseModel):
    """What a generation was built from and how; small, since every opening reads it.

    `files` holds what each file is known by; the manifest itself and the list of sources, which are written
    again, are checked by being read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    settings: IndexSettings
    model_fingerprint: str
    sources: tuple[str, ...]
    problems: tuple[str, ...] = ()
    documents: int = 0
    passages: int = 0
    files: dict[str, Mark] = {}


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a generation; IndexFolderError when it is of another format or damaged."""
    path = generation / _MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            raise IndexFolderError(f"{generation.parent}: the index is of another version of Quoth")
        return Manifest.model_validate(content)
    except (OSError, ValueError, AttributeError) as error:
        raise damaged(generation, f"{path.name} cannot be read") from error


def write_manifest(generation: Path, manifest: Manifest) -> None:
    """Write the manifest, atomically, also over an older one."""
    _write_atomically(generation / _MANIFEST, manifest.model_dump_json(indent=1))


def read_files(generation: Path) -> tuple[FileRecord, ...]:
    """The source files of a generation; DamagedError when their list cannot be read."""
    path = generation / _FILES
    try:
        return _FileRecords.validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(generation, f"{path.name} cannot be read") from error


def marked(generation: Path) -> dict[str, Mark]:
    """What the files of a generation are known by; for its manifest."""
    return marks(generation, without=(_MANIFEST, _FILES))


def write_files(generation: Path, files: Sequence[FileRecord]) -> None:
    """Write the list of source files, atomically, also over an older one."""
    _write_atomically(generation / _FILES, _FileRecords.dump_json(tuple(files)).decode())


def current(folder: Path) -> Path | None:
    """The generation in use, or None when the folder holds no index; DamagedError if it is not named."""
    try:
        name = (folder / _POINTER).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    if not _GENERATION.fullmatch(name):
        raise damaged(folder, f"{_POINTER} names no generation")
    return folder / name


def is_free(folder: Path) -> bool:
    """Whether an index may be written here: nothing is there, or nothing but an index."""
    ours = {_POINTER, "lock", f"{_POINTER}.new"}
    return not folder.exists() or (
        folder.is_dir()
        and all(path.name in ours or path.name.startswith("gen-") for path in folder.iterdir())
    )


def killed(folder: Path) -> list[Path]:
    """The generations that killed or failed builds left unfinished."""
    return sorted(folder.glob(f"gen-*{_PARTIAL}"))


def begin(folder: Path, keep: Sequence[Path]) -> Path:
    """An empty folder for the next generation; unfinished ones that are not to be kept are removed."""
    for unfinished in killed(folder):
        if unfinished not in keep:
            shutil.rmtree(unfinished)
    numbers = [int(path.name[4:10]) for path in folder.glob("gen-*") if path.name[4:10].isdigit()]
    partial = folder / f"gen-{max(numbers, default=0) + 1:06d}{_PARTIAL}"
    partial.mkdir()
    return partial


def publish(partial: Path) -> Path:
    """Make a finished generation the one in use, and remove the others."""
    folder = partial.parent
    for path in [*partial.rglob("*"), partial]:
        _flush(path)
    generation = partial.with_name(partial.name.removesuffix(_PARTIAL))
    partial.rename(generation)
    _write_atomically(folder / _POINTER, generation.name)
    for old in folder.glob("gen-*"):
        if old != generation:
            # A reader on Windows may hold files open; the next build removes what stays.
            shutil.rmtree(old, ignore_errors=True)
    return generation


def _write_atomically(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Push a file or folder to the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
