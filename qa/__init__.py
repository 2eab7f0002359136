"""Questions become answers: retrieve, read, cite, decide. Names are imported at their first use (PEP 562)."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.answer.answerer import Answerer as Answerer
    from qa.errors import QuestionAnsweringError as QuestionAnsweringError
    from qa.retrieve.retriever import Retriever as Retriever
    from qa.settings import AnswerSettings as AnswerSettings
    from qa.settings import RetrievalSettings as RetrievalSettings
    from qa.types import Answer as Answer
    from qa.types import Citation as Citation
    from qa.types import Turn as Turn

_HOMES = {
    "Answer": "qa.types",
    "AnswerSettings": "qa.settings",
    "Answerer": "qa.answer.answerer",
    "Citation": "qa.types",
    "QuestionAnsweringError": "qa.errors",
    "RetrievalSettings": "qa.settings",
    "Retriever": "qa.retrieve.retriever",
    "Turn": "qa.types",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
