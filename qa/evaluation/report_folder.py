"""Write a report to a folder: its values, its text and its pictures."""

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from qa.errors import ReportError
from qa.evaluation.pictures import reliability_picture, risk_coverage_picture
from qa.evaluation.report import EvalReport, render


def write_report(report: EvalReport, folder: str | os.PathLike[str]) -> None:
    """Write report.json, report.md, risk_coverage.png and reliability.png, each whole or not at all."""
    target = Path(folder)
    files: dict[str, Callable[[], bytes]] = {
        "report.json": lambda: _utf8(
            json.dumps(report.model_dump(mode="json"), indent=1, ensure_ascii=False)
        ),
        "report.md": lambda: _utf8(render(report)),
        "risk_coverage.png": lambda: risk_coverage_picture(report),
        "reliability.png": lambda: reliability_picture(report),
    }
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(target / name, content())
    except OSError as error:
        raise ReportError(
            f"{target}: the report cannot be written ({error.strerror}); name another folder with --report"
        ) from error


def _utf8(text: str) -> bytes:
    """A file of this text; a lone surrogate, which a corpus may hold, is written as JSON escapes it."""
    return f"{text.rstrip()}\n".encode("utf-8", "backslashreplace")


def _replace(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.{uuid.uuid4().hex}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
