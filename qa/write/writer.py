"""Have a language model write an answer from numbered sentences, and check each sentence that it writes."""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Literal, Protocol

from qa.errors import WriterError
from qa.language.self_contained import leans
from qa.types import Citation, WrittenSentence
from qa.write.endpoint import Message
from qa.write.prompt import MOST_SENTENCES, NOTHING, again, messages
from qa.write.reply import Said, said

# A sentence more than was asked for is still taken; what comes behind is not waited for.
_MOST_TAKEN = MOST_SENTENCES + 3


class Check(Protocol):
    """What a written sentence is checked by."""

    def reasons(self, statement: str, evidence: Sequence[Citation]) -> list[str]:
        """Why a statement is not supported by the sentences that it cites, a line each; none if it is."""
        ...


class Model(Protocol):
    """A language model; `qa.write.endpoint.Endpoint` is one."""

    @property
    def model(self) -> str:
        """Its name."""
        ...

    @property
    def sent_to(self) -> str:
        """The host that it is at, "" for this machine."""
        ...

    def stream(self, messages: Sequence[Message]) -> Generator[str]:
        """What it says to some messages, piece by piece; "" while nothing comes."""
        ...


class Writer:
    """Writes with a language model, whose sentences are checked. May be used from many threads at once.

    `endpoint` is anything that streams what a model says. Where it is `strict`, sentences that are not
    supported are left out of what `qa.Answerer` gives.
    """

    def __init__(self, endpoint: Model, check: Check, *, strict: bool = False) -> None:
        self.endpoint = endpoint
        self.check = check
        self.strict = strict

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.endpoint.model

    @property
    def sent_to(self) -> str:
        """The host to which questions and sentences go, "" where they stay on this machine."""
        return self.endpoint.sent_to

    def write(
        self, request: str, task: str, sentences: Sequence[Citation]
    ) -> Generator[WrittenSentence | None]:
        """The sentences that the model writes, each checked, as they come in; None while nothing comes.

        `task` is one of `prompt.TASKS`. Raises WriterError when the model is away, too slow, or cites nothing
        when it is asked a second time.
        """
        asked = messages(request, task, sentences)
        heard = yield from self._attempt(asked, sentences)
        if [one.text.strip(".").upper() for one in heard] == [NOTHING]:
            raise WriterError(f"{self.model} found nothing to write in the sentences of the source")
        if not _cites(heard):
            reply = " ".join(one.text for one in heard)
            heard = yield from self._attempt(again(asked, reply), sentences)
        if not _cites(heard):
            raise WriterError(f"{self.model} cites no sentence in what it wrote, also when asked again")

    def _attempt(
        self, asked: Sequence[Message], sentences: Sequence[Citation]
    ) -> Generator[WrittenSentence | None, None, list[Said]]:
        """Yield the sentences of one reply from the first that cites; return all."""
        heard: list[Said] = []
        shown = 0
        with closing(self.endpoint.stream(asked)) as pieces:
            for one in said(pieces):
                if one is None:
                    yield None
                    continue
                heard.append(one)
                if _cites(heard):  # before that it may be the talk of a model that cites nothing
                    yield from (self._checked(each, sentences) for each in heard[shown:])
                    shown = len(heard)
                if shown >= _MOST_TAKEN:
                    break
        return heard

    def _checked(self, one: Said, sentences: Sequence[Citation]) -> WrittenSentence:
        there = [number for number in one.numbers if 1 <= number <= len(sentences)]
        citations = tuple(sentences[place] for place in _with_leant_on(there, sentences))
        reasons = [
            f"cites sentence {number}, which is not there" for number in one.numbers if number not in there
        ]
        if not one.numbers:
            reasons = ["cites no sentence"]
        if not reasons:
            reasons = self.check.reasons(one.text, citations)
        verdict: Literal["supported", "unsupported"] = "unsupported" if reasons else "supported"
        return WrittenSentence(text=one.text, verdict=verdict, reasons=tuple(reasons), citations=citations)


def _cites(heard: Sequence[Said]) -> bool:
    return any(one.numbers for one in heard)


def _with_leant_on(numbers: Sequence[int], sentences: Sequence[Citation]) -> list[int]:
    """The places of sentences, each behind the one before it where it cannot be read without.

    "It opened in 1911." says nothing without the sentence that names what opened.
    """
    places: list[int] = []
    for place in (number - 1 for number in numbers):
        before = sentences[place - 1] if place else None
        one = sentences[place]
        if before and before.document_id == one.document_id and before.end <= one.start and leans(one.quote):
            places.append(place - 1)
        places.append(place)
    return list(dict.fromkeys(places))
