"""Processor time of `Index.from_sources` over many small files, a few formats, and one long table.

    python benchmarks/ingest_files.py [--json FILE]

Each row is a fresh index, with the default model, in this process and in those that parse.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.hostile import make_docx, one_page_pdf, pdf_stream, word_document
from benchmarks.measuring import Row, show
from index.index import Index
from index.load import confined

_LINE = "The ferry {} sailed to Oban on a calm day in May with {} passengers."


def _texts(folder: Path) -> None:
    for number in range(2_000):
        Path(folder, f"{number}.txt").write_text(_LINE.format(number, number % 90), encoding="utf-8")


def _pages(folder: Path) -> None:
    for number in range(100):
        lines = b"".join(
            b"1 0 0 1 60 %d Tm (%s) Tj " % (760 - 15 * row, _LINE.format(number, row).encode())
            for row in range(45)
        )
        Path(folder, f"{number}.pdf").write_bytes(one_page_pdf(pdf_stream(b"BT /F 11 Tf " + lines + b"ET")))


def _word(folder: Path) -> None:
    for number in range(100):
        body = "".join(f"<w:p><w:r><w:t>{_LINE.format(number, row)}</w:t></w:r></w:p>" for row in range(45))
        Path(folder, f"{number}.docx").write_bytes(make_docx(word_document(body)))


def _table(folder: Path) -> None:
    rows = "\n".join(f"PX-{number},Bin {number % 40},{number * 1.5}" for number in range(5_000))
    Path(folder, "parts.csv").write_text(f"Part,Bin,Price\n{rows}\n", encoding="utf-8")


_CASES: dict[str, Callable[[Path], None]] = {
    "2,000 one-line files": _texts,
    "100 PDFs of a dense page": _pages,
    "100 Word files": _word,
    "a table of 5,000 rows": _table,
}


def _spent() -> float:
    """Processor seconds of this process and of those that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Print a Markdown table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--json", type=Path)
    arguments = options.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        os.environ["QUOTH_CACHE"] = os.environ.get("QUOTH_CACHE", str(Path(name, "cache")))
        warm = Path(name, "warm")
        warm.mkdir()
        _table(warm)
        Index.from_sources([warm], Path(name, "warm-index"))
        for what, make in _CASES.items():
            folder = Path(name, what)
            folder.mkdir()
            make(folder)
            started = _spent()
            index = Index.from_sources([folder], Path(name, f"{what}-index"))
            confined._drop_all()
            rows.append({"what": what, "passages": len(index), "processor s": _spent() - started})
    show("ingest files", rows, arguments.json)


if __name__ == "__main__":
    main()
