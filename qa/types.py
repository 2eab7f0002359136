"""The values that pass through `qa`, from a question to an Answer.

All offsets are Unicode code points into the text of the Document named beside them, half-open.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

Verdict = Literal["answered", "likely", "silent"]

JudgedKind = Literal["question", "whole", "part", "document", "collection", "keyword", "machine", "smalltalk"]
Kind = Literal[JudgedKind, "comparison", "place"]
"""What a request is: a question about a fact; to sum up the source, a part of it or one document; about the
set of documents; bare words to search for; to or about the program; a greeting, thanks or the like; to
compare two documents, which is told by their names; where in the source something is said."""
KINDS: tuple[JudgedKind, ...] = get_args(JudgedKind)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _joined(content: object) -> object:
    """What a message says: none is nothing, of blocks (OpenAI's form) the texts."""
    if isinstance(content, list) and all(isinstance(block, str | Mapping) for block in content):
        said = [block if isinstance(block, str) else block.get("text") for block in content]
        return "\n".join(text for text in said if isinstance(text, str))
    return "" if content is None else content


class Turn(_Value):
    """One message of a conversation; OpenAI's form, with `content`, is read as well."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Literal["user", "assistant"]
    text: Annotated[str, BeforeValidator(_joined)] = Field(validation_alias=AliasChoices("text", "content"))


# Messages of these are to or from a language model and its tools; nobody said them.
_UNSPOKEN = frozenset({"system", "developer", "tool", "function"})


def _messages(history: object) -> object:
    if history is None:
        return ()
    if isinstance(history, str | Mapping) or not isinstance(history, Iterable):
        raise PydanticCustomError("list_type", "Input should be a valid list")
    # Each keeps its place, which an error names.
    return [
        {"role": "user", "text": ""} if isinstance(one, Mapping) and one.get("role") in _UNSPOKEN else one
        for one in history
    ]


# A conversation, oldest message first. Null is none; what says nothing is left out.
History = Annotated[
    tuple[Turn, ...],
    BeforeValidator(_messages),
    AfterValidator(lambda turns: tuple(turn for turn in turns if turn.text.strip())),
]


class HeaderRow(_Value):
    """The header of the table that a cited row is in: `document.text[start:end] == quote`, too."""

    start: int
    end: int
    quote: str


class Citation(_Value):
    """A verbatim quote: `document.text[start:end] == quote`.

    `highlight` is the exact answer inside the quote, as a range in the document (not in the quote),
    or None when the whole quote is the answer. `sha256` is of the source file's bytes.
    `score` is the reader's, higher is better. `header` is there for a row of a table that has one.
    `place` says where it is in a document without pages: the time in a recording, the path in data.
    `recognised` says how surely a quote was recognised in a picture (0..1), None for the file's own text.
    """

    document_id: str
    source: str
    sha256: str
    start: int
    end: int
    quote: str
    highlight: tuple[int, int] | None = None
    score: float
    page: int | None = None
    place: str | None = None
    heading: str | None = None
    header: HeaderRow | None = None
    recognised: float | None = Field(default=None, ge=0.0, le=1.0)


class Comparison(_Value):
    """Two documents compared by their sentences.

    `differ` holds pairs of sentences on one matter that say different things, `both` pairs that say the same,
    `only` the sentences that have no like in the other document, of the first and of the second. `unlisted`
    says how many more there are of each of these four than are listed.
    """

    documents: tuple[str, str]
    differ: tuple[tuple[Citation, Citation], ...] = ()
    both: tuple[tuple[Citation, Citation], ...] = ()
    only: tuple[tuple[Citation, ...], tuple[Citation, ...]] = ((), ())
    unlisted: tuple[int, int, int, int] = (0, 0, 0, 0)


class WrittenSentence(_Value):
    """A sentence that a language model wrote, and whether what it cites supports it.

    `reasons` say why an unsupported one is not supported. `citations` are the sentences it cites that exist.
    """

    text: str
    verdict: Literal["supported", "unsupported"]
    reasons: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()


class Written(_Value):
    """What a language model wrote. `problem` says in one line why it ends early, or why there is nothing."""

    model: str
    sentences: tuple[WrittenSentence, ...] = ()
    problem: str | None = None


class Answer(_Value):
    """An answer, a likely guess or a refusal; all are values.

    `verdict` is "answered" when the best guess is given as the answer, "likely" when it is shown first but
    marked as unsure, and "silent" when nothing in the source seems to answer; `answered` says whether it is
    the first. `text` is what a person reads: the cited sentences as they stand in the source, joined by a
    space, rows and numbered clauses by a line end, or, when silent, a fixed message. `short` is the exact
    span of the best guess, also when silent, or None where no span was found. `confidence` is the
    probability that the best guess is right, None for a request that has no such guess; from `threshold` on
    the verdict is "answered". `citations` hold the answer or the likely guess. `closest` holds further
    sentences when the verdict is not "answered"; when silent the best guess comes first. `missing_terms` are
    the words of the question that occur nowhere in the source. `respelt` holds names of the question that it
    has in other letters, each with the one that was read in its place. `disagreement` says that a number or
    date was asked for and the citations name different ones.
    `kind` is what was taken for the request, `narrowed` the documents that it named, to which the answer is
    then confined. `standalone_question` is the question with what it takes from the conversation written out,
    and `about` what it was taken to follow up; of a question that is read as it stands they are the question
    itself and None. `compared` parts the citations of a comparison. `located` says of each citation where it
    stands, for a question for a place ("Which clause says …?"): `text` has it before the quotes, and `short`
    is the place of the first. `outdated` holds the cited documents that are older versions, each with the
    newest one. `chosen_of` is how many sentences a part has that was to be read, where only some are cited.
    `forced` says that nothing seems to answer, and that something is given only for a threshold of 0.
    `written` is what a language model wrote from the source, None where none was asked. `timings_ms` maps a
    stage to milliseconds.
    """

    question: str
    standalone_question: str
    about: str | None = None
    kind: Kind = "question"
    narrowed: tuple[str, ...] = ()
    verdict: Verdict
    answered: bool
    text: str
    short: str | None
    confidence: float | None = Field(ge=0.0, le=1.0)
    threshold: float
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    missing_terms: tuple[str, ...] = ()
    respelt: dict[str, str] = Field(default_factory=dict)
    disagreement: bool = False
    compared: Comparison | None = None
    located: tuple[str, ...] = ()
    outdated: dict[str, str] = Field(default_factory=dict)
    chosen_of: int | None = None
    forced: bool = False
    written: Written | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _agree(cls, given: Any) -> Any:  # noqa: ANN401 - whatever is to be validated
        """`answered` follows from the verdict; the exports of release 0.1 have `answered` alone."""
        if not isinstance(given, dict) or not {"verdict", "answered"} & given.keys():
            return given
        read = {"verdict": "answered" if given.get("answered") else "silent", **given}
        answered = read["verdict"] == "answered"
        if read.setdefault("answered", answered) != answered:
            raise ValueError(f"answered is {read['answered']}, but the verdict is {read['verdict']}")
        return read
