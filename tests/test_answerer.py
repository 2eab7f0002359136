"""Answers and refusals: their shape, their citations, and what can and cannot be asked."""

import hashlib
import math
import threading
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from index import Index, IndexSettings
from index.testing import HashEmbedder
from index.types import Document, Heading
from qa.answer.answerer import Answerer
from qa.answer.citations import cite, joined, mismatches
from qa.errors import QuestionError
from qa.messages import REFUSAL, is_fixed, read_as, sureness
from qa.page.quoting import notes_on
from qa.read.baseline import SentenceReader
from qa.read.calibration import shipped_calibration
from qa.read.choice import load_reader
from qa.read.reader import Reader
from qa.read.spans import Span
from qa.retrieve.retriever import RetrievedPassage
from qa.settings import AnswerSettings
from qa.types import Answer, Citation, History, Turn

TEXT = """The harbour of Port Ellen opened in 1825. It was built of grey stone by Walter Campbell.

Ferries leave the harbour for Kennacraig twice each day. The crossing takes two hours and twenty minutes.

The distillery beside the harbour employed ninety people in 1967. It closed in 1983, and reopened in 2024.

A lighthouse called Carraig Fhada stands across the bay from the village and shows a red light.
"""
QUESTIONS = (
    "When did the harbour of Port Ellen open?",
    "How many people did the distillery employ?",
    "What is the lighthouse across the bay called?",
    "How long does the crossing take?",
)
NONSENSE = ("Which zebra sold quantum bananas?", "?!", "xyzzy", "7", "what what what", "\ud800")
SUMMING_UP = ("What is this about?", "Summarise the article", "tl;dr", "What are the main points?")
PASSAGES = IndexSettings(merge_tokens=0)


def build(path: Path, text: str, *, how: IndexSettings = PASSAGES) -> Index:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return Index.from_sources([path], embedder=HashEmbedder(), settings=how)


def with_sentences(
    index: Index, reader: Reader | None = None, settings: AnswerSettings | None = None
) -> Answerer:
    """An Answerer whose reader has no model, unless it is given one: quick, and the same anywhere."""
    return Answerer(index, reader=reader or SentenceReader(), settings=settings)


@pytest.fixture
def answerer(tmp_path: Path) -> Answerer:
    return with_sentences(build(tmp_path / "island.txt", TEXT))


def assert_sound(answer: Answer, index: Index) -> None:
    """What holds for every answer and every refusal."""
    for citation in (*answer.citations, *answer.closest):
        document = index.document(citation.document_id)
        assert mismatches(citation, document) == []
        assert document.text[citation.start : citation.end] == citation.quote
        assert (citation.source, citation.sha256) == (document.source, document.sha256)
    assert answer.answered == (answer.verdict == "answered")
    assert answer.confidence is None or answer.answered == (answer.confidence >= answer.threshold)
    assert answer.confidence is None or 0.0 <= answer.confidence <= 1.0
    assert len(answer.citations) <= 3
    assert len(answer.closest) <= 3
    message = is_fixed(answer.text)
    assert bool(answer.citations) == (answer.verdict != "silent" and not message)
    if answer.citations:
        assert answer.text == " ".join(citation.quote for citation in answer.citations)
        assert answer.text == joined(answer.citations)
        assert not set(answer.closest) & set(answer.citations)
    if answer.answered:
        assert answer.closest == ()
    if answer.verdict == "silent" and not message:
        assert answer.text == REFUSAL
        assert answer.closest
    assert Answer.model_validate(answer.model_dump(mode="json")) == answer
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def essence(answer: Answer) -> dict[str, Any]:
    return answer.model_dump(exclude={"timings_ms"})


def test_a_name_with_another_letter_is_said_to_be_read_as_the_sources_and_is_less_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Zelvaprim treats high pressure. The highest dose of Zelvaprim is two tablets."
    asked = with_sentences(build(tmp_path / "drug.txt", text))
    right, slip, other = (
        asked.answer(f"What is the highest dose of {name}?", threshold=0.0)
        for name in ("Zelvaprim", "Zelvapim", "Zelvapram")
    )
    assert right.text == slip.text == other.text
    assert (right.respelt, slip.respelt) == ({}, {"Zelvapim": "Zelvaprim"})
    assert other.respelt == {"Zelvapram": "Zelvaprim"}
    monkeypatch.setattr("qa.answer.finder._OTHER_NAME", 1.0)
    plain, same = (asked.answer(one.question, threshold=0.0).confidence for one in (other, slip))
    assert plain
    assert other.confidence == pytest.approx(0.7 * plain)
    assert slip.confidence == same
    assert read_as(other.respelt) == "Read “Zelvapram” as “Zelvaprim”"
    assert read_as(other.respelt) in notes_on(other)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_one_cited_sentence_of_the_source(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question, threshold=0.0)
    assert_sound(answer, answerer.index)
    assert answer.answered
    (citation,) = answer.citations
    assert answer.text == citation.quote
    assert citation.quote in TEXT
    assert citation.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (answer.question, answer.standalone_question) == (question, question)
    assert (answer.short, citation.highlight) == (None, None)
    assert set(answer.timings_ms) == {"rewrite", "retrieve", "read", "decide", "cite"}
    assert all(spent >= 0 for spent in answer.timings_ms.values())


def test_the_sentence_with_the_questions_words_is_the_answer(answerer: Answerer) -> None:
    texts = [answerer.answer(question, threshold=0.0).text for question in QUESTIONS]
    assert texts == [
        "The harbour of Port Ellen opened in 1825.",
        "The distillery beside the harbour employed ninety people in 1967.",
        "A lighthouse called Carraig Fhada stands across the bay from the village and shows a red light.",
        "The crossing takes two hours and twenty minutes.",
    ]


@pytest.mark.parametrize("question", [*QUESTIONS, "Which zebra sold quantum bananas?"])
def test_a_refusal_shows_the_closest_sentences_and_the_words_that_are_missing(
    answerer: Answerer, question: str
) -> None:
    silent = shipped_calibration("sentence").model_copy(update={"likely": 1.0})
    answerer = with_sentences(answerer.index)
    answerer.finder.calibration = silent
    answer = answerer.answer(question, threshold=1.0)
    assert_sound(answer, answerer.index)
    assert (answer.verdict, answer.text, answer.short, answer.citations) == ("silent", REFUSAL, None, ())
    assert len(answer.closest) == 3
    scores = [citation.score for citation in answer.closest]
    assert scores == sorted(scores, reverse=True)
    forced = answerer.answer(question, threshold=0.0)
    assert forced.citations == answer.closest[:1]
    assert forced.missing_terms == answer.missing_terms


@pytest.mark.parametrize(("likely", "verdict"), [(0.0, "likely"), (1.0, "silent")])
def test_a_guess_that_is_likely_comes_first_and_further_sentences_after_it(
    answerer: Answerer, likely: float, verdict: str
) -> None:
    asked = with_sentences(answerer.index)
    asked.finder.calibration = shipped_calibration("sentence").model_copy(update={"likely": likely})
    answer, forced = (asked.answer(QUESTIONS[0], threshold=bar) for bar in (1.0, 0.0))
    assert_sound(answer, asked.index)
    assert (answer.verdict, answer.answered) == (verdict, False)
    best = (*answer.citations, *answer.closest)[0]
    assert best == forced.citations[0]
    assert len(answer.closest) == 3


def test_an_export_from_before_there_were_verdicts_is_read(answerer: Answerer) -> None:
    for bar, verdict in ((0.0, "answered"), (1.0, "silent")):
        exported = answerer.answer(QUESTIONS[0], threshold=bar).model_dump(mode="json")
        del exported["verdict"]
        assert Answer.model_validate(exported).verdict == verdict


def test_missing_terms_are_content_words_as_written(answerer: Answerer) -> None:
    asked = answerer.answer("Which ZEBRA sold the harbours of Atlantis to those zebras?", threshold=0.5)
    assert asked.missing_terms == ("ZEBRA", "sold", "Atlantis", "zebras")
    assert answerer.answer("Which harbours opened?").missing_terms == ()


@pytest.mark.parametrize("number", [1, 2, 5, 50])
def test_the_settings_say_how_many_closest_sentences_are_shown(answerer: Answerer, number: int) -> None:
    asked = with_sentences(answerer.index, settings=AnswerSettings(closest=number, threshold=1.0))
    assert len(asked.answer("zebra?").closest) == min(number, 7)


@pytest.mark.parametrize("question", [*QUESTIONS, *NONSENSE, *SUMMING_UP])
def test_confidence_does_not_hang_on_the_threshold(answerer: Answerer, question: str) -> None:
    answers = [answerer.answer(question, threshold=bar) for bar in (0.0, 0.1, 0.25, 0.5, 0.9, 0.95, 1.0)]
    assert len({answer.confidence for answer in answers}) == 1
    assert len({answer.missing_terms for answer in answers}) == 1
    sure = answers[0].confidence
    for answer in answers:
        assert_sound(answer, answerer.index)
    if question not in QUESTIONS and sure is None:  # no question of a fact: no guess is right or wrong
        return
    assert sure is not None
    assert_sound(answerer.answer(question, threshold=sure), answerer.index)
    just_above = math.nextafter(sure, 2.0)
    assert just_above > 1.0 or not answerer.answer(question, threshold=just_above).answered


@pytest.mark.parametrize("question", [*QUESTIONS, *NONSENSE, *SUMMING_UP])
@pytest.mark.parametrize("text", [TEXT, "Cats purr.", "# One\n\n## Two\n"])
def test_at_threshold_zero_there_is_always_a_best_guess(tmp_path: Path, question: str, text: str) -> None:
    asked = with_sentences(build(tmp_path / "some.md", text))
    answer = asked.answer(question, threshold=0.0)
    assert_sound(answer, asked.index)
    assert answer.answered
    assert answer.text


def test_none_takes_the_threshold_of_the_settings(answerer: Answerer) -> None:
    for bar in (0.0, 0.5, 1.0):
        asked = with_sentences(answerer.index, settings=AnswerSettings(threshold=bar)).answer(QUESTIONS[0])
        assert asked.threshold == bar
        assert essence(asked) == essence(answerer.answer(QUESTIONS[0], threshold=bar))


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=60), st.floats(0, 1))
def test_any_text_can_be_asked(
    tmp_path_factory: pytest.TempPathFactory, question: str, threshold: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "asked" / "island.txt"
    asked = with_sentences(_kept(path))
    if question.strip():
        answer = asked.answer(question, threshold=threshold)
        assert_sound(answer, asked.index)
        assert answer.question == question
    else:
        with pytest.raises(QuestionError, match="empty"):
            asked.answer(question, threshold=threshold)


def _kept(path: Path) -> Index:
    """One index for all examples: hypothesis gives each test function's fixtures but once."""
    folder = path.parent / "index"
    if folder.exists():
        return Index.open(folder, embedder=HashEmbedder())
    path.parent.mkdir(parents=True)
    path.write_bytes(TEXT.encode())
    return Index.from_sources([path], folder, embedder=HashEmbedder(), settings=PASSAGES)


# --- requests about the whole


@pytest.mark.parametrize("question", SUMMING_UP)
def test_a_request_about_the_whole_gets_at_most_three_cited_sentences_in_source_order(
    answerer: Answerer, question: str
) -> None:
    answer = answerer.answer(question)
    assert_sound(answer, answerer.index)
    assert answer.answered
    assert len(answer.citations) == 3
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(set(starts))
    assert all(len(citation.quote.split()) >= 8 for citation in answer.citations)
    assert (answer.short, answer.missing_terms) == (None, ())


def test_a_short_text_is_summed_up_by_the_sentences_it_has(tmp_path: Path) -> None:
    answer = with_sentences(build(tmp_path / "cats.txt", "Cats purr. Dogs bark.")).answer(
        "What is this about?"
    )
    assert (answer.answered, answer.text) == (True, "Cats purr. Dogs bark.")


def test_a_sentence_in_two_overlapping_passages_is_cited_once(tmp_path: Path) -> None:
    one, two = (
        "Seven brown cats sat quietly on the old mat.",
        "Nine small dogs barked loudly at the new postman.",
    )
    asked = with_sentences(
        build(tmp_path / "a.txt", f"{one} {two} {one[:5]}.", how=IndexSettings(max_tokens=20, overlap=1))
    )
    assert sum(two in passage.text for passage in asked.index.passages()) == 2
    assert asked.answer("Summarise this.").text == f"{one} {two}"


def test_a_summary_stays_within_the_documents_asked(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(TEXT, encoding="utf-8")
    index = build(tmp_path / "docs" / "b.txt", TEXT.replace("harbour", "garden"))
    index = Index.from_sources([tmp_path / "docs"], embedder=HashEmbedder(), settings=PASSAGES)
    for name in ("a.txt", "b.txt"):
        answer = with_sentences(index).answer("Summarise the article", documents=[name])
        assert {citation.document_id for citation in answer.citations} == {name}
        assert_sound(answer, index)


@pytest.mark.parametrize(
    "question",
    ["Who founded High-Flyer?", "When were the export controls imposed?", "Who owns DeepSeek?", "Why?"],
)
def test_confidence_is_the_same_in_an_index_of_one_and_of_many(
    article: Path, tmp_path: Path, question: str
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    (many / article.name).write_bytes(article.read_bytes())
    for number in range(20):
        (many / f"{number}.txt").write_text(TEXT.replace("harbour", f"garden {number}"), encoding="utf-8")
    reader = load_reader("fast")
    alone, among = (
        Answerer(Index.from_sources([source], embedder=HashEmbedder()), reader=reader).answer(
            question, documents=[article.name]
        )
        for source in (article, many)
    )
    assert [one.quote for one in among.citations] == [one.quote for one in alone.citations]
    # How rare the question's words are is counted over the index, and is told apart by a hair.
    assert among.confidence == pytest.approx(alone.confidence, abs=0.005)


# --- conversations

HISTORY = (
    {"role": "user", "text": "Who is Walter Campbell?"},
    {"role": "assistant", "text": "It was built of grey stone by Walter Campbell."},
)


def test_a_follow_up_is_rewritten_and_shown(answerer: Answerer) -> None:
    answer = answerer.answer("What did he build?", HISTORY, threshold=0.0)
    assert answer.question == "What did he build?"
    assert answer.standalone_question == "What did Walter Campbell build?"
    assert answer.about == "Walter Campbell"
    # The source may say "he" too, so that the question keeps its own words beside what they mean.
    alone = answerer.answer("What did he build (Walter Campbell)?", threshold=0.0)
    assert (answer.citations, answer.confidence) == (alone.citations, alone.confidence)
    assert (alone.standalone_question, alone.about) == (alone.question, None)
    assert answer.text == "It was built of grey stone by Walter Campbell."


def test_history_may_be_turns_or_their_json(answerer: Answerer) -> None:
    turns = [Turn.model_validate(turn) for turn in HISTORY]
    assert essence(answerer.answer("When did he come?", turns)) == essence(
        answerer.answer("When did he come?", HISTORY)
    )


BLOCKS = [{"type": "text", "text": "Who built"}, {"type": "image_url"}, {"type": "text", "text": "the mill?"}]


@pytest.mark.parametrize(
    ("history", "turns"),
    [
        (None, []),
        ([], []),
        ([{"role": "user", "content": "Hi", "name": "ann"}], [("user", "Hi")]),
        ([{"role": "user", "content": BLOCKS}], [("user", "Who built\nthe mill?")]),
        ([{"role": "assistant", "content": ["Ann", "Bee"]}], [("assistant", "Ann\nBee")]),
        ([{"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}], []),
        ([{"role": "user", "text": None}, {"role": "user", "text": " "}], []),
        (
            [
                {"role": "system", "content": "Be brief."},
                {"role": "developer", "content": "Be kind."},
                {"role": "user", "content": "Who built it?"},
                {"role": "tool", "tool_call_id": "1", "content": "{}"},
                {"role": "function", "name": "look", "content": None},
                Turn(role="assistant", text="Ann."),
            ],
            [("user", "Who built it?"), ("assistant", "Ann.")],
        ),
    ],
)
def test_a_history_in_openais_form_is_its_spoken_messages(
    history: object, turns: list[tuple[str, str]]
) -> None:
    read = TypeAdapter(History).validate_python(history)
    assert [(turn.role, turn.text) for turn in read] == turns


def test_a_follow_up_is_answered_alike_after_a_history_in_openais_form(answerer: Answerer) -> None:
    in_openais = [{"role": turn["role"], "content": turn["text"]} for turn in HISTORY]
    aside = [{"role": "system", "content": "Be brief."}, *in_openais, {"role": "tool", "content": None}]
    alone = essence(answerer.answer("When did he come?", HISTORY))
    assert essence(answerer.answer("When did he come?", aside)) == alone
    assert essence(answerer.answer("When did he come?", None)) == essence(
        answerer.answer("When did he come?")
    )


def test_a_wrong_message_is_named_by_its_place_and_field() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(History).validate_python(
            [{"role": "system", "content": "Hi"}, {"role": "user", "content": 5}]
        )
    assert raised.value.errors()[0]["loc"] == (1, "content")


def test_a_request_about_the_whole_is_not_rewritten(answerer: Answerer) -> None:
    assert answerer.answer("What is this about?", HISTORY).standalone_question == "What is this about?"


@pytest.mark.parametrize(
    "history",
    [
        [{"role": "user"}],
        [{"role": "robot", "text": "Hi"}],
        [{"role": "user", "text": 5}],
        [{"role": "user", "content": [5]}],
        [{"text": "Hi"}],
        ["Hi"],
        {"role": "user", "text": "Hi"},
        "Hi",
        [None],
    ],
)
def test_a_bad_history_is_refused(answerer: Answerer, history: list[Turn]) -> None:
    with pytest.raises(QuestionError, match=r"^history: each turn must be"):
        answerer.answer("Why?", history)


# --- what cannot be asked


@pytest.mark.parametrize("question", ["", " ", "\n\t\u2028"])
def test_an_empty_question_is_refused(answerer: Answerer, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        answerer.answer(question)


def test_a_question_may_be_as_long_as_the_settings_say(answerer: Answerer) -> None:
    assert answerer.answer("a" * 2000).question == "a" * 2000
    with pytest.raises(QuestionError, match=r"2001 characters; ask in at most 2000"):
        answerer.answer("a" * 2001)
    short = with_sentences(answerer.index, settings=AnswerSettings(longest_question=5))
    assert short.answer("  12345  ").question == "  12345  "
    with pytest.raises(QuestionError, match="at most 5"):
        short.answer("123456")


@pytest.mark.parametrize("threshold", [-0.01, 1.01, math.nan, math.inf])
def test_a_threshold_outside_its_range_is_refused(answerer: Answerer, threshold: float) -> None:
    with pytest.raises(QuestionError, match=r"^threshold .*: must be between 0 and 1"):
        answerer.answer("Why?", threshold=threshold)


@pytest.mark.parametrize("question", ["When did it open?", "Summarise the article"])
def test_an_unknown_document_is_refused_whatever_is_asked(answerer: Answerer, question: str) -> None:
    with pytest.raises(QuestionError, match=r"^nope\.txt: no such document in the index"):
        answerer.answer(question, documents=["nope.txt"])


@pytest.mark.parametrize("question", ["When did it open?", "Summarise the article"])
@pytest.mark.parametrize("documents", [[], (), frozenset(), {}])
def test_no_document_at_all_is_an_error(
    answerer: Answerer, question: str, documents: Collection[str]
) -> None:
    with pytest.raises(QuestionError, match=r"^documents: the list is empty; name at least one"):
        answerer.answer(question, documents=documents)


def test_one_id_that_is_no_list_is_an_error(answerer: Answerer) -> None:
    with pytest.raises(QuestionError, match=r"^documents: 'a\.txt' is a string; give a list of ids"):
        answerer.answer("When did it open?", documents="a.txt")


def test_lone_surrogates_in_question_and_history_are_taken_for_question_marks(tmp_path: Path) -> None:
    class StrictEmbedder(HashEmbedder):
        """Refuses what cannot be encoded, as a tokeniser does."""

        def _vector(self, text: str) -> Any:  # noqa: ANN401 - as the method it extends
            text.encode()
            return super()._vector(text)

    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    asked = with_sentences(Index.from_sources([tmp_path / "a.txt"], embedder=StrictEmbedder()))
    answer = asked.answer("When did \ud800 the harbour \udcff open?", threshold=0.0)
    assert_sound(answer, asked.index)
    assert answer.question == answer.standalone_question == "When did ? the harbour ? open?"
    history = [
        {"role": "user", "text": "Did \ud800 the ferry \udcff leave?"},
        {"role": "assistant", "text": "yes \ud800"},
    ]
    for question in ("Why?", "When was that?", "And in 1983?", "Did it?"):
        assert_sound(asked.answer(question, history, threshold=0.0), asked.index)


# --- documents


def test_a_document_of_headings_alone_gives_its_headings(tmp_path: Path) -> None:
    asked = with_sentences(build(tmp_path / "plan.md", "# Harbour\n\n## Ferries\n\n## Whisky\n"))
    for question in ("Which ferries are there?", "What is this about?"):
        answer = asked.answer(question, threshold=0.0)
        assert_sound(answer, asked.index)
        assert "Ferries" in answer.text
        assert not asked.answer(question, threshold=1.0).answered


def test_a_document_without_a_word_is_refused_an_answer(tmp_path: Path) -> None:
    asked = with_sentences(build(tmp_path / "signs.txt", "... --- !!!"))
    for question in ("What is this about?", "Why?"):
        answer = asked.answer(question)
        assert (answer.answered, answer.confidence, answer.closest) == (False, 0.0, ())


def test_a_quote_from_a_later_passage_stands_where_it_says(answerer: Answerer) -> None:
    answer = answerer.answer("Which light does the lighthouse show?", threshold=0.0)
    (citation,) = answer.citations
    assert citation.start == TEXT.index("A lighthouse") > 0
    assert citation.end == TEXT.rindex(".") + 1
    assert TEXT[citation.start : citation.end] == citation.quote


def test_a_citation_names_the_heading_it_stands_under(tmp_path: Path) -> None:
    parts = (
        "Nothing stands here.",
        "# Ferries",
        "Ferries leave daily.",
        "## The crossing",
        "It takes hours.",
    )
    text = "\n\n".join(parts)
    asked = with_sentences(build(tmp_path / "a.md", text))
    headings = {
        question: asked.answer(question, threshold=0.0).citations[0].heading
        for question in ("Which ferries leave daily?", "Who takes hours?", "Who stands nothing here?")
    }
    assert list(headings.values()) == ["Ferries", "The crossing", None]


def test_pages_and_headings_are_counted_to_the_character() -> None:
    document = Document(
        id="a.pdf",
        source="a.pdf",
        sha256="0",
        text="One\nfirst second\nTwo third",
        headings=(Heading(start=0, end=3, level=1), Heading(start=17, end=20, level=1)),
        pages=(0, 10, 10, 17),
    )

    def place(start: int) -> tuple[int | None, str | None]:
        citation = cite(document, start, start + 1, score=1.0)
        return citation.page, citation.heading

    assert [place(start) for start in (0, 9, 10, 16, 17, 25)] == [
        (1, "One"),
        (1, "One"),
        (3, "One"),  # the second page is empty
        (3, "One"),
        (4, "Two"),
        (4, "Two"),
    ]
    bare = document.model_copy(update={"headings": (), "pages": ()})
    assert (cite(bare, 5, 9, score=0.0).page, cite(bare, 5, 9, score=0.0).heading) == (None, None)


class SpanReader:
    """Points at the first occurrence of a phrase, within the sentence that holds it."""

    calibration = "sentence"

    def __init__(self, phrase: str) -> None:
        self.phrase = phrase

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        spans = []
        for span in SentenceReader().read(question, passages):
            passage = passages[span.passage].hit.passage
            place = passage.text.find(self.phrase, span.start - passage.start, span.end - passage.start)
            if place >= 0:
                highlight = (passage.start + place, passage.start + place + len(self.phrase))
                spans.append(span._replace(highlight=highlight))
        return spans


def test_a_reader_of_exact_spans_gives_a_short_answer(answerer: Answerer) -> None:
    asked = with_sentences(answerer.index, reader=SpanReader("Carraig Fhada"))
    answer = asked.answer("What is the lighthouse called?", threshold=0.0)
    assert_sound(answer, asked.index)
    assert answer.short == "Carraig Fhada"
    highlight = answer.citations[0].highlight
    assert highlight is not None
    assert TEXT[slice(*highlight)] == "Carraig Fhada"
    assert answer.text.startswith("A lighthouse called Carraig Fhada stands")
    asked.finder.calibration = asked.finder.calibration.model_copy(update={"likely": 1.0})
    refused = asked.answer("What is the lighthouse called?", threshold=1.0)
    assert (refused.answered, refused.short, refused.text) == (False, "Carraig Fhada", REFUSAL)


def test_a_pronoun_in_a_follow_up_means_what_the_reader_points_at_in_the_answer_before(
    tmp_path: Path,
) -> None:
    led = "The firm was founded by Einar Norvik and is led by Ingrid Solheim."
    asked = with_sentences(build(tmp_path / "firm.txt", led), reader=SpanReader("Ingrid Solheim"))
    history = [{"role": "user", "text": "Who is the CEO?"}, {"role": "assistant", "text": led}]
    assert asked.answer("How old is she?", history).standalone_question == "How old is Ingrid Solheim?"


def test_what_about_a_part_that_is_not_there_is_still_asked_for_that_part(tmp_path: Path) -> None:
    asked = with_sentences(
        build(tmp_path / "rules.md", "# 1. Cats\n\nBring one.\n\n# 2. Dogs\n\nBring two.\n")
    )
    history = [
        {"role": "user", "text": "What does section 1 say?"},
        {"role": "assistant", "text": "Bring one."},
    ]
    answer = asked.answer("what about section 9", history)
    assert (answer.kind, answer.verdict, answer.standalone_question) == (
        "part",
        "silent",
        "what about section 9",
    )


def test_a_reader_that_finds_nothing_is_no_confidence(answerer: Answerer) -> None:
    answer = with_sentences(answerer.index, reader=SpanReader("absent")).answer("Why?", threshold=0.5)
    assert (answer.answered, answer.confidence, answer.closest, answer.short) == (False, 0.0, (), None)


def test_a_document_answers_alike_alone_and_among_others(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    alone = with_sentences(build(folder / "island.txt", TEXT))
    for number in range(30):
        town = f"The harbour of town {number} opened in {1700 + number}. Its ferries leave each day."
        (folder / f"town{number}.txt").write_text(town, encoding="utf-8")
    among = with_sentences(Index.from_sources([folder], embedder=HashEmbedder(), settings=PASSAGES))
    assert len(among.index.document_ids()) == 31
    for question in (*QUESTIONS, *SUMMING_UP):
        one = alone.answer(question, threshold=0.0)
        other = among.answer(question, threshold=0.0, documents=["island.txt"])
        assert_sound(other, among.index)
        assert [quote(c) for c in one.citations] == [quote(c) for c in other.citations]
        assert one.missing_terms == other.missing_terms


def quote(citation: Citation) -> tuple[str, int, int, str]:
    return citation.document_id, citation.start, citation.end, citation.quote


def test_the_shipped_article_is_cited_to_the_character(article: Path) -> None:
    asked = with_sentences(Index.from_sources([article], embedder=HashEmbedder()))
    for question in ("Who founded High-Flyer?", "What is this about?", "Who is the president of Peru?"):
        for threshold in (0.0, 1.0):
            answer = asked.answer(question, threshold=threshold)
            assert_sound(answer, asked.index)
            text = article.read_bytes().decode()
            assert all(text[c.start : c.end] == c.quote for c in (*answer.citations, *answer.closest))


def test_many_threads_get_the_same_answers(answerer: Answerer) -> None:
    asked = (*QUESTIONS, *SUMMING_UP, "zebra?")
    wanted = {question: essence(answerer.answer(question, HISTORY)) for question in asked}
    wrong: list[str] = []

    def ask() -> None:
        wrong.extend(q for q in asked if essence(answerer.answer(q, HISTORY)) != wanted[q])

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_confidence_that_falls_short_is_not_shown_as_the_one_that_is_needed() -> None:
    assert sureness(0.688, 0.69) == "68% sure; given as the answer from 69% on"
    assert sureness(0.69, 0.69) == "69% sure; given as the answer from 69% on"
    assert sureness(0.876, 0.69) == "88% sure; given as the answer from 69% on"
    assert sureness(0.001, 0.002) == "0% sure; given as the answer from 0% on"


@pytest.mark.parametrize("question", [None, 7, b"Who?"])
def test_what_is_no_text_cannot_be_asked(answerer: Answerer, question: object) -> None:
    with pytest.raises(QuestionError, match=f"must be text, not {type(question).__name__}"):
        answerer.answer(question)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quotes", "text"),
    [
        (["It opened.", "It closed."], "It opened. It closed."),
        (["| 1 | Ann |", "| 2 | Bob |"], "| 1 | Ann |\n| 2 | Bob |"),
        (["price: 5", "size: 3"], "price: 5\nsize: 3"),
        (["1.1 Pay.", "Pay soon.", "1.2 Go."], "1.1 Pay. Pay soon.\n1.2 Go."),
    ],
)
def test_rows_and_clauses_have_lines_of_their_own_and_sentences_none(quotes: list[str], text: str) -> None:
    cited = [
        Citation(document_id="d", source="d", sha256="", start=0, end=1, quote=quote, score=0.0)
        for quote in quotes
    ]
    assert joined(cited) == text
