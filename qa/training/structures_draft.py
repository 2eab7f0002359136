"""A document that is being invented, and questions about it with exact places."""

import random
import re
from collections.abc import Sequence
from typing import Any

from qa.read.spans import Range

Row = dict[str, Any]
# How often a question stands as people type it: in lower case, without its mark.
_TYPED = 0.5
_ASKING = frozenset(
    "what what's which who when where how why is are do does can may by until from at in on since".split()
)


class Draft:
    """Text that grows line by line; what is asked keeps ranges of it."""

    def __init__(self, document_id: str, title: str, chance: random.Random) -> None:
        self.id = document_id
        self.title = title
        self.chance = chance
        self.text = ""
        self.kinds: set[str] = set()  # kinds of things that the document has
        self._questions: list[Row] = []

    def line(self, text: str = "") -> Range:
        """Add a line; the range of its words."""
        start = len(self.text)
        self.text += text + "\n"
        return start, start + len(text)

    def block(self, text: str) -> Range:
        """Add a line and an empty one; the range of its words."""
        place = self.line(text)
        self.line()
        return place

    def part(self, where: Range, phrase: str) -> Range:
        """The last place of a phrase, as whole words, in a range."""
        found = list(re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", self.text[slice(*where)]))
        return where[0] + found[-1].start(), where[0] + found[-1].end()

    def pick(self, forms: str, **known: str) -> str:
        """One of the forms between bars, filled in."""
        return self.chance.choice(forms.split("|")).format(**known)

    def ask(self, kind: str, question: str, answers: Sequence[Range], lines: Sequence[Range]) -> None:
        """A question that ranges answer, each in one of the lines; without any it has no answer."""
        evidence = [(one, "support") for one in lines] + [(one, "answer") for one in answers]
        self._questions.append(
            {
                "id": f"{self.id}-{len(self._questions)}",
                "question": self._typed(question),
                "document_id": self.id,
                "answerable": bool(evidence),
                "answers": [self.text[slice(*one)] for one in answers],
                "evidence": [
                    {"document_id": self.id, "start": start, "end": end, "role": role}
                    for (start, end), role in evidence
                ],
                "kind": kind,
            }
        )

    def silent(self, kind: str, question: str) -> None:
        """A question that the document does not answer."""
        self.ask(f"{kind}, silent", question, (), ())

    def _typed(self, question: str) -> str:
        if self.chance.random() < _TYPED:
            return question.lower().rstrip("?")
        if question[-1].isalnum() and question.split()[0].lower() in _ASKING:
            return question[0].upper() + question[1:] + "?"
        return question

    def questions(self) -> list[Row]:
        """The questions, once each place is sure to hold what it should."""
        for row in self._questions:
            answers = [one for one in row["evidence"] if one["role"] == "answer"]
            lines = [one for one in row["evidence"] if one["role"] == "support"]
            assert row["answerable"] == bool(lines)
            for one, answer in zip(answers, row["answers"], strict=True):
                assert self.text[one["start"] : one["end"]] == answer
                assert answer == answer.strip() != ""
                assert any(line["start"] <= one["start"] and one["end"] <= line["end"] for line in lines)
        return self._questions
