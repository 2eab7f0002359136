"""What the reader learns from: examples cut short still hold their answer, or none."""

import random

from qa.training.reader_data import Example
from qa.training.reader_short import cut, cut_beside, shorten

PASSAGE = (
    "The harbour of Port Ellen opened in 1825. It was built of grey stone. Walter Campbell paid for it. "
    "Ferries leave twice each day. The crossing takes two hours. A lighthouse stands across the bay."
)
START = PASSAGE.index("Walter Campbell")
ANSWERED = Example("squad2_dev answer", "Who paid?", PASSAGE, START, START + 15, ("Walter Campbell",))
NULL = Example("squad2_dev near", "Who sank it?", PASSAGE, -1, -1, ())


def test_a_cut_example_keeps_its_answer_at_its_place_in_whole_sentences() -> None:
    chance = random.Random(0)
    lengths = set()
    for _ in range(200):
        short = cut(ANSWERED, chance)
        assert short.passage in PASSAGE
        assert short.passage[short.start : short.end] == "Walter Campbell"
        assert short.passage.endswith(".")
        lengths.add(short.passage.count("."))
    assert lengths == {1, 2, 3, 4}
    assert all(cut(NULL, chance).answers == () and cut(NULL, chance).start == -1 for _ in range(20))


def test_an_example_cut_beside_its_answer_answers_nothing() -> None:
    chance = random.Random(0)
    for _ in range(200):
        short = cut_beside(ANSWERED, chance)
        assert short is not None
        assert short.passage in PASSAGE
        assert "Walter Campbell" not in short.passage
        assert (short.start, short.end, short.answers) == (-1, -1, ())
    assert cut_beside(ANSWERED._replace(passage=PASSAGE[START : START + 28], start=0, end=15), chance) is None


def test_about_half_of_the_examples_are_cut() -> None:
    found = list(shorten([ANSWERED] * 2000, random.Random(0)))
    assert 0.45 < sum(example.passage != PASSAGE for example in found) / 2000 < 0.55
    beside = sum(not example.answers for example in found) / 2000
    assert 0.15 < beside < 0.25
