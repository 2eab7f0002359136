"""The command line: what it prints where, and with which status it ends."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from filelock import FileLock

from index import Index
from index.cache import cache_folder
from index.testing import HashEmbedder
from qa.cli import main, quoth
from qa.serve.upload_folders import note_shared
from qa.types import Answer, Citation

Run = Callable[..., tuple[int, str, str]]

ASK = ("ask", "Who founded High-Flyer?")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; gives its status, standard output and standard error."""

    def ended(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        assert isinstance(end.value.code, int)
        printed = capsys.readouterr()
        return end.value.code, printed.out, printed.err

    return ended


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deterministic embedder in the place of the model."""
    monkeypatch.setattr("index.index.SentenceTransformerEmbedder", HashEmbedder)


def failed(result: tuple[int, str, str]) -> str:
    """The message of a command that failed as promised: one line, status 2, nothing printed."""
    status, out, err = result
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("quoth: ")
    assert err.endswith("\n")
    assert "Traceback" not in err
    return err


def test_ask_prints_one_json_object_that_verifies(
    run: Run, article: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, out, err = run(*ASK, "--source", article, "--threshold", "0", "--json")
    answer = json.loads(out)
    assert status == 0
    assert "Traceback" not in err
    assert list(answer) == list(Answer.model_fields)
    assert set(answer) >= {
        *("question", "standalone_question", "answered", "text", "short", "confidence", "threshold"),
        *("citations", "closest", "missing_terms", "timings_ms"),
    }
    assert answer["answered"] is True
    assert answer["threshold"] == 0.0
    assert 0 <= answer["confidence"] <= 1
    assert "Liang Wenfeng" in answer["text"]
    text = article.read_bytes().decode()
    assert answer["citations"]
    for citation in answer["citations"]:
        assert list(citation) == list(Citation.model_fields)
        assert set(citation) >= {
            *("document_id", "source", "sha256", "start", "end", "quote", "highlight", "score"),
            *("page", "place", "heading"),
        }
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["start"] > 0
    assert answer["text"] == " ".join(citation["quote"] for citation in answer["citations"])

    monkeypatch.setattr("sys.stdin", io.StringIO(out))
    status, verified, _ = run("verify", "-", "--source", article)
    assert (status, verified.split(":")[0]) == (0, "verified")

    file = tmp_path / "answer.json"
    file.write_text(out.replace("Liang", "Liong"), encoding="utf-8")
    status, wrong, err = run("verify", file, "--source", article)
    assert (status, err) == (1, "")
    assert "the quote is not what stands there" in wrong


@pytest.mark.usefixtures("hashed")
def test_a_refusal_ends_with_status_0_and_shows_the_closest(run: Run, article: Path) -> None:
    asked = ("ask", "Which zebra sold quantum bananas?", "--source", article, "--threshold", "1")
    status, out, _ = run(*asked, "--json")
    answer = json.loads(out)
    assert (status, answer["answered"], answer["citations"]) == (0, False, [])
    assert answer["closest"]
    assert {"zebra", "bananas"} <= set(answer["missing_terms"])
    status, out, err = run(*asked)
    assert (status, err) == (0, "")
    assert out.startswith("The source does not answer this question.\n")
    assert answer["closest"][0]["quote"] in out
    assert "Not in the source at all: zebra" in out
    assert "given as the answer from 100% on" in out


@pytest.mark.usefixtures("hashed")
def test_an_answer_for_a_person_names_the_place_of_each_sentence(run: Run, article: Path) -> None:
    status, out, err = run(*ASK, "--source", article, "--threshold", "0")
    assert status == 0
    assert err == "" or "embedding" in err
    assert "[1] deepseek.txt:" in out


@pytest.mark.usefixtures("hashed")
def test_search_prints_the_passages_best_first(run: Run, article: Path) -> None:
    found = ("search", "US export controls", "--source", article, "--top-k", "3")
    status, out, _ = run(*found, "--json")
    hits = json.loads(out)
    assert (status, len(hits)) == (0, 3)
    text = article.read_bytes().decode()
    for hit in hits:
        assert set(hit) == {"document_id", "start", "end", "text", "header", "score"}
        assert text[hit["start"] : hit["end"]] == hit["text"]
        assert hit["document_id"] == "deepseek.txt"
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    status, out, err = run(*found)
    assert (status, err) == (0, "")
    assert out.splitlines()[1] in hits[0]["text"]


@pytest.mark.usefixtures("hashed")
def test_a_search_for_words_that_stand_nowhere_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The bell rings.", encoding="utf-8")
    run("index", tmp_path)
    found = ("search", "xyzzy", "--mode", "bm25", "--source", tmp_path)
    assert run(*found) == (0, "No passage holds any of these words.\n", "")
    assert run(*found, "--json")[1] == "[]\n"
    assert "The bell rings." in run("search", "bell", *found[2:])[1]


@pytest.mark.usefixtures("hashed")
def test_what_is_given_for_a_threshold_of_0_alone_is_marked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The bell rings.", encoding="utf-8")
    forced = "Nothing seems to answer this; what comes closest:\n"
    asked = ("ask", "hello", "--source", tmp_path, "--threshold", "0")
    assert run(*asked)[1].startswith(forced)
    assert json.loads(run(*asked, "--json")[1])["forced"] is True
    assert forced not in run("ask", "What is this about?", *asked[2:])[1]


@pytest.mark.usefixtures("hashed")
def test_documents_narrow_ask_and_search(run: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"An opening line. The bell of {name} rings.", encoding="utf-8")
    chosen = ("--source", tmp_path, "--document", "b.txt", "--json")
    hits = json.loads(run("search", "bell", *chosen)[1])
    assert {hit["document_id"] for hit in hits} == {"b.txt"}
    answer = json.loads(run("ask", "Which bell rings?", *chosen, "--threshold", "0")[1])
    assert {citation["document_id"] for citation in answer["citations"]} == {"b.txt"}


@pytest.mark.usefixtures("hashed")
def test_index_prints_its_counts_and_its_folder(run: Run, article: Path, tmp_path: Path) -> None:
    status, out, err = run("index", article, "--folder", tmp_path / "kept")
    built = Index.open(tmp_path / "kept")
    assert status == 0
    assert out == f"{len(built)} passages of 1 documents in {tmp_path / 'kept'}\n"
    assert "embedding" in err
    status, again, err = run("index", article, "--folder", tmp_path / "kept")
    assert (status, again, err) == (0, out, "")
    assert str(cache_folder()) in run("index", article)[1]


@pytest.mark.usefixtures("hashed")
def test_how_a_document_was_read_is_noted_on_standard_error_when_it_is_indexed_or_quoted(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "quay.txt").write_bytes("Zoë Müller owns the café.".encode() + b" \xff")
    (tmp_path / "hill.txt").write_bytes(b"The windmill stands on a hill.")
    source = ("--source", str(tmp_path))
    note = "quoth: note: quay.txt: one place is not UTF-8, marked \ufffd; save the file as UTF-8"
    for command in (("index", str(tmp_path)), ("ask", "Who owns the café?", *source, "--reader", "sentence")):
        status, _, err = run(*command)
        assert status == 0
        assert note in err
    assert note in run("search", "café", *source)[2]
    assert "note" not in run("search", "windmill", *source, "--top-k", "1")[2]


@pytest.mark.usefixtures("hashed")
def test_a_file_that_was_left_out_is_named_on_standard_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("The bell rings.", encoding="utf-8")
    (tmp_path / "broken.pdf").write_bytes(b"not a pdf")
    status, out, err = run("search", "bell", "--source", tmp_path, "--json")
    assert (status, len(json.loads(out))) == (0, 1)
    assert any("left out" in line and "broken.pdf" in line for line in err.splitlines())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "Who?", "--source", "missing.txt"), "missing.txt does not exist"),
        (("ask", "Who?", "--source", ""), "empty path"),
        (("ask", "Who?", "--bogus"), "No such option '--bogus'"),
        (("ask", "Who?", "--bogus"), "(try: quoth ask --help)"),
        (("ask", "Who", "is", "it?"), "put what has spaces in it in quotes (try: quoth ask --help)"),
        (("ask",), "Missing argument 'QUESTION'"),
        (("nothing",), "No such command 'nothing'"),
        ((), "Missing command"),
        (("ask", "Who?", "--document", "other.txt"), "other.txt: no such document"),
        (("search", "who", "--document", "other.txt"), "other.txt: no such document"),
        (("ask", " \n "), "the question is empty"),
        (("search", ""), "the question is empty"),
        (("ask", "Who?", "--fast", "--reader", "sentence"), "--fast and --reader sentence name two readers"),
        (("ask", "x" * 2001), "2001 characters; ask in at most 2000"),
        (("ask", "Who?", "--threshold", "1.5"), "1.5 is not in the range"),
        (("ask", "Who?", "--threshold", "nan"), "must be between 0 and 1"),
        (("ask", "Who?", "--threshold", "high"), "'high' is not a valid float"),
        (("ask", "Who?", "--top-k", "0"), "0 is not in the range"),
        (("ask", "Who?", "--reader", "crystal-ball"), "crystal-ball: no question-answering model"),
        (("ask", "Who?", "--folder", "precious"), "precious: is not an index folder and not empty"),
        (("ask", "Who?", "--folder", "precious/thesis.txt"), "is not an index folder"),
        (("evaluate", "broken.jsonl"), "broken.jsonl:2: not JSON"),
        (("evaluate", "missing.jsonl"), "missing.jsonl: cannot be read"),
        (("verify", "broken.jsonl"), "broken.jsonl: not JSON"),
        (("verify", "empty.json"), "empty.json: not an exported answer (question: Field required)"),
        (("verify", "precious"), "precious: cannot be read"),
        (("verify", "missing.json"), "missing.json: cannot be read"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
@pytest.mark.usefixtures("hashed")
def test_an_error_is_one_line_with_status_2(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("The bell rings.", encoding="utf-8")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work", encoding="utf-8")
    good = json.dumps({"id": "1", "question": "Who?", "answerable": False})
    (tmp_path / "broken.jsonl").write_text(f"{good}\n{{broken\n", encoding="utf-8")
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    run("index")  # so that no progress is drawn
    assert says in failed(run(*arguments))
    assert (tmp_path / "precious" / "thesis.txt").read_text(encoding="utf-8") == "years of work"


def test_a_model_that_is_not_on_this_machine_is_one_line_that_says_how_to_get_it(
    run: Run, article: Path
) -> None:
    message = failed(run(*ASK, "--source", article, "--model", "no/such-model"))
    assert "no/such-model" in message
    assert "hf download no/such-model" in message


@pytest.mark.usefixtures("hashed")
def test_a_folder_built_from_other_sources_is_one_line_with_the_command_that_rebuilds_it(
    run: Run, article: Path, tmp_path: Path
) -> None:
    run("index", article, "--folder", tmp_path / "kept")
    message = failed(run(*ASK, "--source", article.parent, "--folder", tmp_path / "kept"))
    assert message.endswith(f"quoth index {article.parent} --folder {tmp_path / 'kept'} --rebuild\n")
    assert run("index", article.parent, "--folder", tmp_path / "kept", "--rebuild")[0] == 0


@pytest.mark.usefixtures("hashed")
def test_a_cache_that_cannot_be_written_is_one_line(
    run: Run, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("QUOTH_CACHE", str(tmp_path / "file" / "cache"))
    assert "the index cannot be written (Not a directory)" in failed(run("index", article))


@pytest.mark.usefixtures("hashed")
def test_doctor_lists_the_indexes_and_clears_them_alone(
    run: Run, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_CACHE", str(tmp_path / "own"))
    assert cache_folder().is_relative_to(tmp_path)  # never clear the cache of whoever runs the tests
    run("index", article)
    run("index", article, "--folder", tmp_path / "kept")
    status, out, err = run("doctor")
    assert (status, err) == (0, "")
    assert out.startswith("python 3.")
    assert f"cache {cache_folder()}\n" in out
    assert "reader quoth: SHA-256" in out
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db as pinned" in out
    listed = [line for line in out.splitlines() if line.startswith("index ")]
    assert len(listed) == 1
    assert listed[0].endswith(f"from {article}")
    status, out, err = run("doctor", "--clear")
    assert (status, err) == (0, "")
    assert out.startswith("removed 1 indexes and 0 compiled models\n")
    assert "\nindex " not in out
    assert list((cache_folder() / "indexes").iterdir()) == []
    assert len(Index.open(tmp_path / "kept")) > 0
    assert run("doctor", "--clear")[1].startswith("removed 0 indexes and 0 compiled models\n")


@pytest.mark.usefixtures("hashed")
def test_doctor_lists_what_is_kept_of_visitors_with_its_size_and_removes_it_when_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_CACHE", str(tmp_path / "own"))
    shared = tmp_path / "shared"
    note_shared(shared)
    (shared / "documents").mkdir(parents=True)
    (shared / "documents" / "a.txt").write_bytes(b"x" * 1_500_000)
    (shared / "operators.txt").write_text("not a visitor's", encoding="utf-8")
    one, used, left = (cache_folder() / "sessions" / name for name in ("one", "used", "left"))
    for folder in (one, used, left):
        (folder / "documents").mkdir(parents=True)
        for number in range(3):
            (folder / "documents" / f"{number}.txt").write_bytes(b"x" * 100_000)
    for folder in (one, used):
        (folder / "keep").touch()
    lines = [
        f"kept folder {shared}: 1 documents of all visitors, 1.5 MB",
        f"kept folder {one}: 3 documents of one visitor, 0.3 MB",
        f"kept folder {used}: 3 documents of one visitor, 0.3 MB",
    ]
    assert [line for line in run("doctor")[1].splitlines() if line.startswith("kept")] == lines
    with FileLock(used / "lock"):
        status, out, err = run("doctor", "--clear-kept")
    assert (status, err) == (0, "")
    assert out.splitlines()[:3] == [
        f"removed {lines[0]}",
        f"removed {lines[1]}",
        f"left {lines[2]}: a server uses it; stop it first",
    ]
    assert [line for line in out.splitlines()[3:] if line.startswith("kept")] == lines[2:]
    assert [path.name for path in shared.iterdir()] == ["operators.txt"]
    assert not one.exists()
    assert (left / "documents").exists()  # nothing that is kept: the next server removes it


@pytest.mark.usefixtures("hashed")
def test_doctor_names_an_index_that_is_incomplete_or_broken(run: Run, article: Path) -> None:
    run("index", article)
    (cache_folder() / "indexes" / "half").mkdir()
    manifest = next(cache_folder().glob("indexes/*/gen-*/manifest.json"))
    manifest.write_text("{", encoding="utf-8")
    status, out, err = run("doctor")
    assert (status, err) == (0, "")
    assert "index half: incomplete" in out
    assert sum(line.startswith("index ") for line in out.splitlines()) == 2


@pytest.mark.usefixtures("hashed")
def test_the_default_source_is_the_folder_seeds_here_else_the_one_that_is_shipped(
    run: Run, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = json.loads(run("search", "DeepSeek", "--json")[1])
    assert {hit["document_id"] for hit in shipped} == {article.name}
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "mine.txt").write_text("DeepSeek is mentioned here.", encoding="utf-8")
    mine = json.loads(run("search", "DeepSeek", "--json")[1])
    assert [hit["document_id"] for hit in mine] == ["mine.txt"]


@pytest.fixture
def questions(tmp_path: Path, article: Path) -> Path:
    """Three questions over the article."""
    text = article.read_bytes().decode()
    start = text.index("Liang Wenfeng")
    evidence = {"document_id": article.name, "start": start, "end": start + 13}
    rows = [
        {"id": "1", "question": "Who is the founder of High-Flyer?", "answers": ["Liang Wenfeng"]}
        | {"answerable": True, "evidence": [evidence]},
        {"id": "2", "question": "When were the US export controls imposed?", "answers": ["October 2022"]}
        | {"answerable": True, "document_id": "deepseek"},
        {"id": "3", "question": "Which zebra sold bananas?", "answerable": False},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.usefixtures("hashed")
def test_evaluate_writes_its_report_and_checks_the_gate(
    run: Run, article: Path, questions: Path, tmp_path: Path
) -> None:
    (tmp_path / "low.json").write_text('{"citations.integrity": 1.0, "n.questions": 3}', encoding="utf-8")
    (tmp_path / "high.json").write_text('{"n.questions": 4}', encoding="utf-8")
    evaluate = ("evaluate", questions, "--source", article)
    status, out, err = run(*evaluate, "--report", tmp_path / "report", "--gate", tmp_path / "low.json")
    assert status == 0
    assert out.startswith("# ")
    assert "below the gate" not in err
    names = {"report.json", "report.md", "risk_coverage.png", "reliability.png"}
    assert {path.name for path in (tmp_path / "report").iterdir()} == names
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert report["n"]["questions"] == 3
    status, _, err = run(*evaluate, "--gate", tmp_path / "high.json")
    assert status == 1
    assert "quoth: below the gate: n.questions is 3.000, the gate asks for at least 4" in err
    status, _, err = run(*evaluate, "--gate", tmp_path / "none.json")
    assert status == 2
    assert err.splitlines()[-1].startswith(f"quoth: {tmp_path / 'none.json'}: the gate cannot be read")


@pytest.mark.usefixtures("hashed")
def test_a_squad_file_is_evaluated_over_its_own_contexts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    context = "The harbour is old. Its bell weighs nine tons."
    answer = {"text": "nine tons", "answer_start": context.index("nine tons")}
    asked = [
        {"id": "1", "question": "What does the bell weigh?", "answers": [answer], "is_impossible": False},
        {"id": "2", "question": "Who rings it?", "answers": [], "is_impossible": True},
    ]
    squad = {
        "version": "2.0",
        "data": [{"title": "Bell", "paragraphs": [{"context": context, "qas": asked}]}],
    }
    (tmp_path / "squad.json").write_text(json.dumps(squad), encoding="utf-8")
    status, out, err = run("evaluate", "squad.json", "--report", "report")
    assert (status, "Traceback" in err) == (0, False)
    assert "2 questions, 1 answerable, 1 unanswerable" in out
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert report["about"]["documents"] == 1
    assert report["figures"]["retrieval"]["recall@1"] == 1.0


# --- whatever the console's encoding

LETTERS = "Its owner is Zoë Dvořák → 東京 🎉 "
ENCODINGS = ("cp1252", "ascii", "latin-1", "cp437", "utf-16", "utf-8")


class Piped(NamedTuple):
    """What a command wrote to its pipes, as bytes."""

    status: int
    out: bytes
    err: bytes


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Piped]:
    """Run a command whose standard streams are pipes of an encoding."""

    def ended(encoding: str, *arguments: str | Path, stdin: bytes = b"") -> Piped:
        streams = [io.BytesIO(stdin), io.BytesIO(), io.BytesIO()]
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(stream, encoding=encoding, write_through=True))
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        assert isinstance(end.value.code, int)
        return Piped(end.value.code, streams[1].getvalue(), streams[2].getvalue())

    return ended


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A document with letters that hardly any encoding has, and with a lone surrogate."""
    path = tmp_path / "corpus.jsonl"
    path.write_text(json.dumps({"id": "café", "text": f"{LETTERS}\ud800."}), encoding="utf-8")
    return path


@pytest.mark.usefixtures("hashed")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_utf8_whatever_the_encoding_of_the_pipe(
    piped: Callable[..., Piped], corpus: Path, encoding: str
) -> None:
    status, out, _ = piped(
        encoding, "ask", "Wem gehört das 東京?", "--source", corpus, "--threshold", "0", "--json"
    )
    answer = json.loads(out.decode("utf-8"))
    assert (status, answer["question"]) == (0, "Wem gehört das 東京?")
    assert answer["citations"][0]["quote"] == f"{LETTERS}\ud800."
    status, said, err = piped(encoding, "verify", "-", "--source", corpus, stdin=b"\xef\xbb\xbf" + out)
    assert (status, said.decode("utf-8").split(":")[0], err) == (0, "verified", b"")
    status, out, _ = piped(encoding, "search", "東京", "--source", corpus, "--json")
    (hit,) = json.loads(out.decode("utf-8"))
    assert (status, hit["document_id"], hit["text"]) == (0, "café", f"{LETTERS}\ud800.")


@pytest.mark.usefixtures("hashed")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_people_read_is_utf8_whatever_the_encoding_of_the_console(
    piped: Callable[..., Piped], corpus: Path, tmp_path: Path, encoding: str
) -> None:
    source = ("--source", corpus)
    written = rf"{LETTERS}\ud800."
    status, out, _ = piped(encoding, "ask", "東京?", *source, "--threshold", "0")
    assert (status, written in out.decode("utf-8")) == (0, True)
    status, out, _ = piped(encoding, "search", "東京", *source)
    assert (status, written in out.decode("utf-8")) == (0, True)
    status, out, _ = piped(encoding, "index", corpus, "--folder", tmp_path / "東京")
    assert (status, out.decode("utf-8").rstrip().endswith("東京")) == (0, True)
    question = {"id": "Zoë", "question": "東京?", "answerable": False}
    (tmp_path / "東京.jsonl").write_text(json.dumps(question), encoding="utf-8")
    status, out, _ = piped(
        encoding, "evaluate", tmp_path / "東京.jsonl", *source, "--report", tmp_path / "said"
    )
    assert (status, "東京.jsonl" in out.decode("utf-8")) == (0, True)
    report = json.loads((tmp_path / "said" / "report.json").read_text(encoding="utf-8"))
    answer = report["questions"][0]["answer"]
    assert [*answer["citations"], *answer["closest"]][0]["quote"] == f"{LETTERS}\ud800."
    status, out, err = piped(encoding, "ask", "東京?", "--source", "東京.txt")
    assert (status, out) == (2, b"")
    assert "東京.txt" in err.decode("utf-8")
    status, out, _ = piped(encoding, "doctor")
    assert (status, f"from {corpus}" in out.decode("utf-8")) == (0, True)


def test_a_question_is_read_as_typed_where_the_locale_has_no_letters_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = "Wem gehört das 東京?"
    # As Python gives an argument in a locale that is ASCII alone.
    given = typed.encode().decode("ascii", "surrogateescape")
    monkeypatch.setattr(os, "fsencode", lambda text: text.encode("ascii", "surrogateescape"))
    argument = next(one for one in quoth.commands["ask"].params if one.name == "question")
    context = click.Context(quoth.commands["ask"])
    assert argument.process_value(context, given) == typed
    assert argument.process_value(context, typed) == typed
    assert argument.process_value(context, "Who \ud800?") == "Who \ud800?"


def test_a_pipe_of_another_encoding_holds_the_whole_answer(tmp_path: Path) -> None:
    (tmp_path / "café.txt").write_text(f"{LETTERS}.", encoding="utf-8")
    command = [sys.executable, "-m", "qa.cli", "search", "owner", "--source", "café.txt", "--json"]
    encoding = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **encoding}, capture_output=True, check=True, timeout=120
    )
    (hit,) = json.loads(done.stdout.decode("utf-8"))
    assert (hit["document_id"], hit["text"]) == ("café.txt", f"{LETTERS}.")
