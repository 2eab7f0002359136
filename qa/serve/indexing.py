"""The index of a folder of documents, built again whenever it cannot be used; why one cannot be built."""

import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from index.embed.embedder import Embedder
from index.errors import DamagedError, IndexFolderError, ModelError, SourceError
from index.index import Index
from index.load.files import printable
from index.load.sources import SourceFile, load
from index.store.protocol import SearchIndex
from index.types import Progress
from qa.errors import UploadError

# What is raised where a file of an index is missing; any other OSError is the disk's.
_MISSING = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class HaltedError(Exception):
    """Raised by the progress of a build that is not to go on."""


def open_or_build(
    documents: Path, folder: Path, embedder: Embedder, progress: Callable[[bool], Progress]
) -> SearchIndex:
    """The index of all documents of a folder, in `folder`, which holds nothing else.

    One that was built otherwise, with another model, version of Quoth or path, is built again, and so is a
    damaged one; the documents are only read. `progress` is given whether all are built again. Raises what
    its progress raises, SourceError when no document can be read, and any other error of the model or disk.
    """

    def attempt(*, rebuild: bool) -> SearchIndex:
        try:
            return Index.from_sources(
                [documents], folder, embedder=embedder, progress=progress(rebuild), rebuild=rebuild
            )
        except IndexFolderError as error:
            # A disk that cannot be written is no damage, and its own error says what is wrong with no path.
            if isinstance(error, DamagedError) or not isinstance(error.__cause__, OSError | sqlite3.Error):
                raise
            raise error.__cause__ from None

    try:
        return attempt(rebuild=False)
    except Exception as error:
        if not _is_damage(error):
            raise
        reason = str(error).partition("; rebuild it")[0] or type(error).__name__
        sys.stderr.write(f"quoth: an index of added documents is built again: {reason}\n")
    try:
        # Takes over what a killed build embedded.
        return attempt(rebuild=True)
    except Exception as error:
        # SQLite's is of what was being written: the disk is full.
        if not _is_damage(error) or isinstance(error, sqlite3.Error):
            raise
    shutil.rmtree(folder)
    return attempt(rebuild=True)


def text_length(file: Path, name: str) -> int:
    """The number of characters of a document's text; UploadError when the file cannot be read.

    The error is a line without a path, where the file goes by `name`.
    """
    found = SourceFile(path=str(file.absolute()), document_id=name, source=name, is_corpus=False)
    try:
        return sum(len(document.text) for document in load(found))
    except SourceError as error:
        raise UploadError(unplaced(str(error), file, name)) from error
    except Exception as error:
        raise UploadError(f"{name} cannot be read: {cause(error)}") from error


def why_not(error: BaseException, file: Path, name: str) -> str:
    """Why a document is not indexed, as a line for its owner: a fault of its own, else the error."""
    if isinstance(error, SourceError):
        try:
            text_length(file, name)
        except UploadError as own:
            return str(own)
    return f"{name} is kept but cannot be asked: {cause(error)}; adding or removing a document tries it again"


def unplaced(line: str, file: Path, name: str) -> str:
    """A line that may begin with a file's path, as one that begins with `name`."""
    path = printable(str(file.absolute()))
    return name + line.removeprefix(path) if line.startswith(path) else line


def cause(error: BaseException) -> str:
    """What a fault that is no fault of a document is called before visitors: no path, no inner detail."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return (
        str(error) if isinstance(error, sqlite3.Error) else f"a fault of the server, {type(error).__name__}"
    )


def _is_damage(error: Exception) -> bool:
    """Whether an index may be what is wrong, and building it anew may help."""
    if isinstance(error, OSError):
        return isinstance(error, _MISSING)
    return not isinstance(error, (HaltedError, SourceError, ModelError, MemoryError))
