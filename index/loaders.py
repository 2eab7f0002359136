"""Sources into Documents: which files a source stands for, what each is called, and its text.

A source is a file, a folder of files or a corpus in JSON Lines. `find` looks at names only (and at
the row ids of a corpus where several sources are given), `load` reads one file.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from index.decoding import UnreadableError
from index.errors import SourceError
from index.extract import EXTRACTORS
from index.types import Document

CORPUS_SUFFIX = ".jsonl"
SUFFIXES = tuple(EXTRACTORS)
"""Suffixes of the files that are documents, lower case; found whatever their case."""

_FORMATS = ", ".join((*SUFFIXES, CORPUS_SUFFIX))


class SourceFile(BaseModel):
    """A file that was found: where it is and what its document, or its rows, will be called.

    `path` is absolute. `source` is the path relative to the source that was given, with forward
    slashes, or the name of a file that was given itself. A corpus has no `document_id` ("") and a
    `prefix` for the ids of its rows, which is empty unless they would clash with another source's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    document_id: str
    source: str
    is_corpus: bool
    prefix: str = ""


class _Source(NamedTuple):
    """A source as given: the path whose last parts are its name, and its files with their names."""

    home: Path
    files: list[tuple[Path, str]]
    is_corpus: bool


def find(sources: Sequence[str | os.PathLike[str]]) -> list[SourceFile]:
    """List the files of the sources: in the order given, and by path within a folder.

    Folders are read through; hidden files and folders, the lock files of Word (`~$…`), files of
    other formats and corpora inside a folder are passed over. A file that is reached twice is
    listed once. Where documents of two sources would have one id, both sources are prefixed with
    their name (a folder's or corpus's own, a file's folder), and with as much of the path before it
    as tells them apart.

    Raises SourceError when a source is missing, of an unknown format or without any document.
    """
    if isinstance(sources, str | os.PathLike):
        sources = [sources]
    if not sources:
        raise SourceError("no source was given: name a file or a folder")
    seen: set[str] = set()
    found = []
    for given in sources:
        source = _open_source(given)
        fresh = []
        for path, name in source.files:
            real = os.path.realpath(path)
            if real not in seen:
                seen.add(real)
                fresh.append((path, name))
        if fresh:
            found.append(source._replace(files=fresh))
    return [
        SourceFile(
            path=str(path),
            document_id="" if source.is_corpus else prefix + name,
            source=name,
            is_corpus=source.is_corpus,
            prefix=prefix if source.is_corpus else "",
        )
        for source, prefix in zip(found, _prefixes(found), strict=True)
        for path, name in source.files
    ]


def load(file: SourceFile) -> Iterator[Document]:
    """Yield the Document of a file, or the Documents of a corpus row by row.

    A corpus is read as a stream, and its rows with an empty text are passed over. Raises
    SourceError, at the row where it stands, when a file cannot be read or holds no text.
    """
    path = Path(file.path)
    try:
        if file.is_corpus:
            yield from _load_corpus(path, file)
        else:
            yield _load_file(path, file)
    except UnreadableError as error:
        raise _failure(path, str(error)) from error
    except OSError as error:
        raise _failure(path, _because(error)) from error


def _load_file(path: Path, file: SourceFile) -> Document:
    extract = EXTRACTORS.get(path.suffix.lower())
    if extract is None:
        raise UnreadableError(f"is of an unknown format: give one of {_FORMATS}")
    data = path.read_bytes()
    extracted = extract(data)
    if not extracted.text.strip():
        raise UnreadableError("is empty: it holds no text; give a file with text or leave it out")
    return Document(
        id=file.document_id,
        source=file.source,
        sha256=hashlib.sha256(data).hexdigest(),
        **extracted._asdict(),
    )


def _load_corpus(path: Path, file: SourceFile) -> Iterator[Document]:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        seen: set[str] = set()
        empty = True
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row_id, title, text = _parse_row(line, first=number == 1)
                if row_id in seen:
                    raise UnreadableError(f"the id {row_id!a} is taken by an earlier row: make ids unique")
            except UnreadableError as error:
                raise _failure(path, str(error), line=number) from error
            seen.add(row_id)
            if text.strip():
                empty = False
                yield Document(
                    id=file.prefix + row_id, source=file.source, sha256=sha256, text=text, title=title
                )
        if empty:
            raise UnreadableError("is empty: no row holds a text; give a corpus with id and text in each row")


def _parse_row(line: bytes, *, first: bool) -> tuple[str, str | None, str]:
    """(id, title, text) of a row; a lone surrogate that JSON escapes is kept as it is."""
    try:
        row = json.loads(line.decode("utf-8-sig" if first else "utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableError("is not UTF-8: save the corpus as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError("is not valid JSON: write one JSON object a line") from error
    if not isinstance(row, dict):
        raise UnreadableError("is not a JSON object: write one object with id and text a line")
    row_id, title, text = _row_id(row), row.get("title"), row.get("text")
    if row_id is None:
        raise UnreadableError('has no id: give each row an "id" or "_id", a string that is not empty')
    if not isinstance(text, str):
        raise UnreadableError('has no text: give each row a "text" that is a string')
    return row_id, title if isinstance(title, str) and title.strip() else None, text


def _row_id(row: dict[str, Any]) -> str | None:
    value = row.get("id", row.get("_id"))
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value else None


def _open_source(given: str | os.PathLike[str]) -> _Source:
    if not os.fspath(given):
        raise SourceError("a source is an empty path: name a file or a folder")
    path = Path(given).absolute()
    if ".." in path.parts:
        path = Path(os.path.realpath(path))
    try:
        if path.is_dir():
            files = _walk(path)
            if not files:
                raise _failure(path, f"holds no document: put files of {', '.join(SUFFIXES)} into the folder")
            return _Source(path, files, is_corpus=False)
        if not path.exists():
            raise _failure(path, "does not exist: check the path")
        if not path.is_file():
            raise _failure(path, "is neither a file nor a folder: give a file or a folder")
    except OSError as error:
        raise _failure(path, _because(error)) from error
    suffix = path.suffix.lower()
    if suffix != CORPUS_SUFFIX and suffix not in SUFFIXES:
        raise _failure(path, f"is of an unknown format: give a folder or one of {_FORMATS}")
    is_corpus = suffix == CORPUS_SUFFIX
    return _Source(path if is_corpus else path.parent, [(path, _name(path, path.parent))], is_corpus)


def _walk(root: Path) -> list[tuple[Path, str]]:
    """The documents below a folder with their relative paths, sorted by these; links are followed.

    A folder is entered once, which ends a loop of links. A dangling link to a document is listed,
    so that loading says that it is gone.
    """
    files, folders, entered = [], [root], set()
    while folders:
        folder = folders.pop()
        real = os.path.realpath(folder)
        if real in entered:
            continue
        entered.add(real)
        # Popped in the order of names, folders before links to folders, so that a folder that is
        # there twice keeps its own name.
        entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_symlink(), entry.name), reverse=True)
        for entry in entries:
            if entry.name.startswith((".", "~$")):
                continue
            if entry.is_dir():
                folders.append(entry)
            elif entry.suffix.lower() in SUFFIXES and (entry.is_file() or not entry.exists()):
                files.append((entry, _name(entry, root)))
    return sorted(files, key=lambda file: file[1])


def _name(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix()
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise _failure(path, "has a name that is not valid Unicode: rename the file") from error
    return name


def _prefixes(sources: list[_Source]) -> list[str]:
    """A prefix for each source, "" where none is needed, so that no id is given by two sources.

    A corpus is read for its ids only when it is not the only source.
    """
    if len(sources) < 2:
        return [""] * len(sources)
    ids = [_row_ids(s.files[0][0]) if s.is_corpus else [name for _, name in s.files] for s in sources]
    names = [source.home.parts[1:] for source in sources]
    depths = [0] * len(sources)
    while True:
        prefixes = [
            "".join(f"{part}/" for part in parts[len(parts) - depth :])
            for parts, depth in zip(names, depths, strict=True)
        ]
        owners: dict[str, int] = {}
        clashing: set[int] = set()
        for number, prefix in enumerate(prefixes):
            for name in ids[number]:
                owner = owners.setdefault(prefix + name, number)
                if owner != number:
                    clashing |= {owner, number}
        deepened = [number for number in clashing if depths[number] < len(names[number])]
        if not deepened:  # whole paths differ, so nothing clashes any more
            return prefixes
        for number in deepened:
            depths[number] += 1


def _row_ids(path: Path) -> list[str]:
    """The ids of a corpus; rows that are wrong are left for `load` to name."""
    ids = []
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    ids.append(_parse_row(line, first=number == 1)[0])
                except UnreadableError:
                    continue
    except OSError:
        return ids
    return ids


def _because(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "is gone or does not exist: check the path"
    if isinstance(error, PermissionError):
        return "may not be read: change its permissions"
    return f"cannot be read ({error.strerror or type(error).__name__}): check the file and its disk"


def _failure(path: Path, what: str, line: int | None = None) -> SourceError:
    """One line that can be printed: whatever a path holds, it neither breaks the line nor the terminal."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(path))
    return SourceError(f"{shown}{'' if line is None else f', line {line},'} {what}")
