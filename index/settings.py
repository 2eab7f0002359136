"""The settings of an index, stored beside it, so that an index built otherwise is never mixed in."""

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"


class IndexSettings(BaseModel):
    """How documents become an index. Changing any of these makes another index.

    The passage size was chosen by measurement; DECISIONS.md has the table. `max_tokens` counts word
    pieces of the embedding model with its two special tokens, and is lowered to what the model takes.
    `merge_tokens` is how long short paragraphs may get by being joined. `overlap` is the number of
    sentences that two neighbouring passages of one paragraph share. `exact_up_to` is the number of
    passages up to which vector search is exact.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = DEFAULT_MODEL
    max_tokens: int = Field(default=256, ge=16)
    merge_tokens: int = Field(default=96, ge=0)
    overlap: int = Field(default=0, ge=0)
    bm25_k1: float = 0.9
    bm25_b: float = 0.75
    exact_up_to: int = Field(default=50_000, ge=1)
