"""What the benchmarks of size share: the machine and versions, memory and disk, tables."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parent.parent


def machine(*packages: str) -> dict[str, Any]:
    """The commit, the machine and the versions a result belongs to."""
    git = ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=7"]
    model = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "commit": subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip(),
        "processor": f"{os.cpu_count()} cores of {model[0] if model else platform.machine()}",
        "memory GiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in ("faiss-cpu", "numpy", *packages)},
    }


def peak_mebibytes() -> float:
    """The most memory this process held so far, pages of mapped files counted in."""
    return _status("VmHWM")


def mebibytes(process: int | str = "self") -> dict[str, float]:
    """What a process holds now: memory of its own, and pages of mapped files."""
    return {"own": _status("RssAnon", process), "mapped": _status("RssFile", process)}


def folder_mebibytes(folder: Path) -> float:
    """The size of all files below a folder, or of one file."""
    return sum(path.stat().st_size for path in [folder, *folder.rglob("*")] if path.is_file()) / 2**20


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with a column for each key that occurs."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([str(row.get(name, "")) for name in names] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _status(field: str, process: int | str = "self") -> float:
    path = Path(f"/proc/{process}/status")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"{path}: has no {field}; this benchmark needs Linux")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
