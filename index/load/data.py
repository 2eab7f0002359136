"""Data (.json, .yaml): a line for each value behind its path; rows of one shape as a table."""

import json
import re
from collections.abc import Iterator
from typing import Any

from index.load.decoding import UnreadableError, decode
from index.load.extracted import Blocks, Extracted
from index.load.limits import Limits, require
from index.load.table_rows import row_line

_PLAIN_KEY = re.compile(r"[^\s.:\[\]|]+")
_BROKEN = "is not valid {}: {}"
_DEEP = "nests its values too deeply: split it up"
_FEWEST_ROWS = 2
_MOST_COLUMNS = 50
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
        columns = _columns(value)
        if columns:
            if path:
                yield path, f"{path}:", True
            yield path, row_line(columns), True
            for row in value:
                yield path, row_line([_said(row.get(column, "")) for column in columns]), True
        elif value and not any(isinstance(inner, dict | list) for inner in value):
            yield (
                path,
                f"{path}: {', '.join(map(_said, value))}" if path else "\n".join(map(_said, value)),
                False,
            )
        else:
            for number, inner in enumerate(value):
                yield from _lines(f"{path}[{number}]", inner)
    else:
        said = _said(value)
        if said:
            yield path, f"{path}: {said}" if path else said, False


def _columns(rows: list[Any]) -> list[str]:
    """The columns of a list of records that hold single values; none where it is no table."""
    if len(rows) < _FEWEST_ROWS or not all(isinstance(row, dict) and row for row in rows):
        return []
    columns = list(dict.fromkeys(str(key) for row in rows for key in row))
    values = (value for row in rows for value in row.values())
    if len(columns) < 2 or len(columns) > _MOST_COLUMNS:
        return []
    if any(isinstance(value, dict | list) or len(_said(value)) > 200 for value in values):
        return []
    filled = sum(len(row) for row in rows)
    return columns if 2 * filled > len(rows) * len(columns) else []


def _under(path: str, key: str) -> str:
    if not _PLAIN_KEY.fullmatch(key):
        key = " ".join(key.split())
    return f"{path}.{key}" if path else key


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(str(value).split())
