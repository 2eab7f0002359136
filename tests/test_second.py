"""The second reading: windows with their context, which sentence comes first, the model that ships."""

import shutil
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index, IndexSettings
from index.testing import HashEmbedder
from index.text.tables import find_tables
from index.types import Document, Heading
from qa.answer.answerer import Answerer
from qa.errors import ReaderError
from qa.read.calibration import Ranking
from qa.read.choice import load_reader, second_reader_of
from qa.read.second import SecondReader
from qa.read.spans import Range, Span, TokenLogits
from qa.read.window_model import SHIPPED, WEIGHTS, WindowLogits, WindowModel
from qa.read.windows import context, windows
from qa.retrieve.retriever import Retriever

TEXT = """Ferry

Tickets

The ticket costs nine pounds. Dogs travel free. Bicycles cost two pounds.

Times

| ship | leaves |
| --- | --- |
| Heron | 8:15 |
| Gannet | 9:40 |

You need:

- a ticket
- a passport
"""


def heading(words: str, level: int) -> Heading:
    start = TEXT.index(words)
    return Heading(start=start, end=start + len(words), level=level)


FERRY = Document(
    id="ferry.md",
    source="ferry.md",
    sha256="0",
    text=TEXT,
    title="Ferry",
    headings=(heading("Ferry", 1), heading("Tickets", 2), heading("Times", 2)),
    tables=tuple(find_tables(TEXT)),
)


def place(words: str) -> Range:
    return TEXT.index(words), TEXT.index(words) + len(words)


SENTENCES = [
    place(words)
    for words in (
        "The ticket costs nine pounds.",
        "Dogs travel free.",
        "Bicycles cost two pounds.",
        "| Heron | 8:15 |",
        "| Gannet | 9:40 |",
        "- a ticket",
        "- a passport",
    )
]


def test_a_window_holds_the_sentences_beside_the_wanted_one_and_no_heading() -> None:
    (found,) = windows(FERRY, SENTENCES, [SENTENCES[1]], beside=1)
    assert found.sentences == tuple(SENTENCES[:3])
    (found,) = windows(FERRY, SENTENCES, [SENTENCES[2]], beside=1)
    assert found.sentences == tuple(SENTENCES[1:3])
    assert found.context == "Ferry > Tickets"


def test_windows_that_overlap_are_one() -> None:
    (found,) = windows(FERRY, SENTENCES, [SENTENCES[0], SENTENCES[2]], beside=1)
    assert found.sentences == tuple(SENTENCES[:3])


def test_a_sentence_is_read_alone_unless_it_leans_on_the_one_before() -> None:
    said = ["Ada Voss built the mill.", "She sold it in 1911.", "It burnt down later.", "Rain fell."]
    starts = [sum(len(one) + 1 for one in said[:number]) for number in range(len(said))]
    places = [(start, start + len(one)) for start, one in zip(starts, said, strict=True)]
    document = Document(id="d", source="d", sha256="0", text=" ".join(said))
    for wanted, first in ((0, 0), (1, 0), (2, 0), (3, 3)):
        (found,) = windows(document, places, [places[wanted]])
        assert found.sentences == tuple(places[first : wanted + 1])


def test_a_row_is_read_behind_its_header_and_an_item_behind_what_introduces_the_list() -> None:
    (found,) = windows(FERRY, SENTENCES, [SENTENCES[4]])
    assert found.context == "Ferry > Times | | ship | leaves |"
    assert context(FERRY, place("- a passport")[0]) == "Ferry > Times | You need:"
    assert context(FERRY, place("Dogs travel")[0]) == "Ferry > Tickets"


@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=12),
    st.sets(st.integers(0, 11), min_size=1),
    st.integers(0, 2),
)
def test_every_wanted_sentence_is_in_a_window_and_none_is_too_long(
    lengths: list[int], chosen: set[int], beside: int
) -> None:
    places, start = [], 0
    for length in lengths:
        places.append((start, start + length))
        start += length + 1
    document = Document(id="d", source="d", sha256="0", text="x" * start)
    wanted = [places[number] for number in chosen if number < len(places)]
    found = windows(document, places, wanted, beside=beside)
    held = [one for window in found for one in window.sentences]
    assert set(wanted) <= set(held)
    for window in found:
        assert len(window.sentences) == 1 or window.range[1] - window.range[0] <= 450


def test_a_mere_title_is_read_with_what_follows_it() -> None:
    said = ["3. Reset password", "The help desk does it.", "- soap", "Name: Voss", "Rain fell."]
    starts = [sum(len(one) + 1 for one in said[:number]) for number in range(len(said))]
    places = [(start, start + len(one)) for start, one in zip(starts, said, strict=True)]
    document = Document(id="d", source="d", sha256="0", text="\n".join(said))
    for wanted, last in ((0, 1), (2, 3), (3, 3), (4, 4)):
        (found,) = windows(document, places, [places[wanted]])
        assert found.sentences == tuple(places[wanted : last + 1])


class Believer:
    """Supports the sentences that hold a phrase, and points at that phrase."""

    longest_answer = 20

    def __init__(self, phrase: str) -> None:
        self.phrase = phrase
        self.read: list[tuple[str, str]] = []

    def load(self) -> None:
        """Nothing to load."""

    def logits(self, question: str, texts: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        self.read += texts
        return [self._one(text) for _, text in texts]

    def _one(self, text: str) -> WindowLogits:
        offsets = np.array([(at, at + 1) for at in range(len(text))], dtype=np.int64)
        start, end, support = (np.full(len(text), -5.0, dtype=np.float32) for _ in range(3))
        at = text.find(self.phrase)
        if at >= 0:
            start[at] = end[at + len(self.phrase) - 1] = 5.0
            first = text.rfind(". ", 0, at) + 1
            support[first : text.find(".", at) + 1] = 9.0
        return WindowLogits(TokenLogits(start, end, offsets, 0.0, 3.0 if at >= 0 else -3.0), support)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    path = tmp_path / "island.txt"
    path.write_text(
        "The harbour opened in 1825. It was built of grey stone. Ferries leave it twice a day. "
        "The distillery employed ninety people. It closed in 1983.\n",
        encoding="utf-8",
    )
    return Index.from_sources(
        [path], embedder=HashEmbedder(dimension=512), settings=IndexSettings(merge_tokens=0)
    )


def test_the_sentence_that_the_second_model_supports_comes_first(index: Index) -> None:
    question = "When did the harbour open?"
    passages = Retriever(index).search(question, 5)
    first = load_reader("sentence").read(question, passages)
    reader = SecondReader(Believer("ninety people"), Ranking(sentence=0.1, support=1.0))
    best = reader.read(question, first, passages, index.document)[0]
    text = index.document("island.txt").text
    assert text[best.start : best.end] == "The distillery employed ninety people."
    assert (best.support, best.second_margin, best.second_answerable) == (9.0, 10.0, 3.0)


def test_the_best_sentence_is_read_once_more_among_its_neighbours(index: Index) -> None:
    question = "When did the harbour open?"
    passages = Retriever(index).search(question, 5)
    first = load_reader("sentence").read(question, passages)
    model = Believer("Ferries leave")
    best, *others = SecondReader(model, Ranking(support=1.0)).read(question, first, passages, index.document)
    text = index.document("island.txt").text
    assert text[best.start : best.end] == "Ferries leave it twice a day."
    around = (
        "It was built of grey stone. Ferries leave it twice a day. The distillery employed ninety people."
    )
    assert model.read[-1][1].endswith(around)
    assert best.around == 3.0
    assert {one.around for one in others} <= {3.0, -3.0, -6.0}


def test_a_name_that_is_asked_for_is_kept_before_another_thing(tmp_path: Path) -> None:
    path = tmp_path / "honey.txt"
    path.write_text("The honey is sold by a woman called Petronella Vance.\n", encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))
    text = index.document("honey.txt").text
    passages = Retriever(index).search("Who sells the honey?", 5)
    start = text.index("Petronella")
    first = [Span("honey.txt", 0, len(text.strip()), (start, start + len("Petronella Vance")), 1.0, 0)]
    for question, exact in (("Who sells the honey?", "Petronella Vance"), ("What is sold?", "a woman")):
        reader = SecondReader(Believer("a woman"), Ranking())
        (again,) = reader.read(question, first, passages, index.document)
        assert text[slice(*again.highlight or (0, 0))] == exact


def test_each_sentence_is_kept_once_and_what_is_read_are_windows_of_the_text(index: Index) -> None:
    question = "When did the harbour open?"
    passages = Retriever(index).search(question, 5)
    first = load_reader("sentence").read(question, passages)
    model = Believer("1825")
    again = SecondReader(model, Ranking()).read(question, first, passages, index.document)
    assert sorted((one.start, one.end) for one in again) == sorted((one.start, one.end) for one in first)
    text = index.document("island.txt").text
    assert model.read
    assert all(read in text for _, read in model.read)


def test_a_sentence_that_is_not_read_again_counts_as_one_that_does_not_answer(index: Index) -> None:
    question = "When did the harbour open?"
    passages = Retriever(index).search(question, 5)
    first = load_reader("sentence").read(question, passages)
    nowhere = [one._replace(start=one.start + 1) for one in first]
    for span in SecondReader(Believer("1825"), Ranking()).read(question, nowhere, passages, index.document):
        assert (span.support, span.second_margin, span.second_answerable) == (-6.0, -6.0, -6.0)


def test_more_sentences_are_read_where_none_of_the_best_is_supported(tmp_path: Path) -> None:
    path = tmp_path / "shops.txt"
    names = [f"shop{number:02}" for number in range(30)]
    path.write_text("\n\n".join(f"The {name} sells bread." for name in names) + "\n", encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))
    question = "What is sold?"
    passages = Retriever(index).search(question, 30)
    first = load_reader("sentence").read(question, passages)
    text = index.document("shops.txt").text
    best, later = (text[first[rank].start : first[rank].end] for rank in (0, 10))
    reads = []
    for said in (best, later, "nowhere"):
        model = Believer(said[4:10])
        again = SecondReader(model, Ranking(support=1.0)).read(question, first, passages, index.document)
        reads.append(" ".join(read for _, read in model.read))
        assert said == "nowhere" or text[again[0].start : again[0].end] == said
    assert later not in reads[0]
    assert all(said in read for read in reads[1:] for said in (best, later))
    assert len(reads[1].split("shop")) == len(reads[2].split("shop"))


# --- the model that ships


@pytest.fixture(scope="module")
def model() -> WindowModel:
    return WindowModel()


def test_the_shipped_model_supports_the_sentence_that_answers(model: WindowModel) -> None:
    text = "The ticket costs nine pounds. Dogs travel free. Bicycles cost two pounds."
    (known,) = model.logits("what does it cost to take my bike", [("Ferry > Tickets", text)])
    ends = [text.index(". ") + 1, text.index("free.") + 5, len(text)]
    support = [
        known.support[(known.tokens.offsets[:, 0] >= start) & (known.tokens.offsets[:, 1] <= end)].mean()
        for start, end in zip([0, *ends], ends, strict=False)
    ]
    assert int(np.argmax(support)) == 2
    (other,) = model.logits("who is the captain", [("Ferry > Tickets", text)])
    assert known.tokens.answerable > 0 > other.tokens.answerable


def test_a_window_is_read_alike_alone_and_among_others(model: WindowModel) -> None:
    pair, question = ("Ferry", "Dogs travel free."), "Do dogs pay?"
    (alone,) = model.logits(question, [pair])
    among = model.logits(question, [("", "Nine pounds are a lot of money for a ticket."), pair])[1]
    assert np.array_equal(alone.support, among.support)
    assert alone.tokens.null == among.tokens.null


def test_offsets_of_tokens_are_those_of_the_text(model: WindowModel) -> None:
    text = "Zoë’s café — it’s 9 €."
    (known,) = model.logits("What?", [("", text)])
    assert text[known.tokens.offsets[0][0] : known.tokens.offsets[-1][1]] == text


def test_the_readers_that_ship_are_80_megabytes_at_most() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.parent.rglob("*") if path.is_file()) <= 80e6


def test_damaged_weights_are_refused_in_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "second"
    shutil.copytree(SHIPPED, folder)
    packed = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(packed[:-1] + bytes([packed[-1] ^ 1]))
    with pytest.raises(ReaderError, match=r"weights\.bin: its SHA-256 is not the one pinned"):
        WindowModel(folder).load()
    with pytest.raises(ReaderError, match="no second reader there"):
        WindowModel(tmp_path / "nothing").load()


def test_each_matrix_unpacks_to_its_shape(model: WindowModel) -> None:
    packed, at = (SHIPPED / WEIGHTS).read_bytes(), 0
    for matrix in model.config.matrices:
        assert len(zlib.decompress(packed[at : at + matrix.size])) == int(np.prod(matrix.shape))
        at += matrix.size
    assert at == len(packed)


def test_a_process_that_ends_while_the_model_loads_waits_for_it() -> None:
    program = """
import threading
from qa.read.calibration import Ranking
from qa.read.second import SecondReader

class Model:
    def load(self):
        threading.main_thread().join()
        print("loaded", flush=True)

SecondReader(Model(), Ranking()).prepare()
raise SystemExit(2)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "loaded\n", "")


def test_the_model_that_ships_is_not_loaded_by_a_process_that_has_ended() -> None:
    program = """
import threading
from qa.read.calibration import Ranking
from qa.read.second import SecondReader
from qa.read.window_model import WindowModel

class Late(WindowModel):
    def load(self):
        threading.main_thread().join()
        super().load()

SecondReader(Late(), Ranking()).prepare()
raise SystemExit(2)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "")


def test_only_the_reader_that_ships_is_followed_by_a_second(index: Index) -> None:
    assert second_reader_of(load_reader()) is not None
    assert second_reader_of(load_reader("fast")) is None
    assert second_reader_of(load_reader("sentence")) is None
    fast = Answerer(index, reader=load_reader("fast")).answer("When did the harbour open?", threshold=0.0)
    assert "1825" in fast.text


def test_a_span_keeps_what_the_first_reader_knew() -> None:
    span = Span("d", 0, 5, (0, 5), 1.0, 0, margin=2.0, answerable=3.0)
    assert (span.support, span.second_margin, span.second_answerable) == (0.0, 0.0, 0.0)
