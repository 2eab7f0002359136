"""Find what another version of a document says on the matter of a sentence."""

from index.store.protocol import SearchIndex
from qa.answer.summary import sentences_of_source
from qa.read.spans import Span

# From this cosine on sentences are on one matter: of 17 written for the purpose, 11 of 12 that had a
# counterpart in other words reached it (0.41 to 0.77), none of 5 that had none (at most 0.34).
_SAME_MATTER = 0.4


def counterpart(index: SearchIndex, span: Span, document_id: str) -> Span | None:
    """The sentence of a document that is nearest to a span's own; None where none is on its matter."""
    own = sentences_of_source(index, [span.document_id])
    vector = next((own[one] for one in own if one.start <= span.start < one.end), None)
    others = sentences_of_source(index, [document_id])
    if vector is None or not others:
        return None
    nearest = max(others, key=lambda one: float(others[one] @ vector))
    if float(others[nearest] @ vector) < _SAME_MATTER:
        return None
    return Span(document_id, nearest.start, nearest.end, None, span.score, 0)
