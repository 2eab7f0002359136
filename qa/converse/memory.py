"""What a conversation has said so far: its questions, made stand-alone, and their answers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from qa.converse.mentions import Mention
from qa.converse.referents import Referent, Said, answered_person, ranked, said
from qa.converse.words import AUXILIARIES, COUNTED, OPENERS, PREPOSITIONS
from qa.language.function_words import FUNCTION_WORDS
from qa.language.names import DATE, PLACED, WH, words_of

# Finds the exact answer to a question in the text of its answer; "" where there is none.
Exact = Callable[[str, str], str]

_FOR_PERSON = frozenset("who whom whose".split())
_BRACKETS = re.compile(r" \(([^()]*)\)")
_SHORT = 4
_OF = re.compile(r" of (?:the |an? )?")


@dataclass(slots=True)
class Memory:
    """Questions and answers in pairs, latest last.

    `questions` stand alone, `typed` are the same as they were asked: what a pronoun stands for is looked for
    there, so that one mistake does not lead to the next. `bound` tells by which kinds of pronouns each thing
    was meant before. `exact` finds the exact answer to a question in a text.
    """

    questions: list[Said] = field(default_factory=list)
    typed: list[Said] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    bound: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    exact: Exact | None = None

    def ask(self, typed: str, question: str) -> None:
        """Take in a question, as typed and as it stands alone."""
        self.typed.append(said(typed))
        self.questions.append(said(question))
        self.answers.append(Said())

    def hear(self, answer: str) -> None:
        """Take in the answer to the last question."""
        self.answers[-1] = said(answer)

    def bind(self, referent: Referent, kind: str) -> None:
        """Remember that a pronoun of a kind stood for something."""
        self.bound.setdefault(referent.fullest.key, set()).add(kind)

    def ranked(self, kind: str, question: str) -> list[tuple[float, Referent]]:
        """What a pronoun in a question may stand for; see `qa.converse.referents`."""
        found = ranked(kind, question, self.typed, self.answers, self.bound)
        # Nobody asked for whom a quote names beside the answer.
        is_beside = kind in {"he", "she"} and bool(found) and not found[0][1].is_asked
        answered = answered_person(kind, self._persons(), self.bound) if is_beside else None
        return [(1.0, answered), *found] if answered else found

    def _persons(self) -> Iterator[str]:
        """The exact answers to the questions for a person, latest first."""
        for asked, answer in zip(reversed(self.questions), reversed(self.answers), strict=True):
            if self.exact and answer.text and _FOR_PERSON & {word.low for word in words_of(asked.text)}:
                yield self.exact(asked.text, answer.text)

    def phrase(self, referent: Referent) -> str:
        """A referent as it can stand in a question: with its article, whose it is, and what it is of."""
        mention = referent.fullest
        articles = [place.mention.determiner == "the" and not place.mention.role for place in referent.places]
        if mention.is_name:
            return f"the {mention.text}" if all(articles) else mention.text
        for turn in (*reversed(self.typed), *reversed(self.answers)):
            if mention in turn.mentions:
                return _with_owner(turn, mention)
        return f"the {mention.text}"

    def date(self) -> str:
        """The first date of the last answer, else of the last question."""
        for turn in (self.answers[-1], self.questions[-1]):
            if found := DATE.search(turn.text):
                first, _, rest = found[0].partition(" ")
                return rest if rest and first.casefold() in FUNCTION_WORDS else found[0]
        return ""

    def place(self) -> str:
        """The first name after "in", "at" or the like, of the last question, else of its answer."""
        latest = [*self.questions[-1].mentions, *self.answers[-1].mentions]
        return next((one.text for one in latest if one.is_name and one.before in PLACED), "")

    def asked(self) -> str:
        """The last question in quotation marks, as it stands alone."""
        return f"“{self.questions[-1].text}”"

    def clause(self) -> str:
        """The last question as a statement: "When did Ann leave Rome?" gives "Ann leave Rome".

        Of a question for a person or a thing it holds what the answer names.
        """
        last = self.questions[-1].text
        text = _BRACKETS.sub("", last)
        words = words_of(text)
        lead = 0
        while (
            lead < len(words) - 1 and words[lead].low in WH | AUXILIARIES | OPENERS | PREPOSITIONS | COUNTED
        ):
            lead += 1
        stated = text[words[lead].start : words[-1].end] if words else ""
        first = next((word.low for word in words[:2] if word.low in WH), "")
        fresh = [one for one in self.answers[-1].mentions if one.text.casefold() not in text.casefold()]
        if first == "who" and lead == 1:
            if named := [one.text for one in self.answers[-1].mentions if one.is_name]:
                stated = stated if named[0] in stated else f"{named[0]} {stated}"
        elif first in {"what", "which", "who"} and fresh:
            stated = f"{stated}: {fresh[0].text}"
        # What was added to the last question itself is kept when it is no more than a name.
        added = [one for one in _BRACKETS.findall(last) if len(one.split()) <= _SHORT]
        return " ".join([stated, *added]).strip()


def _with_owner(turn: Said, mention: Mention) -> str:
    place = turn.mentions.index(mention)
    start, end = mention.start, mention.end
    before = turn.mentions[place - 1] if place else None
    after = turn.mentions[place + 1] if place + 1 < len(turn.mentions) else None
    article = "the " if mention.determiner else ""
    if before and mention.determiner == "s":
        start = before.start
        article = "the " if before.determiner == "the" else ""
    if after and _OF.fullmatch(turn.text[end : after.start]):
        end = after.end
    return f"{article}{turn.text[start:end]}"
