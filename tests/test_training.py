"""What the reader learns from: cut examples still hold their answer, or none; altered questions have none."""

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from index import Index
from index.split.sentences import sentences
from index.testing import HashEmbedder
from qa import Retriever
from qa.evaluation.questions import Evidence, Question
from qa.read.onnx_model import SHIPPED, OnnxSpanModel
from qa.read.reader import ExtractiveReader
from qa.requests.kinds import judge
from qa.testing import PhraseModel
from qa.training.reader_alter import altered, keywords, misspelt
from qa.training.reader_example import Example, Source, Text
from qa.training.reader_model import collate, encode, new_model, new_tokenizer
from qa.training.reader_score import TorchSpanModel
from qa.training.reader_stream import Mix, Pools, cloze, cut, cut_beside
from qa.training.reader_taught import Taught
from qa.training.reader_unpack import unpacked
from qa.training.reader_whole import Whole, WholeScores, read_whole, score_whole, write_whole
from qa.training.requests import Labelled, fit, is_bare

PASSAGE = (
    "The harbour of Port Ellen opened in 1825. It was built of grey stone. Walter Campbell paid for it. "
    "Ferries leave twice each day. The crossing takes two hours. A lighthouse stands across the bay."
)
RANGES = sentences(PASSAGE, 0, len(PASSAGE))
START = PASSAGE.index("Walter Campbell")
ANSWERED = Example("squad2_dev answer", "Who paid?", PASSAGE, START, START + 15, ("Walter Campbell",))
NULL = Example("squad2_dev near", "Who sank it?", PASSAGE, -1, -1, ())
SOURCE = Source(
    "squad2_dev", "Harbour", "Who paid for Port Ellen?", ("Walter Campbell",), 0, START, START + 15, (1,)
)
FARAWAY = Source("squad11_dev", "Elsewhere", "What is sold?", ("wool",), None, -1, -1, (2,))
TEXTS = [
    Text(PASSAGE, tuple(RANGES)),
    Text("Bowmore lies inland.", ((0, 20),)),
    Text("Nothing is sold in Rome.", ((0, 24),)),
]


def test_a_cut_example_keeps_its_answer_at_its_place_in_whole_sentences() -> None:
    chance = random.Random(0)
    lengths = set()
    for _ in range(200):
        short = cut(ANSWERED, RANGES, chance)
        assert short.passage in PASSAGE
        assert short.passage[short.start : short.end] == "Walter Campbell"
        assert short.passage.endswith(".")
        lengths.add(short.passage.count("."))
    assert lengths == {1, 2, 3, 4}
    assert all(cut(NULL, RANGES, chance).answers == () for _ in range(20))
    assert all(cut(NULL, RANGES, chance).start == -1 for _ in range(20))


def test_an_example_cut_beside_its_answer_answers_nothing() -> None:
    chance = random.Random(0)
    for _ in range(200):
        short = cut_beside(ANSWERED, RANGES, chance)
        assert short is not None
        assert short.passage in PASSAGE
        assert "Walter Campbell" not in short.passage
        assert (short.start, short.end, short.answers) == (-1, -1, ())
    alone = ANSWERED._replace(passage=PASSAGE[START : START + 28], start=0, end=15)
    assert cut_beside(alone, [(0, 28)], chance) is None


def test_an_altered_question_differs_by_a_name_a_number_or_an_opposite() -> None:
    question = "Who paid for Port Ellen before 1825?"
    chance = random.Random(0)
    made = {
        altered(question, PASSAGE, ["Walter Campbell"], ["Bowmore", "Port Ellen"], chance) for _ in range(300)
    }
    assert question not in made
    assert "Who paid for Bowmore before 1825?" in made
    assert "Who paid for Port Ellen after 1825?" in made
    assert "Who paid for Port Ellen before 1826?" in made
    assert not any(text and "Walter Campbell" in text for text in made)
    assert altered("Why?", PASSAGE, [], [], chance) is None


def test_hurried_questions() -> None:
    chance = random.Random(0)
    made = {misspelt("lighthouse", chance) for _ in range(100)}
    assert all(abs(len(word) - 10) <= 2 and word[0] == "l" for word in made)
    assert len(made - {"lighthouse"}) > 50
    assert keywords("When did the ferries of Port Ellen leave?") == "ferries port ellen leave"


def test_a_cloze_asks_for_a_name_or_number_at_its_place() -> None:
    chance = random.Random(0)
    for _ in range(100):
        made = cloze(TEXTS[0], chance)
        if made:
            assert PASSAGE[made.start : made.end] == made.answers[0]
            assert made.answers[0] in {"1825", "Port Ellen", "Walter Campbell"}
    assert cloze(Text("it is so.", ((0, 9),)), chance) is None


def test_an_epoch_draws_each_set_by_its_share_and_nothing_twice_before_all() -> None:
    mix = Mix(squad2_dev=0.5, squad11_dev=2.0, new_wiki=0.0)
    pools = Pools([SOURCE._replace(question=f"Who {n}?") for n in range(10)] + [FARAWAY] * 3, TEXTS, mix)
    first, second = pools.order(0, 0), pools.order(0, 1)
    assert Counter(source.pool for source in first) == {"squad2_dev": 5, "squad11_dev": 6}
    seen = [source.question for source in first + second if source.pool == "squad2_dev"]
    assert len(set(seen)) == 10
    assert first == pools.order(0, 0) != pools.order(1, 0)


def test_a_question_gives_its_own_example_and_null_ones_of_every_kind() -> None:
    mix = Mix(near=1.0, elsewhere=1.0, altered=1.0, cut=0.0, misspelt=0.0, keywords=0.0)
    pools = Pools([SOURCE, FARAWAY], TEXTS, mix)
    made = {example.kind: example for example in pools.examples([SOURCE], random.Random(1))}
    assert made["squad2_dev answer"] == ANSWERED._replace(question=SOURCE.question)
    assert made["squad2_dev near"].passage == "Bowmore lies inland."
    assert made["squad2_dev altered"].question != SOURCE.question
    assert all(not made[kind].answers for kind in made if not kind.endswith("answer"))
    elsewhere = [e for n in range(20) for e in pools.examples([SOURCE], random.Random(n))]
    assert {e.passage for e in elsewhere if e.kind.endswith("elsewhere")} == {"Nothing is sold in Rome."}


def test_whole_articles_are_kept_and_scored_as_the_product_reads_them(tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(PASSAGE)
    retriever = Retriever(Index.from_sources([tmp_path / "harbour.txt"], embedder=HashEmbedder()))
    place = Evidence(document_id="harbour.txt", start=START, end=START + 15)
    golds = {"answers": ("Walter Campbell",), "answerable": True, "evidence": (place,)}
    questions = [
        Question(id="1", question="Who paid?", **golds),
        Question(id="2", question="Who sank it?", answerable=False),
    ]
    asked = [Whole(one, tuple(retriever.search(one.question, 3))) for one in questions]
    write_whole(tmp_path / "whole.jsonl", asked)
    assert read_whole(tmp_path / "whole.jsonl") == asked
    right, wrong = (ExtractiveReader(PhraseModel({said: 9.0})) for said in ("Walter Campbell", "1825"))
    assert score_whole(right, asked) == WholeScores(2, f1=1.0, exact=1.0, right_sentence=1.0, auroc=0.5)
    assert score_whole(wrong, asked) == WholeScores(2, f1=0.0, exact=0.0, right_sentence=0.0, auroc=0.5)


def test_the_kinds_of_requests_are_learnt_from_letters_and_words_and_from_vectors() -> None:
    subjects = "harbour ferry island lighthouse distillery crossing village bay".split()
    learnt = [
        Labelled(text.format(subject), kind, "intents")
        for subject in subjects
        for text, kind in (
            ("who built the {}?", "question"),
            ("summarise the text on the {}", "whole"),
            ("{}", "keyword"),
        )
    ]
    vectors = HashEmbedder(dimension=384).embed([one.text for one in learnt])
    weights = fit(learnt, vectors)
    for one, vector in zip(learnt, vectors, strict=True):
        assert judge(one.text, None, weights).kind == judge(one.text, vector, weights).kind == one.kind
    assert judge("who built the castle?", None, weights).kind == "question"
    assert judge("summarise the text on the castle", None, weights).kind == "whole"


def test_bare_words_are_told_from_questions() -> None:
    assert [
        is_bare(text)
        for text in ("deposit", "late fee", "how late is it", "deposit of the flat in the old town")
    ] == [
        True,
        True,
        False,
        False,
    ]


def test_the_reader_that_ships_can_be_unpacked_to_learn_on() -> None:
    model = new_model()
    model.load_state_dict(unpacked(SHIPPED / "reader.onnx"))
    questions = ("Who paid for it?", "how long is the crossing", "When was the lighthouse sold?")
    for question in questions:
        (learning,) = TorchSpanModel(model, "cpu").logits(question, [PASSAGE])
        (shipped,) = OnnxSpanModel().logits(question, [PASSAGE])
        # Eight bits and sixteen differ by 0.2 at most; logits range over 15.
        assert np.abs(learning.start - shipped.start).max() < 0.5
        assert np.abs(learning.end - shipped.end).max() < 0.5
        assert abs(learning.answerable - shipped.answerable) < 0.5


def told(start: int, end: int, answers: tuple[str, ...], said: tuple[tuple[int, int, float], ...]) -> Taught:
    return Taught("nq", "Who keeps it?", _TOLD, start, end, answers, ((0, 19), (20, 36)), said)


_TOLD = "Ada keeps the keys. Bo has the coat."


def test_half_a_target_is_what_the_teacher_says_of_each_sentence() -> None:
    # Log-odds of 0 and of log 3: a half and three quarters; together they share three quarters, 2 to 3.
    one = told(0, 3, ("Ada",), ((0, 3, 0.0), (20, 22, math.log(3))))
    example = one.example(random.Random(0), cut=0.0)
    (encoding,) = encode(new_tokenizer(), [example])
    batch = collate([example], [encoding], distilled=0.5)
    first, other = encoding.char_to_token(0, 1), encoding.char_to_token(20, 1)
    assert first is not None
    assert other is not None
    expected = {0: 0.5 * 0.25, first: 0.5 + 0.5 * 0.75 * 0.4, other: 0.5 * 0.75 * 0.6}
    assert {n: p for n, p in enumerate(batch.starts[0].tolist()) if p} == pytest.approx(expected)
    assert batch.ends[0].sum().item() == pytest.approx(1)
    assert batch.answerable.tolist() == pytest.approx([0.5 + 0.5 * 0.75])


def test_a_passage_cut_beside_its_answer_answers_no_more() -> None:
    one = told(0, 3, ("Ada",), ((0, 3, 1.0), (20, 22, -2.0)))
    cuts = [one.example(random.Random(seed), cut=1.0) for seed in range(40)]
    found = {(example.passage, example.start, example.answers, example.said) for example in cuts}
    assert found == {
        (_TOLD, 0, ("Ada",), ((0, 3, 1.0), (20, 22, -2.0))),
        ("Ada keeps the keys.", 0, ("Ada",), ((0, 3, 1.0),)),
        ("Bo has the coat.", -1, (), ((0, 2, -2.0),)),
    }


def test_an_answer_without_a_place_is_no_target() -> None:
    example = Example("nq answer", "Who keeps it?", _TOLD, -1, -1, ("Cy",))
    batch = collate([example], encode(new_tokenizer(), [example]))
    assert not batch.starts.any()
    assert batch.answerable.tolist() == [1]
