"""Sources into Documents: which files a source stands for, what each is called, and its text.

A source is a file, a folder of files or a corpus in JSON Lines. `find` looks at names only (and at
the row ids of a corpus where several sources are given), `load` reads one file.
"""

import hashlib
import json
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from index.errors import SourceError, TransientError
from index.load.confined import extract_confined
from index.load.decoding import UnreadableError, UnreadableNowError
from index.load.files import because, printable
from index.load.folders import BAD_NAME, CORPUS_SUFFIX, SUFFIXES, Found, walk, what_to_do
from index.load.formats import extract_file
from index.load.limits import Limits, require, require_text
from index.load.progress import Report, unheard
from index.text.surrogates import is_unicode
from index.text.tables import find_tables
from index.types import Document

_LIMITS = Limits()


class SourceFile(BaseModel):
    """A file that was found: where it is and what its document, or its rows, will be called.

    `path` is absolute. `source` is the path relative to the source that was given, with forward
    slashes, or the name of a file that was given itself. A corpus has no `document_id` ("") and a
    `prefix` for the ids of its rows, which is empty unless they would clash with another source's.
    `problem` says why it cannot be loaded, where that was plain when it was found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    document_id: str
    source: str
    is_corpus: bool
    prefix: str = ""
    problem: str = ""


class _Source(NamedTuple):
    """A source as given: the path whose last parts are its name, and its files."""

    home: Path
    files: list[Found]
    is_corpus: bool


def find(sources: Sequence[str | os.PathLike[str]]) -> list[SourceFile]:
    """List the files of the sources: in the order given, and by path within a folder.

    Folders are read through; hidden files and folders, the lock files of Word (`~$…`), pipes and
    devices are passed over, and so are files of other formats and corpora inside a folder, which one entry
    with a `problem` names. A file that is reached twice is listed once. A link that leads out of its folder
    is not followed: it is listed with
    a `problem`, unless it leads into one of the sources; so is what cannot be looked into. Where
    documents of two sources would have one id, both sources are prefixed with their name (a folder's or
    corpus's own, a file's folder), and with as much of the path before it as tells them apart.

    Raises SourceError when a source is missing, of an unknown format or without any document.
    """
    if isinstance(sources, str | os.PathLike):
        sources = [sources]
    if not sources:
        raise SourceError("no source was given: name a file or a folder")
    roots = [os.path.realpath(given) for given in sources]
    seen: set[str] = set()
    found = []
    for given in sources:
        source = _open_source(given)
        fresh = []
        for file in source.files:
            if file.problem:
                if not any(Path(file.real).is_relative_to(root) for root in roots):
                    fresh.append(file)
            elif file.real not in seen:
                seen.add(file.real)
                fresh.append(file)
        if fresh:
            found.append(source._replace(files=fresh))
    return [
        SourceFile(
            path=file.path,
            document_id="" if source.is_corpus else prefix + file.name,
            source=file.name,
            is_corpus=source.is_corpus,
            prefix=prefix if source.is_corpus else "",
            problem=file.problem,
        )
        for source, prefix in zip(found, _prefixes(found), strict=True)
        for file in source.files
    ]


def load(
    file: SourceFile, limits: Limits = _LIMITS, heard: Report = unheard
) -> Generator[Document, None, None]:
    """Yield the Document of a file, or the Documents of a corpus row by row.

    A corpus is read as a stream, and its rows with an empty text are passed over. `heard(done, total)` is
    called as pages of a file are done. Raises SourceError, at the row where it stands, when a file cannot be
    read, holds no text or passes a limit; TransientError where it may be read when it is tried again.
    """
    path = Path(file.path)
    try:
        if file.problem:
            raise UnreadableError(file.problem)
        if file.is_corpus:
            yield from _load_corpus(path, file, limits)
        else:
            yield _load_file(path, file, limits, heard)
    except UnreadableNowError as error:
        raise TransientError(str(_failure(path, str(error)))) from error
    except UnreadableError as error:
        raise _failure(path, str(error)) from error
    except OSError as error:
        raise TransientError(str(_failure(path, because(error)))) from error


def _load_file(path: Path, file: SourceFile, limits: Limits, heard: Report) -> Document:
    # What is text as it stands needs no parser that a file could break.
    if path.suffix.lower() == ".txt":
        extracted, sha256 = extract_file(path, limits)
    else:
        extracted, sha256 = extract_confined(path, limits, heard)
    if not extracted.text.strip():
        raise UnreadableError("is empty: it holds no text; give a file with text or leave it out")
    tables = find_tables(extracted.text)
    return Document(
        id=file.document_id, source=file.source, sha256=sha256, tables=tables, **extracted._asdict()
    )


def _load_corpus(path: Path, file: SourceFile, limits: Limits) -> Iterator[Document]:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        seen: set[str] = set()
        empty = True
        for number, line in _lines(stream, limits):
            try:
                row_id, title, text = _parse_row(line, limits, first=number == 1)
                if row_id in seen:
                    raise UnreadableError(f"the id {row_id!a} is taken by an earlier row: make ids unique")
            except UnreadableError as error:
                raise _failure(path, str(error), line=number) from error
            seen.add(row_id)
            if text.strip():
                empty = False
                yield Document(
                    id=file.prefix + row_id,
                    source=file.source,
                    sha256=sha256,
                    text=text,
                    title=title,
                    tables=find_tables(text),
                )
        if empty:
            raise UnreadableError("is empty: no row holds a text; give a corpus with id and text in each row")


def _lines(stream: IO[bytes], limits: Limits) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers; one that is too long is cut off, and is the last."""
    number, line = 0, b"\n"
    while line and len(line) <= limits.row_bytes:
        if line.strip():
            yield number, line
        number, line = number + 1, stream.readline(limits.row_bytes + 1)
    if line:
        yield number, line


def _parse_row(line: bytes, limits: Limits, *, first: bool) -> tuple[str, str | None, str]:
    """(id, title, text) of a row; a lone surrogate in a text that JSON escapes is kept as it is."""
    if len(line) > limits.row_bytes:
        raise UnreadableError(f"has more than {limits.row_bytes // 2**20} MiB: make several rows of it")
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
    require("has an id of {} characters", len(row_id), limits.id_characters)
    if not is_unicode(row_id):
        raise UnreadableError(f"has an id that is not valid Unicode, {row_id!a}: change the id")
    if not isinstance(text, str):
        raise UnreadableError('has no text: give each row a "text" that is a string')
    require_text(text, limits)
    if not isinstance(title, str) or not title.strip():
        return row_id, None, text
    return row_id, title.encode("utf-8", "replace").decode(), text


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
    if not is_unicode(str(path)):
        raise _failure(path, BAD_NAME)
    try:
        if path.is_dir():
            files = walk(path)
            if not files:
                raise _failure(path, f"holds no document: put files of {', '.join(SUFFIXES)} into the folder")
            return _Source(path, files, is_corpus=False)
        if not path.exists():
            raise _failure(path, "does not exist: check the path")
        if not path.is_file():
            raise _failure(path, "is neither a file nor a folder: give a file or a folder")
    except OSError as error:
        raise _failure(path, because(error)) from error
    suffix = path.suffix.lower()
    if suffix != CORPUS_SUFFIX and suffix not in SUFFIXES:
        raise _failure(path, f"is of a format that is not read: {what_to_do(path.name)}")
    is_corpus = suffix == CORPUS_SUFFIX
    file = Found(str(path), os.path.realpath(path), path.name)
    return _Source(path if is_corpus else path.parent, [file], is_corpus)


def _prefixes(sources: list[_Source]) -> list[str]:
    """A prefix for each source, "" where none is needed, so that no id is given by two sources.

    A corpus is read for its ids only when it is not the only source.
    """
    if len(sources) < 2:
        return [""] * len(sources)
    ids = [
        _row_ids(Path(source.files[0].path)) if source.is_corpus else [file.name for file in source.files]
        for source in sources
    ]
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
            for number, line in _lines(stream, _LIMITS):
                try:
                    ids.append(_parse_row(line, _LIMITS, first=number == 1)[0])
                except UnreadableError:
                    continue
    except OSError:
        return ids
    return ids


def _failure(path: Path, what: str, line: int | None = None) -> SourceError:
    """One line that can be printed: whatever a path holds, it neither breaks the line nor the terminal."""
    return SourceError(f"{printable(str(path))}{'' if line is None else f', line {line},'} {what}")
