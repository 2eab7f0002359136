"""Data (.json, .yaml): a line for each value behind its path; rows of one shape as a table."""

import json
import re
from collections.abc import Iterator
from typing import Any

from index.load.decoding import UnreadableError, decode
from index.load.extracted import Blocks, Extracted
from index.load.limits import Limits, require
from index.load.table_rows import row_line, rule_below

_PLAIN_KEY = re.compile(r"[^\s.:\[\]|]+")
_BROKEN = "is not valid {}: {}"
_DEEP = "nests its values too deeply: split it up"
_FEWEST_ROWS = 2
_MOST_COLUMNS = 50
# In characters. A longer cell is prose, and a longer row may not fit into a passage.
_LONGEST_CELL, _LONGEST_ROW = 400, 800
# The most characters that a YAML file is written out to, beside and for each of its own.
_ALIASED, _REPEATED = 2**20, 64


def extract_json(data: bytes, limits: Limits) -> Extracted:
    """The values of JSON with their paths, figures as they are written."""
    text, note = decode(data)
    try:
        content = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=lambda pairs: dict(pairs),
        )
    except RecursionError as error:
        raise UnreadableError(_DEEP) from error
    except json.JSONDecodeError as error:
        raise UnreadableError(f"is not valid JSON in line {error.lineno}: check it there") from error
    return _written([content], note, limits.text_characters)


def extract_yaml(data: bytes, limits: Limits) -> Extracted:
    """The values of YAML with their paths, each as it is written."""
    import yaml

    text, note = decode(data)
    loader = getattr(
        yaml, "CBaseLoader", yaml.BaseLoader
    )  # which makes nothing but texts, lists and mappings
    try:
        content = list(yaml.load_all(text, Loader=loader))
    except RecursionError as error:
        raise UnreadableError(_DEEP) from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise UnreadableError(f"is not valid YAML{where}: check it there") from error
    # Aliases may repeat a small text without end.
    most = min(limits.text_characters, _ALIASED + _REPEATED * len(text))
    return _written(content, note, most)


def _written(documents: list[Any], note: str | None, most: int) -> Extracted:
    blocks = Blocks()
    written = 0
    try:
        for content in documents:
            group = None
            for path, line, is_row in _lines("", content):
                written += len(line) + 1
                require("holds {} characters or more", written, most)
                top = re.split(r"[.\[]", path, maxsplit=1)[0]
                start = blocks.add(line, apart=group != (top, is_row and path))
                group = (top, is_row and path)
                blocks.place(start, path or "the top")
    except RecursionError as error:
        raise UnreadableError(_DEEP) from error
    return blocks.extracted(note=note)


def _lines(path: str, value: object) -> Iterator[tuple[str, str, bool]]:
    """Of each value or row its path, its line, and whether it is a row of a table."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(_under(path, str(key)), inner)
    elif isinstance(value, list):
        table = _table(value)
        if table:
            if path:
                yield path, f"{path}:", True
            header, *rows = table
            for line in (row_line(header), rule_below(header), *map(row_line, rows)):
                yield path, line, True
        elif value and _is_plain(value):
            yield path, f"{path}: {_said(value)}" if path else "\n".join(map(_said, value)), False
        else:
            for number, inner in enumerate(value):
                yield from _lines(f"{path}[{number}]", inner)
    else:
        said = _said(value)
        if said:
            yield path, f"{path}: {said}" if path else said, False


def _table(records: list[Any]) -> list[list[str]]:
    """The header and rows of a list of records of plain values; empty where it is no table.

    A record within a record has its columns behind its own name: "address.city".
    """
    if len(records) < _FEWEST_ROWS or not all(isinstance(record, dict) and record for record in records):
        return []
    rows = [dict(_flat("", record)) for record in records]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if len(columns) < 2 or len(columns) > _MOST_COLUMNS:
        return []
    cells = [cell for row in rows for cell in row.values()]
    if any(cell is None or len(cell) > _LONGEST_CELL for cell in cells):
        return []
    longest = max(sum(len(cell or "") for cell in row.values()) for row in rows)
    if longest > _LONGEST_ROW or 2 * len(cells) <= len(rows) * len(columns):
        return []
    return [columns, *([row.get(column) or "" for column in columns] for row in rows)]


def _flat(path: str, value: object) -> Iterator[tuple[str, str | None]]:
    """The cells of a record, each behind its path; None where a list holds more than plain values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(_under(path, str(key)), inner)
    else:
        yield path, _said(value) if _is_plain(value) else None


def _under(path: str, key: str) -> str:
    if not _PLAIN_KEY.fullmatch(key):
        key = " ".join(key.split())
    return f"{path}.{key}" if path else key


def _is_plain(value: object) -> bool:
    """Whether a value is a single one, or a list of single ones."""
    values = value if isinstance(value, list) else [value]
    return not any(isinstance(one, dict | list) for one in values)


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(str(value).split())
