"""Whether documents that people added survive a server that is killed, again and again.

    python benchmarks/uploads.py [--kills 200] [--seed 0]

A process keeps a library as the page does: it takes documents over, indexes them, and removes some. It gets
SIGKILL at a random moment and another one starts on the same folder; half of them with another embedder,
another number of the index's format, or in a folder that was moved. After every kill each document that was
accepted and not removed must be there, byte for byte. Every twentieth process is let run until all documents
are ready, and each must be in the index with its whole text.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

# The killed processes are forked from this one, which must have no threads.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
sys.path.insert(0, str(Path(__file__).parent.parent))

from index.store import generations
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.read.baseline import SentenceReader
from qa.serve.build_threads import Builders
from qa.serve.uploads import Library, UploadLimits

FAULTS = ("none", "none", "none", "another embedder", "another format", "a moved folder")
# A process takes a tenth of a second for a document; most are killed at work.
_MOST_SECONDS = 0.6
_PATIENCE = 120.0
_HELD = 25
_ROUND = 20
_WORDS = "harbour bell ferry lamp stone tide keeper rope anchor chart signal fog mast crew light".split()


class Life(NamedTuple):
    """One process: its number, what is different for it, where its documents are, and what it writes down."""

    number: int
    fault: str
    folder: Path
    log: Path

    def content(self, number: int) -> bytes:
        """A document that no other life adds; some are longer than the thread of short jobs takes."""
        chance = random.Random(f"{self.number} {number}")
        count = 4_000 if chance.random() < 0.02 else chance.randrange(1, 40)
        lines = "".join(f"{' '.join(chance.choices(_WORDS, k=9))}.\n\n" for _ in range(count))
        return f"Life {self.number}, {number}.\n\n{lines}".encode()

    def write_down(self, what: str, name: str) -> None:
        """Append a line, whole or not at all."""
        with self.log.open("ab", buffering=0) as stream:
            stream.write(f"{what} {name}\n".encode())


def main() -> None:
    """Print what was killed, what was lost, and how long it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        killed, held, lost = _run(Path(scratch), given.kills, random.Random(given.seed))
    print(f"{given.kills} kills in {time.monotonic() - began:.0f} s, seed {given.seed}")
    print("\n| killed while | kills |\n| --- | --- |")
    print("\n".join(f"| {phase} | {count} |" for phase, count in killed.most_common()))
    print(f"\n{held} documents accepted, {len(lost)} lost{''.join(f'; {line}' for line in lost)}")
    sys.exit(1 if lost else 0)


def _run(scratch: Path, kills: int, chance: random.Random) -> tuple[Counter[str], int, list[str]]:
    """Kills by what was under way, the number of documents accepted in all, and a line for each one lost."""
    folder, log = scratch / "library-0", scratch / "log"
    accepted: dict[str, bytes] = {}
    killed: Counter[str] = Counter()
    lost: list[str] = []
    every = 0
    for number in range(1, kills + 1):
        fault = chance.choice(FAULTS)
        if fault == "a moved folder" and folder.exists():
            folder = folder.rename(scratch / f"library-{number}")
        life = Life(number, fault, folder, log)
        process = _start(life, forever=True)
        time.sleep(chance.uniform(0, _MOST_SECONDS))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        killed[_phase(folder)] += 1
        every += _read(life, accepted)
        lost += _lost(life, accepted)
        if number % _ROUND == 0 or number == kills:
            process = _start(life, forever=False)
            if os.waitpid(process, 0)[1]:
                lost.append(f"life {number}: not all documents became ready")
    return killed, every, lost


def _start(life: Life, *, forever: bool) -> int:
    process = os.fork()
    if process:
        return process
    status = 1
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        status = _live(life, forever=forever)
    finally:
        os._exit(status)


def _live(life: Life, *, forever: bool) -> int:
    """Add and remove documents until killed; or see whether all that are there become ready."""
    if life.fault == "another format":
        generations.FORMAT = life.number + 1000
    name = f"hash-{life.number}" if life.fault == "another embedder" else "hash"
    builders = Builders()
    library = Library(
        life.folder, HashEmbedder(name), lambda index: Answerer(index, reader=SentenceReader()), builders,
        UploadLimits(documents=1000),
    )  # fmt: skip
    number = 0
    while forever:
        number += 1
        suffix = ".md" if number % 3 == 0 else ".txt"
        with library.receiving() as received:
            received.write_bytes(life.content(number))
            accepted = library.add(f"{life.number:04d}-{number:04d}{suffix}", received)
        life.write_down("accepted", accepted)
        if len(library.uploads()) > _HELD:
            oldest = library.uploads()[0].id
            life.write_down("removing", oldest)
            library.remove(oldest)
        if number % 4 == 0:
            _wait(library)
    _wait(library)
    index = library.index
    texts = {one: index.document(one).text for one in library.ready()} if index else {}
    files = {path.name: path.read_bytes().decode() for path in (library.folder / "documents").iterdir()}
    return 0 if texts == files else 1


def _wait(library: Library) -> None:
    until = time.monotonic() + _PATIENCE
    while any(upload.state in {"waiting", "indexing"} for upload in library.uploads()):
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.002)


def _phase(folder: Path) -> str:
    if any((folder / "index").glob("*.partial")):
        return "an index was being built"
    return "a document was being taken over" if any(folder.glob("incoming/*")) else "neither"


def _read(life: Life, accepted: dict[str, bytes]) -> int:
    """Take over what a killed process wrote down; gives the number of documents that it accepted."""
    lines = life.log.read_text(encoding="utf-8").splitlines() if life.log.exists() else []
    life.log.unlink(missing_ok=True)
    count = 0
    for line in lines:
        what, _, name = line.partition(" ")
        if what == "accepted":
            accepted[name] = life.content(int(name[5:9]))
            count += 1
        else:
            accepted.pop(name, None)
    return count


def _lost(life: Life, accepted: dict[str, bytes]) -> list[str]:
    lost = []
    for name, content in list(accepted.items()):
        path = life.folder / "documents" / name
        if not path.is_file() or path.read_bytes() != content:
            lost.append(f"{name} after life {life.number} with {life.fault}")
            del accepted[name]
    return lost


if __name__ == "__main__":
    main()
