"""Readers: spans against brute force, exact offsets, ranking, models that are not there."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.confidence import Signals
from qa.errors import ReaderError
from qa.read.baseline import SentenceReader
from qa.read.calibration import Ranking, shipped_calibration
from qa.read.choice import load_reader
from qa.read.huggingface import HuggingFaceSpanModel
from qa.read.onnx_model import SHIPPED, OnnxSpanModel
from qa.read.reader import ExtractiveReader
from qa.read.reranker import Reranker
from qa.read.spans import TokenLogits, best_span, best_within
from qa.retrieve.retriever import Retriever
from qa.testing import PhraseModel

TEXT = """The harbour of Port Ellen opened in 1825. It was built of grey stone by Walter Campbell.

Ferries leave the harbour for Kennacraig twice each day. The crossing takes two hours and twenty minutes.

The distillery employed ninety people in 1967. It closed in 1983, and reopened in 2024.
"""


@pytest.fixture
def index(tmp_path: Path) -> Index:
    path = tmp_path / "island.txt"
    path.write_text(TEXT, encoding="utf-8")
    return Index.from_sources(
        [path], embedder=HashEmbedder(dimension=512), settings=IndexSettings(merge_tokens=0)
    )


# --- decoding

LOGITS = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=12)


@given(LOGITS, st.integers(1, 5))
def test_the_best_span_is_the_best_of_all_pairs(pairs: list[tuple[int, int]], longest: int) -> None:
    start, end = (np.array(values, dtype=np.float32) for values in zip(*pairs, strict=True))
    sums = {
        (first, last): start[first] + end[last]
        for first in range(len(pairs))
        for last in range(first, min(first + longest, len(pairs)))
    }
    first, last, score = best_span(start, end, longest)
    assert score == sums[first, last] == max(sums.values())


@given(LOGITS, st.integers(1, 5), st.data())
def test_the_best_span_with_a_wanted_token_is_the_best_of_all_pairs_that_hold_one(
    pairs: list[tuple[int, int]], longest: int, data: st.DataObject
) -> None:
    start, end = (np.array(values, dtype=np.float32) for values in zip(*pairs, strict=True))
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs))))
    sums = [
        start[first] + end[last]
        for first in range(len(pairs))
        for last in range(first, min(first + longest, len(pairs)))
        if wanted[first : last + 1].any()
    ]
    if sums:
        first, last, score = best_span(start, end, longest, wanted)
        assert score == start[first] + end[last] == max(sums)
        assert wanted[first : last + 1].any()
        offsets = np.array([[2 * place, 2 * place + 1] for place in range(len(pairs))])
        found = TokenLogits(start, end, offsets, null=0.0, answerable=0.0)
        ranges = [(2 * int(place), 2 * int(place) + 1) for place in np.flatnonzero(wanted)]
        assert best_within(found, 0, 2 * len(pairs), longest, ranges) == (2 * first, 2 * last + 1, score)
    else:
        offsets = np.array([[place, place + 1] for place in range(len(pairs))])
        assert best_within(TokenLogits(start, end, offsets, 0.0, 0.0), 0, len(pairs), longest, []) is None


def test_the_best_span_within_a_sentence_is_given_in_characters_and_over_null() -> None:
    found = TokenLogits(
        start=np.array([9.0, 0.0, 2.0, 1.0]),
        end=np.array([9.0, 0.0, 1.0, 3.0]),
        offsets=np.array([[0, 3], [4, 6], [7, 9], [9, 12]]),
        null=1.5,
        answerable=0.0,
    )
    assert best_within(found, 4, 12, longest=5) == (7, 12, 3.5)
    assert best_within(found, 4, 11, longest=5) == (7, 9, 1.5)
    assert best_within(found, 4, 12, longest=1) == (9, 12, 2.5)
    assert best_within(found, 12, 20, longest=5) is None
    assert best_within(found, 5, 8, longest=5) is None


# --- ranking


def test_a_span_is_the_exact_phrase_in_the_document_inside_its_sentence(index: Index) -> None:
    reader = ExtractiveReader(PhraseModel({"ninety people": 4.0, "Walter Campbell": 3.0}), Ranking())
    passages = Retriever(index).search("Who built the harbour?", 3)
    best, second, *rest = reader.read("Who built the harbour?", passages)
    for span, phrase in ((best, "ninety people"), (second, "Walter Campbell")):
        assert span.highlight is not None
        assert TEXT[slice(*span.highlight)] == phrase
        assert span.start <= span.highlight[0] < span.highlight[1] <= span.end
        assert span.highlight[0] > 0
    assert TEXT[best.start : best.end] == "The distillery employed ninety people in 1967."
    assert (best.margin, best.answerable) == (8.0, 4.0)
    assert len(rest) == 4  # the best span of every other sentence
    scores = [best.score, second.score, *(span.score for span in rest)]
    assert scores == sorted(scores, reverse=True)


def test_a_spans_score_is_the_weighted_sum_of_what_is_known_of_it(index: Index) -> None:
    ranking = Ranking(margin=0.5, answerable=0.25, sentence=2.0, words=3.0, dense=4.0)
    passages = Retriever(index).search("How many people worked at the distillery?", 3)
    (best, *_) = ExtractiveReader(PhraseModel({"ninety people": 4.0}), ranking).read("", passages)
    passage = passages[best.passage]
    sentence = next(s for s in passage.sentences if s.start == best.start)
    assert best.score == pytest.approx(
        0.5 * 8 + 0.25 * 4 + 2 * sentence.score + 3 * passage.words + 4 * passage.dense
    )


def test_a_sentence_in_two_overlapping_passages_is_read_but_given_once(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(" ".join(f"Word{n} is sentence number {n} of them." for n in range(30)), encoding="utf-8")
    small = IndexSettings(max_tokens=24, merge_tokens=0, overlap=1)
    found = Index.from_sources([path], embedder=HashEmbedder(), settings=small)
    passages = Retriever(found).search("Which is sentence number 7?", 20)
    starts = [sentence.start for passage in passages for sentence in passage.sentences]
    assert len(starts) > len(set(starts))
    spans = ExtractiveReader(PhraseModel({}), Ranking()).read("Which is sentence number 7?", passages)
    assert sorted(span.start for span in spans) == sorted(set(starts))


def test_passages_of_headings_alone_are_given_whole(tmp_path: Path) -> None:
    path = tmp_path / "plan.md"
    path.write_text("# Harbour\n\n## Ferries\n", encoding="utf-8")
    found = Index.from_sources([path], embedder=HashEmbedder())
    spans = ExtractiveReader(PhraseModel({}), Ranking()).read("?", Retriever(found).search("ferries", 5))
    assert spans
    assert all(span.highlight is None for span in spans)


# --- answers of several sentences


def answer_of(index: Index, phrases: dict[str, float]) -> Answerer:
    return Answerer(index, reader=ExtractiveReader(PhraseModel(phrases), Ranking(sentence=0.0)))


def test_a_second_answer_nearly_as_sure_is_cited_after_the_first_and_a_repeated_one_is_not(
    index: Index,
) -> None:
    asked = answer_of(index, {"1983": 8.0, "1825": 7.9, "grey stone": 1.0})
    answer = asked.answer("When did it open?", threshold=0.0)
    assert [TEXT[slice(*(c.highlight or (0, 0)))] for c in answer.citations] == ["1983", "1825"]
    assert answer.short == "1983"
    assert answer.text == " ".join(citation.quote for citation in answer.citations)
    assert answer.disagreement
    once = answer_of(index, {"1983": 8.0, "1825": 2.0}).answer("When did it open?", threshold=0.0)
    assert (len(once.citations), once.disagreement) == (1, False)
    twice = answer_of(index, {"harbour": 8.0, "grey stone": 2.0})
    assert len(twice.answer("What opened?", threshold=0.0).citations) == 1


def test_only_a_question_for_a_number_or_a_date_can_get_a_disagreement(index: Index) -> None:
    asked = answer_of(index, {"1983": 8.0, "1825": 7.9})
    assert not asked.answer("Where did it open?", threshold=0.0).disagreement
    asked.finder.calibration = asked.finder.calibration.model_copy(update={"likely": 1.0})
    silent = asked.answer("When did it open?", threshold=1.0)
    assert (silent.verdict, silent.disagreement) == ("silent", False)


# --- ordering passages by reading them


def test_reading_moves_the_passage_that_answers_to_the_front(index: Index) -> None:
    question = "When did the harbour open?"
    plain = Retriever(index).retrieve(question, 3)
    last = plain[-1].passage
    model = PhraseModel({"ninety people" if "ninety" in last.text else "Kennacraig": 60.0})
    hits = Reranker(Retriever(index), model).retrieve(question, 3)
    assert model.read == 3
    assert hits[0].passage == last
    assert {hit.passage.id for hit in hits} == {hit.passage.id for hit in plain}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(Reranker(Retriever(index), model).retrieve(question, 1)) == 1


def test_what_is_not_read_stays_behind_in_its_order(index: Index) -> None:
    shallow = Reranker(Retriever(index), PhraseModel({"ninety people": 60.0}))
    shallow.depth = 1
    plain = Retriever(index).retrieve("When did the harbour open?", 3)
    hits = shallow.retrieve("When did the harbour open?", 3)
    assert [hit.passage for hit in hits] == [hit.passage for hit in plain]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


# --- the reader that ships


def test_the_shipped_reader_points_at_exact_words(index: Index) -> None:
    asked = Answerer(index)
    for question, short in (
        ("Who built the harbour?", "Walter Campbell"),
        ("How many people did the distillery employ in 1967?", "ninety"),
        ("How long does the crossing take?", "two hours and twenty minutes"),
    ):
        answer = asked.answer(question, threshold=0.0)
        assert answer.short is not None
        assert short in answer.short
        highlight = answer.citations[0].highlight
        assert highlight is not None
        assert TEXT[slice(*highlight)] == answer.short


def test_a_passage_is_read_alike_alone_and_among_others_and_by_many_threads() -> None:
    model = OnnxSpanModel()
    texts = [*TEXT.split("\n\n"), "Cats purr.", "word " * 900]
    alone = [model.logits("When did it open?", [text])[0] for text in texts]
    wrong: list[int] = []

    def read() -> None:
        for place, found in enumerate(model.logits("When did it open?", texts)):
            same = zip(found, alone[place], strict=True)
            if not all(np.array_equal(one, other) for one, other in same):
                wrong.append(place)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_question_and_text_can_be_read_and_offsets_are_within_the_text(question: str, text: str) -> None:
    (found,) = SHARED.logits(question, [text])
    assert len(found.start) == len(found.end) == len(found.offsets)
    assert np.isfinite(found.start).all()
    assert np.isfinite(found.answerable)
    assert (found.offsets[:, 0] <= found.offsets[:, 1]).all()
    assert (found.offsets <= len(text)).all()


SHARED = OnnxSpanModel()


def test_offsets_count_code_points_behind_emoji_ligatures_and_dotted_capitals() -> None:
    text = "😀 İİ ﬁrst 👩‍👩‍👧 שלום: the bell weighs nine tons."
    (found,) = SHARED.logits("What does the bell weigh?", [text])
    first, last, _ = best_within(found, 0, len(text), SHARED.longest_answer) or (0, 0, 0.0)
    assert text[first:last] == "nine tons"


def test_a_model_whose_bytes_changed_is_refused(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "reader.onnx"):
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    OnnxSpanModel(tmp_path).verify()
    with (tmp_path / "reader.onnx").open("r+b") as file:
        file.write(b"\0\1")
    with pytest.raises(ReaderError, match=r"reader\.onnx: its SHA-256 is .* not .* as pinned"):
        OnnxSpanModel(tmp_path).logits("Who?", ["Ann."])
    (tmp_path / "reader.onnx").unlink()
    with pytest.raises(ReaderError, match=r"reader\.onnx: cannot be read; install quoth again"):
        OnnxSpanModel(tmp_path).logits("Who?", ["Ann."])
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReaderError, match=r"config\.json: no reader model there"):
        _ = OnnxSpanModel(tmp_path).config


def test_a_shipped_config_that_is_not_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.read.onnx_model.SHIPPED_SHA256", "0" * 64)
    with pytest.raises(ReaderError, match="its SHA-256 is not the one that ships"):
        _ = OnnxSpanModel().config


def test_every_calibration_names_signals_and_has_a_threshold() -> None:
    for name in (SentenceReader.calibration, ExtractiveReader.calibration):
        calibration = shipped_calibration(name)
        assert set(calibration.coefficients) <= set(Signals._fields)
        assert 0 < calibration.threshold < 1
    assert shipped_calibration("extractive").ranking is not None
    assert shipped_calibration("sentence").ranking is None


# --- models of Hugging Face

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] who built the harbour walter campbell it in of . ?"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question-answering model with random weights and a vocabulary of a few words."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = {word: number for number, word in enumerate(WORDS.split())}
    backend = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment]
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))  # type: ignore[assignment]
    PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=32,
    )  # fmt: skip
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


def test_a_model_of_hugging_face_takes_the_readers_place(tiny_model: Path, index: Index) -> None:
    asked = Answerer(index, reader=load_reader(tiny_model))
    answer = asked.answer("Who built the harbour?", threshold=0.0)
    highlight = answer.citations[0].highlight
    assert highlight is not None
    assert TEXT[slice(*highlight)] == answer.short


def test_its_logits_are_the_models_own_at_the_passages_tokens(tiny_model: Path) -> None:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    question, text = "who built it ?", "walter campbell built the harbour ."
    (found,) = HuggingFaceSpanModel(str(tiny_model)).logits(question, [text])
    assert [text[a:b] for a, b in found.offsets.tolist()] == text.split()
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForQuestionAnswering.from_pretrained(tiny_model).eval()
    with torch.inference_mode():
        output = model(**tokenizer(question, text, return_tensors="pt"))
    first = 2 + len(question.split())
    np.testing.assert_allclose(found.start, output.start_logits[0, first:-1].numpy(), atol=1e-6)
    np.testing.assert_allclose(found.end, output.end_logits[0, first:-1].numpy(), atol=1e-6)
    assert found.null == pytest.approx(float(output.start_logits[0, 0] + output.end_logits[0, 0]))
    (cut,) = HuggingFaceSpanModel(str(tiny_model)).logits(question, [text * 20])
    assert len(cut.start) < 32


@pytest.mark.parametrize("name", ["no/such-reader", "no such reader"])
def test_a_reader_that_is_not_on_this_machine_is_an_error_that_says_how_to_get_it(
    name: str, index: Index
) -> None:
    with pytest.raises(ReaderError, match=f"{name}.*downloads nothing.*hf download {name}"):
        Answerer(index, reader=load_reader(name)).answer("Who?")


def test_a_model_without_a_head_for_questions_is_refused(tmp_path: Path, tiny_model: Path) -> None:
    from transformers import BertModel

    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((tiny_model / name).read_bytes())
    BertModel.from_pretrained(tiny_model).save_pretrained(tmp_path)
    with pytest.raises(ReaderError, match="has no trained head for question answering"):
        HuggingFaceSpanModel(str(tmp_path)).logits("who ?", ["it"])


def test_the_names_of_readers() -> None:
    assert isinstance(load_reader("sentence"), SentenceReader)
    assert load_reader() is load_reader("quoth")


def test_a_model_double_answers_the_protocol() -> None:
    found: Sequence[TokenLogits] = PhraseModel({"a b": 1.0}).logits("", ["x a b.", "c"])
    assert [len(one.start) for one in found] == [4, 1]
    assert [one.answerable for one in found] == [1.0, -5.0]
