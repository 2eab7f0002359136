"""What programs may ask: one table, from which REST, the tools (MCP) and gradio_client are made."""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field

from index.text.surrogates import is_unicode
from qa.answer.citations import cite, cited
from qa.answer.verification import faults
from qa.serve.rate_limits import RateLimiter, caller
from qa.serve.workspace import Workspace
from qa.types import Answer, Citation, History

_MOST_FOUND = 20
_Value = TypeVar("_Value", bound=BaseModel)


class _Asked(BaseModel):
    """The parameters of an operation: types, defaults and bounds; a description is the form to give."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Documents = Annotated[
    list[str] | None, Field(description="a list of one document id or more, or null for all documents")
]


class Question(_Asked):
    """A question, the conversation before it, and from which confidence on to answer."""

    question: Annotated[str, Field(description="the question, a string")]
    history: Annotated[
        History,
        Field(
            max_length=100,
            description='a list of {"role": "user" or "assistant", "text": "…"}, '
            'or "content" as OpenAI has it',
        ),
    ] = ()
    threshold: Annotated[
        float | None, Field(description="a number from 0, always answer, to 1, or null for the usual one")
    ] = None
    documents: Documents = None


class Query(_Asked):
    """Words to search for."""

    query: Annotated[str, Field(description="what to search for, a string")]
    top_k: Annotated[int, Field(ge=1, le=1000, description="a whole number from 1 to 1000")] = 5
    documents: Documents = None


class Words(_Asked):
    """Words that may stand in the documents."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=10_000,
            description="the words to look for, a string of 1 to 10000 characters",
        ),
    ]
    documents: Documents = None


class Answers(_Asked):
    """Answers as they were exported."""

    answers: Annotated[
        list[Answer],
        Field(min_length=1, max_length=1000, description="a list of 1 to 1000 answers as ask gives them"),
    ]


class Hit(BaseModel):
    """A passage with its place and score."""

    document_id: str
    start: int
    end: int
    text: str
    score: float


class Verdict(BaseModel):
    """Whether every quote stands in the documents as it was cited; `wrong` holds a line for each fault."""

    verified: bool
    citations: int
    wrong: list[str]


def ask(workspace: Workspace, asked: Question) -> Answer:
    """Answer a question from the documents with verbatim citations, or say that they are silent."""
    answer = workspace.answerer.answer(
        asked.question, asked.history, threshold=asked.threshold, documents=asked.documents
    )
    workspace.metrics.count(answer)
    return _sendable(answer)


def search(workspace: Workspace, asked: Query) -> list[Hit]:
    """Find the passages that are most relevant to a query, best first."""
    hits = workspace.retriever.retrieve(asked.query, asked.top_k, documents=asked.documents)
    return [_sendable(Hit(**hit.passage.model_dump(), score=hit.score)) for hit in hits]


def quote(workspace: Workspace, asked: Words) -> list[Citation]:
    """Say where words stand in the documents, to the character; at most 20 places, none if they do not."""
    return list(map(_sendable, islice(_places(workspace, asked), _MOST_FOUND)))


def verify(workspace: Workspace, asked: Answers) -> Verdict:
    """Check every quote of answers against the documents, to the character."""
    answers = list(map(_sendable, asked.answers))
    citations = cited(answers)
    held = set(workspace.index.document_ids()) & {one.document_id for one in citations}
    documents = {
        (one.document_id, one.sha256): _sendable(workspace.index.document(one.document_id))
        for one in citations
        if one.document_id in held
    }
    wrong = faults(answers, documents)
    return Verdict(verified=not wrong, citations=len(citations), wrong=wrong)


@dataclass(frozen=True)
class Operation:
    """A thing that programs may ask. `takes` is the model of its parameters, `gives` the result's type."""

    function: Callable[[Workspace, Any], Any]
    takes: type[_Asked]
    gives: Any

    @property
    def name(self) -> str:
        """Its name, the same in every way in."""
        return self.function.__name__

    @property
    def summary(self) -> str:
        """One line on what it does."""
        return inspect.getdoc(self.function) or ""

    def taking_each(
        self, call: Callable[[dict[str, Any], Any], Awaitable[Any]], request: object, *, in_json: bool = False
    ) -> Callable[..., Awaitable[Any]]:
        """A function of each parameter and of the request, whose type is `request`, for `call`.

        Frameworks read its signature. With `in_json` it has the types of the JSON, without models and bounds.
        """
        types = get_type_hints(self.takes, include_extras=not in_json) | {"return": self.gives}
        hints = {name: _in_json(kind) if in_json else kind for name, kind in types.items()}
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        each = [
            inspect.Parameter(name, kind, annotation=hints[name])
            if field.is_required()
            else inspect.Parameter(name, kind, annotation=hints[name], default=field.default)
            for name, field in self.takes.model_fields.items()
        ]
        last = inspect.Parameter("request", kind, annotation=request, default=None)
        signature = inspect.Signature([*each, last], return_annotation=hints["return"])

        async def called(*values: object, **named: object) -> Any:  # noqa: ANN401 - see `gives`
            given = signature.bind(*values, **named).arguments
            return await call(given, given.pop("request", None))

        called.__name__, called.__doc__ = self.name, self.summary
        called.__annotations__ = hints | {"request": request}
        vars(called)["__signature__"] = signature
        return called


# Each function says by its types what it takes and gives.
OPERATIONS = tuple(
    Operation(function, types["asked"], types["return"])
    for function in (ask, search, quote, verify)
    for types in (get_type_hints(function),)
)

# The form of each parameter, which an error names.
FORMS = {
    name: str(field.description)
    for operation in OPERATIONS
    for name, field in operation.takes.model_fields.items()
}


class Programs:
    """Runs operations on the server's documents; each call takes a turn of the caller's."""

    def __init__(self, workspace: Workspace, rate_limiter: RateLimiter) -> None:
        self._workspace = workspace
        self._limiter = rate_limiter

    async def run(self, operation: Operation, given: _Asked | dict[str, Any], request: object) -> Any:  # noqa: ANN401
        """Run an operation for who sent a request."""
        asked = operation.takes.model_validate(given)
        return await self._limiter.run(caller(request), lambda: operation.function(self._workspace, asked))


def _places(workspace: Workspace, asked: Words) -> Iterator[Citation]:
    workspace.retriever.require(asked.documents)
    for document_id in asked.documents or workspace.index.document_ids():
        document = workspace.index.document(document_id)
        start = document.text.find(asked.text)
        while start >= 0:
            yield cite(document, start, start + len(asked.text), score=1.0)
            start = document.text.find(asked.text, start + 1)


def _sendable(found: _Value) -> _Value:
    """With "?" for each lone surrogate, which a corpus may hold and no protocol carries; offsets hold."""
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False)
    if is_unicode(text):
        return found
    return type(found).model_validate_json(text.encode("utf-8", "replace"))


def _in_json(kind: Any) -> Any:  # noqa: ANN401 - types
    """The type that a value has in JSON: an object for a model, a list for each row of them."""
    if get_origin(kind) in (list, tuple):
        return list[_in_json(get_args(kind)[0])]  # type: ignore[misc]
    return dict[str, Any] if isinstance(kind, type) and issubclass(kind, BaseModel) else kind
