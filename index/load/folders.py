"""Which documents a folder holds, whatever else lies in it: links out of it, loops, pipes, odd names."""

import os
from pathlib import Path
from typing import NamedTuple

from index.load.files import because, printable
from index.load.formats import FORMATS
from index.text.surrogates import is_unicode

SUFFIXES = tuple(FORMATS)
"""Suffixes of the files that are documents, lower case; found whatever their case."""

CORPUS_SUFFIX = ".jsonl"

# What to save a file as whose format is not read but near to one that is.
_INSTEAD = {
    **dict.fromkeys((".doc", ".dot", ".docm", ".pages", ".wpd", ".wps"), ".docx"),
    **dict.fromkeys((".ppt", ".pps", ".pptm", ".ppsx", ".odp", ".key"), ".pptx"),
    **dict.fromkeys((".xls", ".xlsb", ".numbers"), ".xlsx"),
    **dict.fromkeys((".mobi", ".azw", ".azw3", ".fb2"), ".epub"),
    **{
        ".msg": ".eml",
        ".xhtml": ".html",
        ".mhtml": ".html",
        ".markdown": ".md",
        ".ott": ".odt",
        ".ass": ".srt",
    },
}
_MOST_NAMES = 5

BAD_NAME = "has a name that is not valid Unicode: rename it"


class Found(NamedTuple):
    """A file: where it is, where its links lead ("" if nobody knows), and its path in the folder.

    `problem` says why it cannot be loaded, where that is plain without opening it.
    """

    path: str
    real: str
    name: str
    problem: str = ""


def walk(root: Path) -> list[Found]:
    """The documents below a folder, sorted by their relative paths; links within the folder are followed.

    Files of other formats are passed over, which one line says. A folder is entered once, which ends a loop
    of links. A dangling link to a document is listed, so that loading says that it is gone. Raises OSError
    when `root` itself cannot be listed.
    """
    found: list[Found] = []
    unread: list[str] = []
    folders, entered = [root], set()
    real_root = Path(os.path.realpath(root))
    while folders:
        folder = folders.pop()
        real = os.path.realpath(folder)
        if real in entered:
            continue
        entered.add(real)
        try:
            # Popped in the order of names, folders before links to folders, so that a folder that is
            # there twice keeps its own name.
            entries = sorted(
                folder.iterdir(), key=lambda entry: (entry.is_symlink(), entry.name), reverse=True
            )
        except OSError as error:
            if folder == root:
                raise
            found.append(_problem(folder, root, because(error)))
            continue
        for entry in entries:
            if entry.name.startswith((".", "~$")):
                continue
            try:
                is_folder = entry.is_dir()
                if not is_folder and not _is_document(entry):
                    if entry.is_file() and not entry.is_symlink():
                        unread.append(_name(entry, root))
                    continue
                if problem := _refuse(entry, root, real_root):
                    found.append(problem)
                elif is_folder:
                    folders.append(entry)
                else:
                    found.append(Found(str(entry), os.path.realpath(entry), _name(entry, root)))
            except OSError as error:
                found.append(_problem(entry, root, because(error)))
    if found and unread:
        found.append(_unread(unread, root))
    return sorted(found, key=lambda file: file.name)


def what_to_do(name: str) -> str:
    """What to do with a file whose format is not read."""
    instead = _INSTEAD.get(Path(name).suffix.lower())
    return (
        f"save it as {instead}"
        if instead in SUFFIXES
        else f"give one of {', '.join((*SUFFIXES, CORPUS_SUFFIX))}"
    )


def _unread(names: list[str], root: Path) -> Found:
    """The one line about all files of a folder that are passed over, in the place of the first."""
    first, *others = sorted(names)
    what = f"is of a format that is not read: {what_to_do(first)}"
    if others:
        more = f" and {len(others) - _MOST_NAMES:,} more" if len(others) > _MOST_NAMES else ""
        what += f"; nor are {', '.join(map(printable, others[:_MOST_NAMES]))}{more}"
    return Found(printable(str(root / first)), "", printable(first), what)


def _is_document(entry: Path) -> bool:
    """Whether it is a file of a known format, or a link to one that is gone; a pipe or a device is none."""
    return entry.suffix.lower() in SUFFIXES and (entry.is_file() or not entry.exists())


def _refuse(entry: Path, root: Path, real_root: Path) -> Found | None:
    """What to list instead of a file or folder that may not be read under its name."""
    if not is_unicode(entry.name):
        return _problem(entry, root, BAD_NAME)
    if entry.is_symlink():
        real = os.path.realpath(entry)
        if entry.exists() and not Path(real).is_relative_to(real_root):
            what = f"is a link that leads out of its folder: give {printable(real)} as a source of its own"
            return _problem(entry, root, what)._replace(real=real)
    return None


def _problem(entry: Path, root: Path, what: str) -> Found:
    return Found(printable(str(entry)), "", printable(_name(entry, root)), what)


def _name(entry: Path, root: Path) -> str:
    return entry.relative_to(root).as_posix()
