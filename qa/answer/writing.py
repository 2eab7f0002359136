"""Let a language model write beside an answer: which sentences it is given, and what becomes of it."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from typing import Protocol

from index.store.protocol import SearchIndex
from qa.answer.citations import cite
from qa.errors import WriterError
from qa.read.spans import Span, sentences_of
from qa.retrieve.retriever import RetrievedPassage
from qa.types import Answer, Citation, Written, WrittenSentence

# Called with the answer as it grows, and from time to time while it does not; False ends the writing.
Show = Callable[[Answer], bool]

# So many sentences and characters a small model reads in a few seconds, and within 2,000 tokens.
_MOST_SENTENCES = 24
_MOST_CHARACTERS = 3600
# A longer sentence, as of a table, is left to the quotes.
_LONGEST = 1200


class Writes(Protocol):
    """What writes: a `qa.write.Writer`."""

    strict: bool

    @property
    def model(self) -> str:
        """The name of the language model."""
        ...

    @property
    def sent_to(self) -> str:
        """The host to which questions and sentences go, "" where they stay on this machine."""
        ...

    def write(
        self, request: str, task: str, sentences: Sequence[Citation]
    ) -> Generator[WrittenSentence | None]:
        """Checked sentences as they come in, None while nothing comes; WriterError when none can come."""
        ...


def to_write_from(
    index: SearchIndex, used: Iterable[Span], passages: Sequence[RetrievedPassage] = ()
) -> list[Citation]:
    """The sentences that a model is given: those that answer, then the passages', in the order of reading."""
    places = [(span.document_id, span.start, span.end) for one in used for span in sentences_of(one)]
    for passage in passages:
        document_id = passage.hit.passage.document_id
        places += [(document_id, sentence.start, sentence.end) for sentence in passage.sentences]
    chosen: list[tuple[str, int, int]] = []
    characters = 0
    for place in dict.fromkeys(places):
        size = place[2] - place[1]
        if size > _LONGEST or any(_overlap(place, other) for other in chosen):
            continue
        characters += size
        if len(chosen) == _MOST_SENTENCES or characters > _MOST_CHARACTERS:
            break
        chosen.append(place)
    order = list(dict.fromkeys(document_id for document_id, _, _ in chosen))
    chosen.sort(key=lambda place: (order.index(place[0]), place[1]))
    return [cite(index.document(one), start, end, score=0.0) for one, start, end in chosen]


def with_writing(
    answer: Answer, writer: Writes, task: str, sentences: Sequence[Citation], show: Show | None = None
) -> Answer:
    """The answer with what a model writes of some sentences; it stands as it is where the model fails."""
    kept: list[WrittenSentence] = []
    seen, problem = 0, None

    def so_far() -> Answer:
        written = Written(model=writer.model, sentences=tuple(kept), problem=problem)
        return answer.model_copy(update={"written": written})

    try:
        with closing(writer.write(answer.standalone_question, task, sentences)) as writing:
            for sentence in writing:
                if sentence:
                    seen += 1
                    kept += [sentence] if sentence.verdict == "supported" or not writer.strict else []
                if show and not show(so_far()):
                    problem = "it was not waited for"
                    break
    except WriterError as error:
        problem = str(error)
    if problem is None and not kept:
        problem = f"{writer.model} wrote {seen} sentence{'s' * (seen != 1)}, none of which is supported"
    return so_far()


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
