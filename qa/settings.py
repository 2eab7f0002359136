"""The settings of retrieval and answering. Numbers come from measurements; DECISIONS.md has the tables."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["hybrid", "dense", "bm25"]


class RetrievalSettings(BaseModel):
    """How passages are ranked.

    A passage's hybrid score is dense · (cosine of query and passage) + words · (BM25 as a share of its
    ideal) + the best, over its sentences, of (cosine of query and sentence) + share · (share of the query's
    idf in the sentence) + pairs · (the same for neighbouring words). `depth` is the number of candidates
    taken from vector search and from word search each. Among several documents, names · (the share of the
    query's idf that stands in the document's name, folders or title and not in the passage) is added; and
    everywhere codes · (the share of the query's codes, see `qa.retrieve.retriever`, that it holds).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = "hybrid"
    depth: int = Field(default=100, ge=1)
    dense: float = 0.1
    words: float = 0.5
    share: float = 0.5
    pairs: float = 0.15
    names: float = 0.75
    codes: float = 0.5


class AnswerSettings(BaseModel):
    """How an answer is made from passages.

    `threshold` is the confidence from which the best guess counts as an answer; None takes the one that was
    chosen for the reader, see `qa.read.calibration`. At most `top_k` passages are read, and no more of them
    than make up `characters`, but always one: reading takes time in proportion to the text. A further span is
    cited when it is at least `least_odds` as likely as the best one. `closest` is the number of sentences
    shown on a refusal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float | None = Field(default=None, ge=0.0, le=1.0)
    top_k: int = Field(default=10, ge=1)
    characters: int = Field(default=3600, ge=1)
    least_odds: float = Field(default=0.5, gt=0.0, le=1.0)
    closest: int = Field(default=3, ge=1)
    longest_question: int = Field(default=2000, ge=1)
