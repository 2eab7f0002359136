"""Find what another version of a document says on the matter of a sentence."""

from index.store.protocol import SearchIndex
from qa.answer.summary import sentences_of_source
from qa.read.spans import Span

# From this cosine on sentences are on one matter: of 17 written for the purpose, 11 of 12 that had a
# counterpart in other words reached it (0.41 to 0.77), none of 5 that had none (at most 0.34).
_SAME_MATTER = 0.4


def counterpart(index: SearchIndex, span: Span, document_id: str) -> Span | None:
    """The sentence of a document that is nearest to a span's own; None where none is on its matter.

    One that is nearer to another sentence of the span's document is on the matter of that one.
    """
    own, others = (sentences_of_source(index, [one]) for one in (span.document_id, document_id))
    sentence = next((one for one in own if one.start <= span.start < one.end), None)
    if sentence is None or not others:
        return None
    nearest = max(others, key=lambda one: float(others[one] @ own[sentence]))
    cosines = {one: float(own[one] @ others[nearest]) for one in own}
    if cosines[sentence] < max(_SAME_MATTER, *cosines.values()):
        return None
    return Span(document_id, nearest.start, nearest.end, None, span.score, 0)
