"""Draw the examples of an epoch: each question's own passage, near ones, cut ones, altered questions.

Every epoch draws anew, so that the reader never learns the accidents of one drawing.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.training.reader_alter import altered, keywords, misspelt, names
from qa.training.reader_example import Example, Source, Text, holds

_SENTENCES = (1, 2, 2, 3, 3, 4)
_MANY_NAMES = 400
_CLOZE = "cloze"


class Mix(NamedTuple):
    """What an epoch is made of.

    The first seven say how often it draws a question of a set: only those of SQuAD 2.0 and `natural_train`
    come with people's unanswerable ones. The others are probabilities.
    """

    squad2_dev: float = 1.5
    squad11_dev: float = 1.0
    new_wiki: float = 0.65
    other_shifts: float = 0.4
    qamr: float = 0.1
    natural_train: float = 0.0
    nq: float = 0.0
    # A null example with a near passage of the article; a second one for an unanswerable question; one with
    # a passage of another article.
    near: float = 0.6
    second: float = 0.3
    elsewhere: float = 0.1
    # A null example from an altered question.
    altered: float = 0.0
    # An example is cut to some sentences; of those with an answer, beside it.
    cut: float = 0.3
    beside: float = 0.4
    # The question is misspelt, or shrunk to its keywords.
    misspelt: float = 0.04
    keywords: float = 0.02
    # Cloze questions an epoch has for each passage.
    cloze: float = 0.0


class Pools:
    """The training questions and their passages; draws epochs."""

    def __init__(self, sources: Sequence[Source], texts: Sequence[Text], mix: Mix) -> None:
        self._texts, self._mix = texts, mix
        self._pools: dict[str, list[Source]] = defaultdict(list)
        self._strangers: list[Source] = []
        held: dict[str, set[int]] = defaultdict(set)
        for source in sources:
            self._pools[source.pool].append(source)
            if source.near:
                self._strangers.append(source)
                held[source.article].update(source.near)
        self._names = {article: self._names_of(sorted(numbers)) for article, numbers in held.items()}

    def order(self, seed: int, epoch: int) -> list[Source]:
        """The questions that an epoch draws, shuffled; nothing comes twice before all have come."""
        drawn: list[Source] = []
        for name, pool in sorted(self._pools.items()):
            size = int(getattr(self._mix, name) * len(pool))
            order = random.Random(f"{seed}-{name}").sample(range(len(pool)), len(pool))
            drawn += (pool[order[place % len(pool)]] for place in range(epoch * size, (epoch + 1) * size))
        clozes = random.Random(f"{seed}-{epoch}-cloze").choices(
            range(len(self._texts)), k=int(self._mix.cloze * len(self._texts))
        )
        drawn += (Source(_CLOZE, "", "", (), number, -1, -1, ()) for number in clozes)
        random.Random(f"{seed}-{epoch}").shuffle(drawn)
        return drawn

    def examples(self, sources: Sequence[Source], chance: random.Random) -> Iterator[Example]:
        """The examples that some questions give, shuffled."""
        drawn = [example for source in sources for example in self._drawn(source, chance)]
        chance.shuffle(drawn)
        for example in drawn:
            yield self._noisy(example, chance)

    def _drawn(self, source: Source, chance: random.Random) -> Iterator[Example]:
        name, mix = source.pool, self._mix
        if name == _CLOZE and source.own is not None:
            made = cloze(self._texts[source.own], chance)
            if made:
                yield self._cut(made, source.own, chance)
            return
        if source.own is not None:
            yield from self._own(source, source.own, chance)
        if source.near and chance.random() < (mix.near if source.answers else mix.second):
            # The nearest are drawn more often than the fifth: 1/1, 1/2, 1/3 …
            weights = [1 / rank for rank in range(1, len(source.near) + 1)]
            number = chance.choices(source.near, weights)[0]
            yield self._cut(self._null(f"{name} near", source.question, number), number, chance)
        if chance.random() < mix.elsewhere:
            other = chance.choice(self._strangers)
            number = chance.choice(other.near)
            if other.article != source.article and not holds(self._texts[number].text, source.answers):
                yield self._cut(self._null(f"{name} elsewhere", source.question, number), number, chance)

    def _own(self, source: Source, own: int, chance: random.Random) -> Iterator[Example]:
        name, text = source.pool, self._texts[own].text
        if not source.answers:
            yield self._cut(self._null(f"{name} adversarial", source.question, own), own, chance)
        elif source.start >= 0:
            example = Example(
                f"{name} answer", source.question, text, source.start, source.end, source.answers
            )
            yield self._cut(example, own, chance)
            if chance.random() < self._mix.altered:
                # What is changed must stand in what is shown.
                if chance.random() < self._mix.cut:
                    example = cut(example, self._texts[own].sentences, chance)
                others = self._names.get(source.article, ())
                question = altered(source.question, example.passage, source.answers, others, chance)
                if question:
                    yield Example(f"{name} altered", question, example.passage, -1, -1, ())

    def _null(self, kind: str, question: str, number: int) -> Example:
        return Example(kind, question, self._texts[number].text, -1, -1, ())

    def _cut(self, example: Example, number: int, chance: random.Random) -> Example:
        """The example, or a shorter one.

        Without short passages that do not answer, the reader learns that a short passage answers.
        """
        if chance.random() >= self._mix.cut:
            return example
        ranges = self._texts[number].sentences
        beside = bool(example.answers) and chance.random() < self._mix.beside
        return (cut_beside(example, ranges, chance) if beside else None) or cut(example, ranges, chance)

    def _noisy(self, example: Example, chance: random.Random) -> Example:
        draw = chance.random()
        if draw < self._mix.misspelt:
            return example._replace(question=misspelt(example.question, chance))
        # The keywords of an unanswerable question may well have an answer.
        if draw < self._mix.misspelt + self._mix.keywords and not example.kind.endswith(
            ("adversarial", "altered")
        ):
            return example._replace(question=keywords(example.question) or example.question)
        return example

    def _names_of(self, numbers: Sequence[int]) -> tuple[str, ...]:
        found = dict.fromkeys(name for number in numbers for name in names(self._texts[number].text))
        return tuple(found)[:_MANY_NAMES]


def cut(example: Example, ranges: Sequence[tuple[int, int]], chance: random.Random) -> Example:
    """The example in some sentences of its passage, those of its answer among them."""
    held = [n for n, (start, end) in enumerate(ranges) if start < example.end and example.start < end]
    if (example.answers and not held) or not ranges:
        return example
    first, last = (held[0], held[-1]) if held else [chance.randrange(len(ranges))] * 2
    size = chance.choice(_SENTENCES)
    while last - first + 1 < min(size, len(ranges)):
        before = first > 0 and (last == len(ranges) - 1 or chance.random() < 0.5)
        first, last = (first - 1, last) if before else (first, last + 1)
    start, end = ranges[first][0], ranges[last][1]
    shorter = example._replace(passage=example.passage[start:end])
    if example.start < 0:
        return shorter
    return shorter._replace(start=example.start - start, end=example.end - start)


def cut_beside(example: Example, ranges: Sequence[tuple[int, int]], chance: random.Random) -> Example | None:
    """The question with sentences of its passage that do not hold an answer; None when there are none."""
    size = chance.choice(_SENTENCES)
    windows = [(ranges[n][0], ranges[min(n + size, len(ranges)) - 1][1]) for n in range(len(ranges))]
    free = [
        (start, end)
        for start, end in windows
        if (end <= example.start or example.end <= start)
        and not holds(example.passage[start:end], example.answers)
    ]
    if not free or example.start < 0:
        return None
    start, end = chance.choice(free)
    kind = f"{example.kind.split()[0]} near"
    return Example(kind, example.question, example.passage[start:end], -1, -1, ())


_ANSWERS = re.compile(r"\b(?:\d[\d,.]*\d|[A-Z][\w'-]+(?:\s+(?:(?:of|the)\s+)?[A-Z][\w'-]+)*)\b")


def cloze(text: Text, chance: random.Random) -> Example | None:
    """A question made from plain text (Lewis et al., 2019): a name or number of a sentence becomes a "what".

    The rest of the clause around it, some words left out, is the question.
    """
    if not text.sentences:
        return None
    start, end = chance.choice(text.sentences)
    found = [match for match in _ANSWERS.finditer(text.text, start, end) if match.start() > start]
    if not found:
        return None
    match = chance.choice(found)
    before = text.text[start : match.start()].split()[-chance.randint(4, 12) :]
    after = text.text[match.end() : end].split()[: chance.randint(4, 12)]
    if len(before) + len(after) < 5:
        return None
    keep = chance.uniform(0.6, 0.95)
    before, after = ([word for word in part if chance.random() < keep] for part in (before, after))
    asking = "what" if match.group()[0].isalpha() else chance.choice(("how many", "when", "what number"))
    parts = (asking, *after, *before) if chance.random() < 0.5 else (*before, asking, *after)
    question = " ".join(parts).rstrip(".") + "?"
    return Example("cloze answer", question, text.text, match.start(), match.end(), (match.group(),))
