"""Tables: which lines are rows, what a row is found, read and cited with."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index import Index
from index.load.sources import find, load
from index.settings import IndexSettings
from index.split.passages import split, to_embed
from index.testing import HashEmbedder
from index.text.tables import cells_of, find_tables, rows
from index.text.terms import words
from index.types import Document, Hit, Passage
from qa.answer.citations import cite, mismatches
from qa.page.rendering import where
from qa.read.cells import cell_asked
from qa.read.reader import ExtractiveReader
from qa.read.rows import by_key, row_at, shown
from qa.read.spans import Span, TokenLogits
from qa.retrieve.retriever import RetrievedPassage, Retriever
from qa.testing import PhraseModel

TRAINS = (
    "Trains of the north\n\n| Train | Departs | Arrives |\n|---|---|---|\n"
    "| Osprey | 07:15 | 09:40 |\n| Merlin | 11:30 | 13:55 |"
)


def document(text: str) -> Document:
    return Document(id="d", source="d", sha256="s", text=text, tables=find_tables(text))


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(words(text)) for text in texts]


def parts(codes: int) -> str:
    """A table of parts that a code alone tells apart."""
    return "Parts\n\n| Part | Bin |\n|---|---|\n" + "".join(
        f"| PX-{n:04} | B{n % 97} |\n" for n in range(codes)
    )


@pytest.mark.parametrize(
    ("text", "header", "count"),
    [
        (TRAINS, "| Train | Departs | Arrives |", 2),
        ("Code|Meaning\r\n---|---\r\n0|merged\r\n2|wrong usage", "Code|Meaning", 2),
        ("+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n| 3 | 4 |\n+---+---+", "| a | b |", 2),
        ("Item | Price\nPen | 3\nCup | 4", "Item | Price", 2),  # above a column of figures
        ("Quarter | 2022 | 2023\nQ1 | 1,240 | 1,310\nQ2 | 1,180 | 1,295", "Quarter | 2022 | 2023", 2),
        ("Conductor | Ivo Brandt\nDriver | Maren Sol", None, 2),
        ("Room 4 | 12\nRoom 5 | 13", None, 2),
    ],
)
def test_a_table_is_two_lines_or_more_with_bars_between_cells(
    text: str, header: str | None, count: int
) -> None:
    (table,) = find_tables(text)
    assert (text[slice(*table.header)] if table.header else None) == header
    assert len(rows(text, table)) == count
    assert table.end == len(text.rstrip("+-\n"))


@pytest.mark.parametrize("text", ["a | b", "x|y\nz|w", "one\n---\ntwo", "a | b\n\nc | d", "cat f | sort\nls"])
def test_one_line_with_a_bar_and_lines_of_bars_without_space_are_no_table(text: str) -> None:
    assert find_tables(text) == ()


def test_cells_are_what_stands_between_bars_without_white_space() -> None:
    assert cells_of("  | a b |  | c\\|d |  ") == ["a b", "", "c\\|d"]
    assert cells_of("a | b | ") == ["a", "b"]


def test_each_passage_of_a_table_knows_caption_and_header_and_each_row_is_a_sentence() -> None:
    found = document("Some words before it.\n\n" + parts(100) + "\nAnd some words after it.")
    chunks = split(found, count_words, IndexSettings(max_tokens=102, merge_tokens=20))
    text = found.text
    assert len(chunks) > 2
    quoted = [text[a:b] for chunk in chunks for a, b in chunk.sentences]
    assert quoted[2:-1] == [line for line in text.splitlines() if line.startswith("| PX")]
    assert "| Part | Bin |" not in quoted
    (carrying,) = {tuple(text[slice(*place)] for place in found.above(chunk.start)) for chunk in chunks[2:-1]}
    assert carrying == ("Parts", "| Part | Bin |")
    assert found.above(chunks[0].start) == ()


def test_a_passage_that_goes_on_with_a_table_is_embedded_as_its_header_and_the_words_of_its_rows() -> None:
    text = "# Staff\n\n| Name | Room | Post |\n|---|---|---|\n| Ann | 12 | cook |\n| Bo | 13 | steward |\n"
    found = document(text)
    (table,) = found.tables
    places = rows(text, table)[1:]
    said, ranges = to_embed(found, places[0][0], table.end, places)
    assert said == "# Staff\n| Name | Room | Post |\nBo steward\n"
    assert [said[a:b] for a, b in ranges] == ["Bo steward"]
    # One that starts with the header is embedded as it stands.
    start = text.index("| Name")
    assert to_embed(found, start, table.end, places)[0] == text[start : table.end]


def test_rows_that_a_code_alone_tells_apart_are_found_by_it_and_embedded_once(tmp_path: Path) -> None:
    (tmp_path / "parts.md").write_text(parts(3000), encoding="utf-8")
    embedder = HashEmbedder()
    index = Index.from_sources([tmp_path], tmp_path / "index", embedder=embedder)
    assert len(embedder.embedded) < len(index) / 10
    retriever = Retriever(index)
    for code in ("PX-0042", "PX-1177", "PX-2999"):
        best, *_ = retriever.search(f"In which bin is part {code}?")
        assert f"| {code} |" in best.hit.passage.text
        row = max(best.sentences, key=lambda sentence: sentence.score)
        assert index.document("parts.md").text[row.start : row.end].startswith(f"| {code} |")


def test_the_reader_sees_each_cell_behind_its_label_and_its_tokens_stand_where_the_cell_does() -> None:
    row = "| Merlin | 11:30 |  | 13:55 |"
    passage = Passage(
        document_id="d", start=50, end=50 + len(row), text=row, header="| Train | Departs | Via | Arrives |"
    )
    # A lone row is a table only below a header.
    view = shown("When does the Merlin arrive?", passage)
    assert view is not None
    assert view.text == "Train: Merlin, Departs: 11:30, Arrives: 13:55.\n"
    at = view.text.index("13:55")
    logits = np.zeros(2, dtype=np.float32)
    offsets = np.array([[at, at + 5], [0, 5]])
    placed = view.placed(TokenLogits(logits, logits, offsets, 0.0, 0.0))
    assert row[slice(*placed.offsets[0])] == "13:55"
    assert placed.offsets[1].tolist() == [-1, -1]


def test_pairs_without_a_header_are_read_as_label_and_value_and_prose_as_it_stands() -> None:
    text = "The crew:\nConductor | Ivo Brandt\nDriver | Maren Sol"
    view = shown("Who drives?", Passage(document_id="d", start=0, end=len(text), text=text))
    assert view is not None
    assert view.text == "The crew:\nConductor: Ivo Brandt.\nDriver: Maren Sol.\n"
    assert shown("Who drives?", Passage(document_id="d", start=0, end=3, text="Sol")) is None


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("When does the Merlin arrive?", "13:55"),
        ("When does the Merlin depart?", "11:30"),
        ("Which train arrives at 13:55?", "Merlin"),  # not the one that the question holds
        ("What about the Merlin?", None),
        ("When does the Merlin depart and arrive?", None),
    ],
)
def test_the_cell_is_the_one_whose_label_alone_the_question_names(question: str, cell: str | None) -> None:
    passage = Passage(document_id="d", start=0, end=len(TRAINS), text=TRAINS)
    row = row_at(passage, TRAINS.index("| Merlin"))
    assert row is not None
    found = cell_asked(question, passage, row)
    assert (TRAINS[slice(*found)] if found else None) == cell


FERRIES = """| Route | Days | Departs | Arrives | Fare |
| --- | --- | --- | --- | --- |
| Port Ellery | Mon-Fri | 06:45 | 07:30 | 8.40 |
| Inver Bay | daily | 08:00 | 09:40 | 14.20 |
"""


@pytest.mark.parametrize(
    ("question", "pointed", "short"),
    [
        # the reader points from one cell to the next; the second is surer
        ("When does the boat to Inver Bay leave?", {"08:00": 3.0, "08:00, Arrives: 09:40": 4.0}, "08:00"),
        # a word where an amount is asked for
        ("How much is a ticket to Inver Bay?", {"daily": 4.0, "14.20": 1.0}, "14.20"),
        # what the question says itself
        ("Which boat sails daily?", {"daily": 4.0, "Inver Bay": 1.0}, "Inver Bay"),
    ],
)
def test_an_exact_answer_in_a_row_is_within_one_cell_that_says_what_is_asked(
    tmp_path: Path, question: str, pointed: dict[str, float], short: str
) -> None:
    path = tmp_path / "ferries.md"
    path.write_text(FERRIES, encoding="utf-8")
    index = Index.from_sources([path], tmp_path / "index", embedder=HashEmbedder())
    passages = Retriever(index).search(question, 5)
    reader = ExtractiveReader(PhraseModel(pointed))
    best = next(span for span in reader.read(question, passages) if "Inver" in FERRIES[span.start : span.end])
    assert best.highlight is not None
    assert FERRIES[slice(*best.highlight)] == short


def test_of_a_table_that_is_too_long_to_be_read_the_rows_that_hold_the_question_come_first() -> None:
    rows = [
        f"| Route {place:02} | 06:45 | 07:30 | 08:15 | 14.20 | 28.40 | no bicycles |" for place in range(12)
    ]
    text = "\n".join(
        ["| Route | Departs | Halfway | Arrives | Adult fare | Return | Notes |", "|-|-|-|-|-|-|-|", *rows]
    )
    passage = Passage(document_id="d", start=0, end=len(text), text=text)
    view = shown("When does Route 09 depart?", passage)
    assert view is not None
    assert view.text.startswith("Route: Route 09, Departs: 06:45")
    assert view.text.count("Departs:") == len(rows)


def spans_of(passage: Passage, lines: list[str]) -> list[Span]:
    """A span for each line, the first the best."""
    starts = [passage.text.index(line) for line in lines]
    return [
        Span("d", start, start + len(line), None, 5.0 - place, 0)
        for place, (start, line) in enumerate(zip(starts, lines, strict=True))
    ]


@pytest.mark.parametrize(
    ("text", "question", "order"),
    [
        ("a | b\nOsprey | 1\nMerlin | 2", "Where is the Merlin?", ["Merlin | 2", "Osprey | 1"]),
        ("Budget 5 | gold\nBudget 9 | gold\nBudget 9 | lead", "Which gold at budget 9?", ["Budget 9 | gold"]),
        (
            "Error E001: hot.\nError E217: blocked.",
            "What is E217?",
            ["Error E217: blocked.", "Error E001: hot."],
        ),
        (
            "Lathe-25 weighs 37 kg.\nLathe-37 weighs 9 kg.",
            "How heavy is Lathe-37?",
            ["Lathe-37 weighs 9 kg."],
        ),
        (
            "It was hot.\na | b\nE001 | hot\nE217 | blocked",
            "Is it hot? It says E217.",
            ["E217 | blocked", "It was hot."],
        ),
        ("It was built in 1901.\nE217 is a code.", "What is E217?", ["It was built in 1901."]),  # of no code
    ],
)
def test_a_row_or_code_that_is_asked_for_goes_first(text: str, question: str, order: list[str]) -> None:
    passage = Passage(document_id="d", start=0, end=len(text), text=text)
    lines = [line for line in text.splitlines() if line != "a | b"]
    found = RetrievedPassage(hit=Hit(score=1.0, passage=passage), dense=1.0, words=1.0, sentences=())
    settled = by_key(question, spans_of(passage, lines), [found])
    assert [text[span.start : span.end] for span in settled][: len(order)] == order


def test_a_cited_row_is_verified_with_the_header_of_its_table() -> None:
    found = document(TRAINS)
    start = TRAINS.index("| Merlin")
    citation = cite(found, start, len(TRAINS), score=1.0)
    assert citation.header is not None
    assert citation.header.quote == "| Train | Departs | Arrives |"
    assert where(citation).endswith(", below “Train, Departs, Arrives”")
    assert mismatches(citation, found) == []
    moved = citation.header.model_copy(update={"quote": "| Train | Arrives | Departs |"})
    (wrong,) = mismatches(citation.model_copy(update={"header": moved}), found)
    assert "the header is not what stands at" in wrong
    assert cite(found, 0, 6, score=1.0).header is None


def test_the_tables_of_a_file_and_of_a_row_of_a_corpus_are_known_and_kept(tmp_path: Path) -> None:
    (tmp_path / "t.md").write_text(TRAINS, encoding="utf-8")
    (known,) = load(find([tmp_path / "t.md"])[0])
    assert known.tables == find_tables(TRAINS) != ()
    index = Index.from_sources([tmp_path / "t.md"], tmp_path / "index", embedder=HashEmbedder())
    assert index.document("t.md").tables == known.tables
