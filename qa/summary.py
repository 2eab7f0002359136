"""Answer requests about the whole text: the most central sentences, in the order of the source."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from index.index import Index
from index.lexical import words
from qa.english import content_words
from qa.spans import Span

# A request about the whole holds nothing but words for summing up, for a text, and of courtesy.
_SUMMING = frozenset(
    "summarise summarize summarised summarized summary summaries overview gist synopsis recap outline "
    "tldr".split()
)
_MATTERS = frozenset(
    "point points idea ideas takeaway takeaways topic topics subject theme themes message".split()
)
# With these a matter is someone's ("Whose idea was it?", "What were they talking about?"), not the text's.
_SOMEONE = frozenset("who whose whom why when where he his him she her they their them we our".split())
_TELLING = frozenset("say says saying discuss discusses cover covers talk talks deal deals describe".split())
_TEXTS = frozenset(
    "article articles text texts document documents paper report story essay page file files book chapter "
    "source sources piece content contents".split()
)
_COURTESY = frozenset(
    "please give write want show provide make short brief briefly quick quickly entire like three two main "
    "key central important "
    "sentence sentences words paragraph bullet bullets four five".split()
)
_SENTENCES = 3
# A sentence this short is a label or a fragment, not a statement about the text.
_SHORTEST_WORDS = 8
# Passages looked at; a larger source is sampled evenly, so that the time stays bounded.
_MOST_PASSAGES = 1000
# How much likeness to what was chosen already counts against a sentence (maximal marginal relevance,
# Carbonell and Goldstein 1998).
_REDUNDANCY = 0.5


def is_about_whole(question: str) -> bool:
    """Whether a question asks about the whole source: "What is this about?", "Summarise the article"."""
    said = [word.casefold() for word in words(question.replace(";", ""))]
    # "in 3 sentences": a number of one or two digits is courtesy, a longer one may be a year.
    content = {word for word in content_words(" ".join(said)) if not (word.isdigit() and len(word) < 3)}
    if {"sum", "up"} <= set(said):
        content = content - {"sum"} | {"summarise"}
    if not said or content - _SUMMING - _MATTERS - _TELLING - _TEXTS - _COURTESY:
        return False
    if content & _SUMMING:
        return True
    if _SOMEONE & set(said):
        return False
    # "What is it about?", but neither "What about it?" nor "What does it say about that?".
    ends = [word for word in said if word not in _COURTESY and word != "in"][-1:]
    what_is_it_about = ends == ["about"] and said[0] in {"what", "whats"} and said[1] != "about"
    tell_about_it = said[0] == "tell" and "about" in said and content & _TEXTS
    tells = "what" in said and content & _TELLING and content & _TEXTS
    return bool(content & _MATTERS or what_is_it_about or tell_about_it or tells)


def central_sentences(index: Index, documents: Collection[str] | None = None) -> list[Span]:
    """At most three sentences nearest to the mean of all, unlike each other, in source order."""
    rows = index.passage_rows(documents)
    found: dict[tuple[str, int, int], NDArray[np.float32]] = {}
    statements: set[tuple[str, int, int]] = set()
    for row in rows[:: max(1, -(-len(rows) // _MOST_PASSAGES))].tolist():
        passage = index.passage(row)
        for (start, end), vector in zip(index.sentences(row), index.sentence_vectors(row), strict=True):
            # Passages may overlap: a sentence counts once.
            sentence = (passage.document_id, start, end)
            found.setdefault(sentence, vector)
            if len(passage.text[start - passage.start : end - passage.start].split()) >= _SHORTEST_WORDS:
                statements.add(sentence)
    if not found:
        return []
    kept = [sentence for sentence in found if sentence in statements or not statements]
    spans = [Span(*sentence, None, 0.0, 0) for sentence in kept]
    matrix = np.stack([found[sentence] for sentence in kept])
    centre = matrix.mean(axis=0)
    centrality = matrix @ (centre / max(float(np.linalg.norm(centre)), 1e-12))
    chosen: list[int] = []
    while len(chosen) < min(_SENTENCES, len(spans)):
        likeness = (matrix @ matrix[chosen].T).max(axis=1) if chosen else np.zeros(len(spans))
        gain = centrality - _REDUNDANCY * likeness
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
    return [spans[place]._replace(score=float(centrality[place])) for place in sorted(chosen)]
