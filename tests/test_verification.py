"""Checking exported answers: a good one passes, and every single tampering is named."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from index.load.sources import find, load
from index.testing import HashEmbedder
from qa.answer.citations import cite, piece
from qa.answer.verification import read_answers, verify_answers
from qa.cli import main
from qa.messages import REFUSAL
from qa.types import Answer

Export = dict[str, Any]

TEXT = "The harbour is old. The ferry did not leave for 30 days. Then it sailed to Oban, and came back."
QUOTE = "The ferry did not leave for 30 days."
SHORT = "30 days"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "docs" / "ferry.txt"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    return path


def exported(source: Path, quote: str = QUOTE, short: str | None = SHORT, document_id: str = "") -> Export:
    """An answer that quotes a document, as `quoth ask --json` prints it."""
    documents = [document for file in find([source]) for document in load(file)]
    document = next(one for one in documents if quote in one.text and one.id.endswith(document_id))
    start = document.text.index(quote)
    place = document.text.index(short, start) if short else 0
    citation = cite(
        document,
        start,
        start + len(quote),
        highlight=(place, place + len(short)) if short else None,
        score=1.0,
    )
    answer = Answer(
        question="How long?",
        standalone_question="How long?",
        answered=True,
        text=citation.quote,
        short=short,
        confidence=0.5,
        threshold=0.25,
        citations=(citation,),
    )
    found: Export = json.loads(answer.model_dump_json())
    return found


def verify(capsys: pytest.CaptureFixture[str], answer: object, *sources: Path) -> tuple[int, list[str]]:
    """Status and lines of the command `verify` on an export."""
    file = sources[0].parent / "answer.export"
    file.write_text(json.dumps(answer), encoding="utf-8")
    options = [option for source in sources for option in ("--source", str(source))]
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(file), *options])
    assert isinstance(ended.value.code, int)
    printed = capsys.readouterr()
    assert printed.err == ""
    return ended.value.code, printed.out.splitlines()


def test_an_export_verifies_against_its_source(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert TEXT.index(QUOTE) > 0
    assert verify(capsys, exported(source), source) == (
        0,
        ["verified: 1 citation of 1 answer stands in the source as quoted"],
    )


def requoted(old: str, new: str) -> Callable[[Export], None]:
    """A tampering that is consistent in all of the answer's own fields: only the source tells."""

    def tamper(answer: Export) -> None:
        answer["citations"][0]["quote"] = answer["citations"][0]["quote"].replace(old, new)
        answer["text"] = answer["text"].replace(old, new)
        if old in SHORT:
            answer["short"] = answer["short"].replace(old, new)

    return tamper


def cited(**fields: object) -> Callable[[Export], None]:
    return lambda answer: answer["citations"][0].update(fields)


def changed(**fields: object) -> Callable[[Export], None]:
    return lambda answer: answer.update(fields)


START, END = TEXT.index(QUOTE), TEXT.index(QUOTE) + len(QUOTE)


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (requoted("ferry", "Ferry"), f"ferry.txt:{START}-{END}: the quote is not what stands there"),
        (requoted("did not leave", "did leave"), "the quote is not what stands there"),
        (requoted("30", "90"), "the quote is not what stands there"),
        (cited(start=START + 1), f"ferry.txt:{START + 1}-{END}: the quote is not what stands there"),
        (cited(end=END - 1), "the quote is not what stands there"),
        (cited(start=START - 1, end=END - 1), "the quote is not what stands there"),
        (cited(end=10_000), f"the range is not within the document, which has {len(TEXT)} characters"),
        (cited(start=-3), "the range is not within the document"),
        (cited(start=END, end=START), "the range is not within the document"),
        (cited(highlight=[END, END + 4]), f"the highlight [{END}, {END + 4}] is not within the quote"),
        (cited(highlight=[START, START]), "is not within the quote"),
        (cited(highlight=None), "the short answer '30 days' is highlighted in no citation"),
        (cited(sha256="0" * 64), "the file ferry.txt is not the one that was cited (its SHA-256 differs)"),
        (cited(document_id="train.txt"), "train.txt: no such document in the sources given"),
        (changed(text="The ferry sank."), "'How long?': the text is not what the citations quote"),
        (changed(text=f"{QUOTE} It sank."), "the text is not what the citations quote"),
        (changed(short="90 days"), "the short answer '90 days' is highlighted in no citation"),
        (changed(citations=[]), "the text is not what the citations quote"),
        (changed(answered=False, verdict="silent"), "the text is not the message of a refusal"),
    ],
)
def test_a_single_tampering_fails_with_a_line_that_names_it(
    source: Path, capsys: pytest.CaptureFixture[str], tamper: Callable[[Export], None], line: str
) -> None:
    answer = exported(source)
    tamper(answer)
    status, lines = verify(capsys, answer, source)
    assert status == 1
    assert any(line in printed for printed in lines)


def test_an_export_whose_verdict_and_answered_differ_is_none(source: Path) -> None:
    answer = exported(source) | {"answered": False}
    with pytest.raises(ValidationError, match="answered is False, but the verdict is answered"):
        Answer.model_validate(answer)


@pytest.mark.parametrize("place", [0, len(TEXT) - 1])
def test_a_source_edited_by_one_byte_outside_of_the_quote_is_not_the_one_cited(
    source: Path, capsys: pytest.CaptureFixture[str], place: int
) -> None:
    answer = exported(source)
    content = bytearray(source.read_bytes())
    content[place] ^= 1
    source.write_bytes(content)
    status, lines = verify(capsys, answer, source)
    assert (status, len(lines)) == (1, 1)
    assert "its SHA-256 differs" in lines[0]


def test_a_refusal_is_verified_by_its_closest_quotes(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = exported(source)
    answer |= {
        "answered": False,
        "verdict": "silent",
        "text": REFUSAL,
        "closest": answer["citations"],
        "citations": [],
    }
    assert verify(capsys, answer, source)[0] == 0
    status, lines = verify(capsys, answer | {"text": "It took 90 days."}, source)
    assert (status, lines) == (1, ["'How long?': the text is not the message of a refusal"])
    answer["closest"][0]["quote"] = QUOTE.replace("30", "90")
    assert verify(capsys, answer, source)[0] == 1


def test_in_a_list_of_answers_the_one_that_is_wrong_is_named(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = exported(source), exported(source, "The harbour is old.", None)
    status, lines = verify(capsys, [good, bad], source)
    assert (status, lines) == (0, ["verified: 2 citations of 2 answers stand in the source as quoted"])
    bad["citations"][0]["start"] += 1
    status, lines = verify(capsys, [good, bad], source)
    assert (status, lines) == (1, ["ferry.txt:1-19: the quote is not what stands there"])


def test_what_a_folder_answered_verifies_elsewhere(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("index.index.SentenceTransformerEmbedder", HashEmbedder)
    folder = source.parent
    (folder / "sub").mkdir()
    (folder / "sub" / "bell.txt").write_text("A bell rang. The bell weighs 9 tons.", encoding="utf-8")
    question = ["ask", "What weighs 9 tons?", "--source", str(folder), "--threshold", "0", "--json"]
    with pytest.raises(SystemExit):
        main(question)
    answer = json.loads(capsys.readouterr().out)
    assert answer["citations"][0]["document_id"] == "sub/bell.txt"
    assert answer["citations"][0]["start"] > 0
    assert verify(capsys, answer, folder)[0] == 0
    moved = folder.rename(tmp_path / "moved")
    assert verify(capsys, answer, moved)[0] == 0
    assert verify(capsys, answer, moved / "sub" / "bell.txt")[0] == 0
    status, lines = verify(capsys, answer, moved / "ferry.txt")
    assert (status, lines) == (1, ["sub/bell.txt: no such document in the sources given"])


def test_two_sources_with_one_file_name_are_told_apart_by_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / "a.txt").write_text(f"A start. Folder {number} is quoted.", encoding="utf-8")
    answers = [
        exported(folder / "a.txt", f"Folder {number} is quoted.", None)
        for number, folder in enumerate(folders)
    ]
    assert verify(capsys, answers, *folders)[0] == 0
    assert verify(capsys, answers, *reversed(folders))[0] == 0


def test_a_row_of_a_corpus_verifies_and_a_row_that_is_not_there_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    rows = [{"id": "r1", "text": TEXT}, {"id": "r2", "text": "Its bell is \ud800 cracked. It is loud."}]
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    answer = exported(corpus)
    assert verify(capsys, answer, corpus)[0] == 0
    answer["citations"][0]["document_id"] = "corpus.jsonl/r1"  # as given among others
    assert verify(capsys, answer, corpus)[0] == 0
    answer["citations"][0]["document_id"] = "r3"
    assert verify(capsys, answer, corpus) == (1, ["r3: no such document in the sources given"])


def test_a_quote_with_a_lone_surrogate_is_printed_and_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("index.index.SentenceTransformerEmbedder", HashEmbedder)
    corpus = tmp_path / "corpus.jsonl"
    row = {"id": "r1", "text": "It is old. Its bell is \ud800 cracked."}
    corpus.write_text(json.dumps(row), encoding="utf-8")
    ask = ["ask", "What is the bell?", "--source", str(corpus), "--threshold", "0", "--reader", "sentence"]
    with pytest.raises(SystemExit, match=r"\A0\Z"):
        main([*ask, "--json"])
    printed = capsys.readouterr().out
    answer = json.loads(printed.encode("utf-8"))
    assert answer["text"] == "Its bell is \ud800 cracked."
    assert verify(capsys, answer, corpus)[0] == 0
    with pytest.raises(SystemExit, match=r"\A0\Z"):
        main(ask)
    assert capsys.readouterr().out.encode("utf-8").startswith(b"Its bell is \\ud800 cracked.")


@pytest.mark.parametrize(
    "content",
    [
        f"One.\r\n\r\n{TEXT}\r\nLast.\r\n".encode(),
        f"😀 İstanbul ﬁrst. שלום 👩‍👩‍👧. {TEXT}".encode(),
        f"First 😀.\r\n{TEXT}".encode("utf-8-sig"),
        f"First 😀.\n{TEXT}".encode("utf-16"),
        f"Cafés d'été à la française, déjà très renommés.\n{TEXT}".encode("cp1252"),
    ],
    ids=["CRLF", "emoji", "UTF-8 with a mark", "UTF-16 with a mark", "cp1252"],
)
def test_offsets_hold_whatever_the_line_ends_the_characters_and_the_encoding(
    source: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    source.write_bytes(content)
    answer = exported(source)
    assert verify(capsys, answer, source)[0] == 0
    answer["citations"][0]["start"] += 1
    answer["citations"][0]["end"] += 1
    assert verify(capsys, answer, source)[0] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_an_export_is_read_from_a_file_with_or_without_a_mark(source: Path, encoding: str) -> None:
    file = source.parent / "answer.export"
    file.write_text(json.dumps(exported(source)), encoding=encoding)
    assert verify_answers(read_answers(str(file)), [str(source)]) == []


def test_an_export_is_read_from_standard_input(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Sequence[Export] = [exported(source)] * 2
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(answers)))
    assert len(read_answers("-")) == 2


@pytest.mark.parametrize("place", [0, 7, 60, 119])
def test_of_text_without_stops_the_words_around_the_answer_are_quoted(place: int) -> None:
    text = " ".join(f"word{number} {'so' * (number % 7)} on" for number in range(120))
    first = text.index(f"word{place} ")
    highlight = (first, first + len(f"word{place}"))
    start, end = piece(text, 0, len(text), highlight)
    assert end - start <= 300 < len(text)
    assert end - start > 280
    assert start <= highlight[0] < highlight[1] <= end
    assert text[start:end].split() == text[:end].split()[len(text[:start].split()) :]  # whole words
    assert piece(text, 0, len(text), None) == (0, piece(text, 0, len(text), None)[1])


def test_a_long_sentence_with_marks_and_a_short_one_are_quoted_whole() -> None:
    long = "the mill was closed, the river too low, " * 20
    assert piece(long, 0, len(long), (9, 13)) == (0, len(long))
    assert piece("no stops at all", 0, 15, (3, 8)) == (0, 15)
