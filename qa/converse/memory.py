"""What a conversation has said so far, and which of its names is most likely meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.language.function_words import FUNCTION_WORDS
from qa.language.names import AUXILIARIES, BE, DATE, OPENERS, PLACED, WH, Name, names_in, words_of

# A name weighs half as much a turn earlier, and the first of a turn three times as much as the others. F1 on
# the development conversations moves by 0.005 at most, from a half to no decay and from one to three times.
_DECAY, _SUBJECT = 0.5, 3.0
_BRACKETS = re.compile(r" \(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: a question made stand-alone, or an answer."""

    text: str = ""
    names: Sequence[Name] = ()


@dataclass(slots=True)
class Memory:
    """Questions and answers in pairs, latest last.

    `spoken_of` tells as what each name was spoken of (a "he" is no "it" later), `longest` the longest form
    of a person's name by its first and last part, `parts` every word of a name in lower case, `articles`
    the names that "the" stood before each time.
    """

    questions: list[Said] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    spoken_of: dict[str, str] = field(default_factory=dict)
    longest: dict[str, str] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    articles: dict[str, bool] = field(default_factory=dict)

    def ask(self, question: str) -> None:
        """Take in a question that stands alone; "Who is X?" and "What is X?" tell what X is taken to be."""
        self.questions.append(self._said(question))
        self.answers.append(Said())
        match words_of(question), self.questions[-1].names:
            case [first, verb, subject, *rest], [name, *_]:
                last = rest[-1] if rest else subject
                whole = subject.start == name.start and last.end == name.start + len(name.text)
                if whole and verb.low in BE and first.low in {"who", "what"}:
                    self.spoken_of[name.text] = "person" if first.low == "who" else "thing"

    def hear(self, answer: str) -> None:
        """Take in the answer to the last question."""
        self.answers[-1] = self._said(answer)

    def _said(self, text: str) -> Said:
        names = names_in(text)
        for name in names:
            parts = name.text.split()
            self.parts.update(word.low for word in words_of(name.text))
            self.articles[name.text] = name.article and self.articles.get(name.text, True)
            for part in {parts[0], parts[-1]} if "person" in name.kinds else ():
                self.longest[part] = max(self.longest.get(part, part), name.text, key=len)
        return Said(text, names)

    def fits(self, name: Name, kind: str) -> bool:
        """Whether a name can be of a kind, by its shape and by how it was spoken of; any kind when empty."""
        known = self.spoken_of.get(name.text)
        if known and kind and "person" in {known, kind}:
            return known == kind
        return not kind or kind in name.kinds

    def full(self, name: str) -> str:
        """The longest form that a person's name was given in."""
        return self.longest.get(name, name)

    def asked_for(self, kind: str) -> str:
        """The answer to "Who …?" for a person, to "What …?" for another, when that is what was asked for."""
        asked = self.questions[-1]
        first, *rest = [word.low for word in words_of(asked.text)[:3]] or [""]
        if first not in ({"who", "whom"} if kind == "person" else {"what", "which", "who"}):
            return ""
        subject = kind == "person" and not AUXILIARIES & set(rest)
        if not subject and any(self.fits(name, kind) for name in asked.names):
            return ""
        return next((name.text for name in self.answers[-1].names if self.fits(name, kind)), "")

    def weightiest(self, kind: str = "") -> str:
        """The name, fit for the kind if one is given, that is spoken of most and latest."""
        weights: dict[str, float] = {}
        for turns in (self.questions, self.answers):
            for age, said in enumerate(reversed(turns)):
                fitting = dict.fromkeys(self.full(name.text) for name in said.names if self.fits(name, kind))
                for rank, name in enumerate(fitting):
                    weights[name] = weights.get(name, 0.0) + (1.0 if rank else _SUBJECT) * _DECAY**age
        return max(weights, key=weights.__getitem__, default="")

    def topic(self) -> str:
        """What the conversation is about."""
        return self.weightiest() or self.defined()

    def defined(self) -> str:
        """What the last "What is x?" was about, for a subject that is no name."""
        for said in reversed(self.questions):
            words = words_of(said.text)
            if 2 < len(words) <= 6 and words[0].low in {"what", "who"} and words[1].low in BE:
                return said.text[words[2].start : words[-1].end]
        return ""

    def date(self) -> str:
        """The first date of the last answer, else of the last question."""
        for said in (self.answers[-1], self.questions[-1]):
            if found := DATE.search(said.text):
                first, _, rest = found[0].partition(" ")
                return rest if rest and first.casefold() in FUNCTION_WORDS else found[0]
        return ""

    def place(self) -> str:
        """The first name after "in", "at" or the like, of the last answer, else of the last question."""
        latest = [*self.answers[-1].names, *self.questions[-1].names]
        return next((name.text for name in latest if name.after in PLACED), "")

    def clause(self) -> str:
        """The last question as a statement: "When did Ann leave Rome?" gives "Ann leave Rome"."""
        last, named = self.questions[-1].text, self.answers[-1].names
        text = _BRACKETS.sub("", last)
        words = words_of(text)
        lead = 0
        while lead < len(words) - 1 and words[lead].low in WH | AUXILIARIES | OPENERS:
            lead += 1
        stated = text[words[lead].start : words[-1].end] if words else ""
        if words and words[0].low == "who" and lead == 1 and named and named[0].text not in stated:
            stated = f"{named[0].text} {stated}"
        return " ".join([stated, *_BRACKETS.findall(last)]).strip()
