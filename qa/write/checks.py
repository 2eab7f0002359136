"""Check a sentence that a language model wrote against the sentences that it cites.

By rule: what must stand there (figures, units, dates, names, quoted words) and what small words may turn
(negations, quantifiers, modals, comparatives). Where no rule finds anything, by a small trained model.
"""

import threading
from collections.abc import Sequence
from functools import cached_property

from index.embed.embedder import SentenceTransformerEmbedder
from index.split.sentences import sentences
from qa.types import Citation
from qa.write import entailment, standing
from qa.write.wording import orders, turned

ORDERED = "cites an order to say something, which is no source of it"
NOT_FOLLOWING = "does not seem to follow from what is cited"


class Checker:
    """The checks, by the default embedding model, which is loaded at the first use. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def reasons(self, statement: str, evidence: Sequence[Citation]) -> list[str]:
        """Why a statement is not supported by the sentences that it cites, a line each; none if it is."""
        quotes = [citation.quote for citation in evidence]
        context = " ".join(f"{citation.document_id} {citation.heading or ''}" for citation in evidence)
        if lines := by_rule(statement, quotes, context):
            return lines
        said, cited = entailment.read([statement, " ".join(quotes)], self._embedder)
        model = entailment.shipped()
        follows = model.logits(entailment.features(said, cited)[None])[0] >= model.bar
        return [] if follows else [NOT_FOLLOWING]

    @property
    def _embedder(self) -> SentenceTransformerEmbedder:
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> SentenceTransformerEmbedder:
        return SentenceTransformerEmbedder()


def by_rule(statement: str, quotes: Sequence[str], context: str = "") -> list[str]:
    """What the rules find in a statement; `context` are the names and headings of what is quoted."""
    cited = " ".join(quotes)
    apart = [quote[start:end] for quote in quotes for start, end in sentences(quote, 0, len(quote))]
    found = (
        ("the figure {} does not stand in what is cited", standing.missing_figures(statement, cited)),
        ("the source has another unit than {}", standing.other_units(statement, cited)),
        ("the source has another date than {}", standing.missing_days(statement, cited)),
        ("the name {} does not stand in what is cited", standing.missing_names(statement, cited, context)),
        ("the words “{}” do not stand in what is cited", standing.missing_quotes(statement, cited)),
    )
    named = [line.format(what) for line, missing in found for what in missing]
    ordered = [ORDERED] if any(map(orders, apart)) else []
    return [*named, *turned(statement, apart), *ordered]
