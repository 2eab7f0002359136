"""Ranking passages: the fusion against its formula, and what always holds of the hits."""

import threading
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Index, IndexSettings
from index.store.protocol import Candidates, Scores
from index.testing import HashEmbedder
from index.text.terms import terms
from index.types import Passage
from qa.errors import QuestionError
from qa.retrieve.retriever import Retriever, fuse
from qa.retrieve.spelling import nearest_terms
from qa.settings import Mode, RetrievalSettings

FILES = {
    "birds.txt": "Penguins swim in the cold sea.\n\nAn ostrich is the largest bird. It cannot fly at all.",
    "fish.txt": "Salmon swim up the river. A shark lives in the sea.\n\nA herring is silver.",
    "trees.txt": "An oak grows slowly.\n\nA willow stands by the river and bends.\n\nPines smell of resin.",
}
QUESTIONS = ("What swims in the sea?", "Which tree stands by the river?", "largest bird", "zebra", "?!")


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Index:
    folder = write(tmp_path / "docs", FILES)
    return Index.from_sources([folder], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))


def floats(*values: float) -> Scores:
    return np.array(values, dtype=np.float32)


# Three passages: of two sentences, of none (a lone heading), and of one.
HAND_MADE = Candidates(
    rows=np.array([4, 7, 9]),
    dense=floats(0.3, 0.9, -0.2),
    words=floats(0.5, 0.0, 1.0),
    pointers=np.array([0, 2, 2, 3]),
    ranges=np.array([[0, 5], [6, 9], [0, 8]]),
    cosine=floats(0.2, 0.7, -0.6),
    share=floats(1.0, 0.1, 0.4),
    pairs=floats(0.5, 0.0, 0.25),
)


def test_fusing_follows_the_formula_of_the_settings() -> None:
    weights = RetrievalSettings(dense=0.1, words=0.5, share=0.5, pairs=0.15)
    sentences, scores = fuse(HAND_MADE, weights)
    np.testing.assert_allclose(sentences, [0.775, 0.75, -0.3625], atol=1e-6)
    np.testing.assert_allclose(scores, [0.03 + 0.25 + 0.775, 0.09, -0.02 + 0.5 - 0.3625], atol=1e-6)


def test_other_weights_give_other_scores() -> None:
    weights = RetrievalSettings(dense=2.0, words=0.0, share=0.0, pairs=1.0)
    sentences, scores = fuse(HAND_MADE, weights)
    np.testing.assert_allclose(sentences, [0.7, 0.7, -0.35], atol=1e-6)
    np.testing.assert_allclose(scores, [1.3, 1.8, -0.75], atol=1e-6)


@pytest.mark.parametrize(("mode", "expected"), [("dense", HAND_MADE.dense), ("bm25", HAND_MADE.words)])
def test_a_single_mode_ranks_by_its_own_score(mode: Mode, expected: Scores) -> None:
    sentences, scores = fuse(HAND_MADE, RetrievalSettings(mode=mode))
    np.testing.assert_array_equal(scores, expected)
    np.testing.assert_array_equal(sentences, fuse(HAND_MADE, RetrievalSettings())[0])


def test_passages_without_any_sentence_are_fused() -> None:
    alone = HAND_MADE._replace(
        pointers=np.zeros(4, np.int64),
        ranges=np.empty((0, 2), np.int64),
        cosine=floats(),
        share=floats(),
        pairs=floats(),
    )
    sentences, scores = fuse(alone, RetrievalSettings(dense=1.0, words=1.0))
    assert sentences.tolist() == []
    np.testing.assert_allclose(scores, [0.8, 0.9, 0.8], atol=1e-6)


@pytest.mark.parametrize("mode", ["hybrid", "dense", "bm25"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_come_best_first_with_the_scores_of_their_mode(index: Index, question: str, mode: Mode) -> None:
    found = Retriever(index, RetrievalSettings(mode=mode)).search(question, len(index))
    assert len(found) == len(index) == 7
    scores = [passage.hit.score for passage in found]
    assert scores == sorted(scores, reverse=True)
    by_mode = {"dense": [passage.dense for passage in found], "bm25": [passage.words for passage in found]}
    assert by_mode.get(mode, scores) == scores
    for passage in found:
        weights = RetrievalSettings()
        best = max(s.cosine + weights.share * s.share + weights.pairs * s.pairs for s in passage.sentences)
        assert max(s.score for s in passage.sentences) == pytest.approx(best, abs=1e-5)
        if mode == "hybrid":
            fused = best + weights.dense * passage.dense + weights.words * passage.words
            named = weights.names * share_named(index, question, passage.hit.passage)
            assert passage.hit.score == pytest.approx(fused + named, abs=1e-5)


def share_named(index: Index, question: str, passage: Passage) -> float:
    """The share of the question's idf whose words are the name of the passage's file and not in it, anew."""
    asked = set(terms(question))
    name = terms(passage.document_id.removesuffix(".txt"))
    held = sum(index.idf(term) for term in asked if term in name and term not in terms(passage.text))
    return held / (sum(map(index.idf, asked)) or 1.0)


def test_a_passage_without_a_word_of_the_question_is_found_by_the_name_of_its_file(tmp_path: Path) -> None:
    texts = {
        f"rules_{year}.txt": "The hall opens at nine. The fee is five pounds." for year in (2022, 2023, 2024)
    }
    built = Index.from_sources([write(tmp_path / "years", texts)], embedder=HashEmbedder())
    for year in (2022, 2023, 2024):
        asked = f"What is the fee in {year}?"
        assert Retriever(built).retrieve(asked, 1)[0].passage.document_id == f"rules_{year}.txt"
        unnamed = Retriever(built, RetrievalSettings(names=0.0)).retrieve(asked, 3)
        assert len({hit.score for hit in unnamed}) == 1


@pytest.mark.parametrize("documents", [None, ["fish.txt"], ["trees.txt", "fish.txt"]])
@pytest.mark.parametrize("top_k", [0, 1, 4, 50])
@pytest.mark.parametrize("mode", ["hybrid", "dense", "bm25"])
def test_retrieving_gives_the_hits_that_searching_gives(
    index: Index, mode: Mode, top_k: int, documents: list[str] | None
) -> None:
    retriever = Retriever(index, RetrievalSettings(mode=mode, depth=3))
    for question in QUESTIONS:
        searched = retriever.search(question, top_k, documents=documents)
        assert retriever.retrieve(question, top_k, documents=documents) == [found.hit for found in searched]


def test_a_question_finds_the_passage_with_its_words(index: Index) -> None:
    assert Retriever(index).retrieve("silver herring", 1)[0].passage.text == "A herring is silver."
    assert [hit.passage.document_id for hit in Retriever(index).retrieve("willow by the river", 1)] == [
        "trees.txt"
    ]


@pytest.mark.parametrize("mode", ["hybrid", "dense", "bm25"])
def test_ties_go_to_the_earlier_passage(tmp_path: Path, mode: Mode) -> None:
    same = "\n\n".join(["The very same stone lies in the very same river."] * 53)
    folder = write(tmp_path / "same", {"a.txt": same, "b.txt": same})
    tied = Index.from_sources([folder], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))
    hits = Retriever(tied, RetrievalSettings(mode=mode)).retrieve("stone in a river", 200)
    assert len(hits) == 106
    assert len({hit.score for hit in hits}) == 1
    places = [(hit.passage.document_id, hit.passage.start) for hit in hits]
    assert places == sorted(places)


def test_a_narrowed_search_stays_within_its_documents(index: Index) -> None:
    hits = Retriever(index).retrieve("swim in the sea", 50, documents=["trees.txt", "fish.txt"])
    assert {hit.passage.document_id for hit in hits} == {"trees.txt", "fish.txt"}
    assert len(hits) == len(index.passage_rows(["trees.txt", "fish.txt"]))
    for empty in ([], (), frozenset[str]()):
        with pytest.raises(QuestionError, match=r"^documents: the list is empty; name at least one"):
            Retriever(index).retrieve("swim", documents=empty)


def test_narrowing_leaves_the_scores_as_they_are(index: Index) -> None:
    everything = Retriever(index).retrieve("swim in the sea", 50)
    narrowed = Retriever(index).retrieve("swim in the sea", 50, documents=["fish.txt"])
    assert narrowed == [hit for hit in everything if hit.passage.document_id == "fish.txt"]


def test_an_unknown_document_is_named(index: Index) -> None:
    with pytest.raises(QuestionError, match=r"^nope\.txt: no such document.*birds\.txt, fish\.txt, trees"):
        Retriever(index).retrieve("swim", documents=["fish.txt", "nope.txt"])


@pytest.mark.parametrize("question", ["", " ", "\n\t"])
def test_an_empty_question_is_refused(index: Index, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        Retriever(index).retrieve(question)


@pytest.mark.parametrize(("top_k", "expected"), [(-1, 0), (0, 0), (1, 1), (3, 3), (7, 7), (1000, 7)])
def test_as_many_hits_as_asked_for_or_as_there_are(index: Index, top_k: int, expected: int) -> None:
    assert len(Retriever(index).retrieve("the river", top_k)) == expected


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_depth_changes_nothing_once_it_covers_the_index(index: Index, question: str) -> None:
    results = [
        Retriever(index, RetrievalSettings(depth=depth)).search(question, 4) for depth in (8, 9, 100, 10_000)
    ]
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize(
    ("misspelt", "right"),
    [
        ("What does a salmn do?", "What does a salmon do?"),
        ("Where does a wilow stand?", "Where does a willow stand?"),
        ("the silver herrnig", "the silver herring"),
        ("a pengiun", "a penguin"),
    ],
)
def test_a_misspelt_question_finds_what_the_right_spelling_does(
    index: Index, misspelt: str, right: str
) -> None:
    by_words = Retriever(index, RetrievalSettings(mode="bm25"))
    assert by_words.retrieve(misspelt, 8) == by_words.retrieve(right, 8)
    assert Retriever(index).retrieve(misspelt, 1)[0].passage == Retriever(index).retrieve(right, 1)[0].passage


VOCABULARY = ("penguin", "river", "ostrich", "founder", "r1", "2023", "cat", "abcdefgh", "abcdefg", "stone")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("pengin", "penguin"),  # a deletion
        ("pengiun", "penguin"),  # a swap of neighbours is one slip
        ("rivers", "river"),  # an insertion
        ("rivar", "river"),  # a substitution
        ("ostrch", "ostrich"),
        ("oschtrik", None),  # three slips
        ("foumdeer", "founder"),  # eight letters may hide two
        ("foumdr", None),  # seven or fewer may not
        ("ebcdefgh", None),  # the first letter must agree
        ("iver", None),
        ("caat", "cat"),  # four letters are long enough
        ("cta", None),  # three are not
        ("r2", None),
        ("2024", None),
        ("r1ver", None),  # a term with a digit is left alone
        ("zzzzzzzz", None),
        ("", None),
    ],
)
def test_a_term_is_matched_within_one_or_two_slips(term: str, expected: str | None) -> None:
    assert nearest_terms([term], VOCABULARY) == ({term: expected} if expected else {})


def test_the_nearest_of_several_terms_is_taken() -> None:
    assert nearest_terms(["foundatio"], ["foundation", "foundati"]) == {"foundatio": "foundation"}
    assert nearest_terms(["foundatixn"], ["foundatixxx", "foundation"]) == {"foundatixn": "foundation"}
    assert nearest_terms(["pengiun", "salmn"], ["salmon", "penguin"]) == {
        "pengiun": "penguin",
        "salmn": "salmon",
    }
    assert nearest_terms([], VOCABULARY) == nearest_terms(["pengin"], []) == {}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("What does a salmn do?", "What does a Salmon do?"),
        ("Is the wilow by the rivr?", "Is the willow by the river?"),
        # Common words of English are no slips, though they occur nowhere and "pinks" is near "pines".
        ("Are there pinks at sea?", "Are there pinks at sea?"),
        # No passage that is read holds the word.
        ("Where is a pengiun?", "Where is a pengiun?"),
        ("salmon and salmn", "salmon and Salmon"),
    ],
)
def test_the_reader_sees_a_misspelt_word_as_the_passages_write_it(
    index: Index, typed: str, read: str
) -> None:
    retriever = Retriever(index)
    passages = retriever.search("salmon river willow", 2)
    assert {found.hit.passage.document_id for found in passages} == {"fish.txt", "trees.txt"}
    assert retriever.respelt(typed, passages).question == read


@pytest.mark.parametrize(
    ("typed", "names", "is_doubtful"),
    [
        # A letter left out, added or in the wrong place is a slip; another letter may be another's name.
        ("Who is Zelvapim?", {"Zelvapim": "Zelvaprim"}, False),
        ("Who is zelvaprrim?", {"zelvaprrim": "Zelvaprim"}, False),
        ("Who is Zelvapirm?", {"Zelvapirm": "Zelvaprim"}, False),
        ("Who is zelvapram?", {"zelvapram": "Zelvaprim"}, True),
        ("Who is Henrik Marlow?", {"Marlow": "Marrow"}, True),
        # Common words that the text also has in small letters are no names.
        ("What treats the wollow?", {}, False),
        ("Who is Henrik Marow?", {}, False),
        ("Who is Zelvaprim?", {}, False),
    ],
)
def test_a_name_that_is_read_as_another_is_told_and_doubtful_where_a_letter_differs(
    tmp_path: Path, typed: str, names: dict[str, str], is_doubtful: bool
) -> None:
    source = tmp_path / "a.txt"
    source.write_text("Zelvaprim treats the willow. Henrik Marrow made it.", encoding="utf-8")
    retriever = Retriever(Index.from_sources([source], tmp_path / "built", embedder=HashEmbedder()))
    respelt = retriever.respelt(typed, retriever.search(typed, 1))
    assert (respelt.names, respelt.is_doubtful) == (names, is_doubtful)


def test_a_common_word_that_occurs_nowhere_is_not_taken_for_another(index: Index) -> None:
    by_words = Retriever(index, RetrievalSettings(mode="bm25"))
    assert {hit.score for hit in by_words.retrieve("rover", 8)} == {0.0}
    assert by_words.retrieve("rivre", 1)[0].passage.document_id in {"fish.txt", "trees.txt"}


def test_missing_words_are_named_as_written_once_and_in_order(index: Index) -> None:
    missing = Retriever(index).missing_words
    assert missing("Do ZEBRAS swim near Zürich's river, ZEBRAS?") == ["ZEBRAS", "Zürich"]
    assert missing("Salmon SWIMMING in rivers") == []
    assert missing("?!") == []


def test_words_of_a_documents_name_are_not_missing_where_it_is_asked(tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", {"fees_2024.txt": "It is 40 pounds.", "kiel_rent.txt": "It is low."})
    missing = Retriever(Index.from_sources([folder], embedder=HashEmbedder())).missing_words
    assert missing("How much are the fees in 2024 and in 2025, and what is the rent in Kiel?") == ["2025"]
    assert missing("fees in Kiel", documents=["kiel_rent.txt"]) == ["fees"]


def test_missing_words_are_those_of_the_documents_asked(index: Index) -> None:
    missing = Retriever(index).missing_words
    assert missing("penguin oak", documents=["trees.txt"]) == ["penguin"]
    assert missing("penguin oak", documents=["birds.txt", "trees.txt"]) == []
    assert missing("penguin oak", documents=[]) == ["penguin", "oak"]


PIECES = [
    *(
        "İstanbul lies there. ",
        "ﬁne ",
        "😀 ",
        "e\u0301a. ",
        "שלום ",
        "Dr. Who said: “No!” ",
        "1.5 km ",
        "深度求索。",
    ),
    *(
        "\u2028",
        "\r\n",
        "\n\n",
        "\n",
        "\t",
        "# A\n",
        "\u00a0",
        "\u200b",
        "\x0c",
        "\x85",
        "ǅ ",
        "a" * 40 + " ",
    ),
]
TRICKY = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
NUMBERS = count()


@settings(max_examples=25, deadline=None)
@given(TRICKY, TRICKY)
def test_every_hit_is_the_documents_text_at_its_offsets(
    tmp_path_factory: pytest.TempPathFactory, text: str, other: str
) -> None:
    files = {"a.md": f"Word. {text}", "b.txt": f"{other} word"}
    folder = write(tmp_path_factory.getbasetemp() / f"tricky{next(NUMBERS)}", files)
    small = IndexSettings(max_tokens=16, merge_tokens=4, overlap=1)
    found = Retriever(Index.from_sources([folder], folder / "index", embedder=HashEmbedder(), settings=small))
    results = found.search("Which word said İstanbul is ﬁne?", 100)
    assert results
    for result in results:
        passage = result.hit.passage
        document = found.index.document(passage.document_id)
        assert document.text == files[passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
        for sentence in result.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end
            assert document.text[sentence.start : sentence.end].strip()


def test_many_threads_get_the_same_hits(index: Index) -> None:
    retriever = Retriever(index)
    wanted = {question: retriever.search(question, 5) for question in QUESTIONS}
    wrong: list[str] = []

    def retrieve() -> None:
        for _ in range(4):
            wrong.extend(q for q in QUESTIONS if retriever.search(q, 5) != wanted[q])

    threads = [threading.Thread(target=retrieve) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
