"""The reader without a model: it ranks whole sentences. A trained reader has to beat it."""

from collections.abc import Sequence

from index.text.terms import stems, words
from qa.language.function_words import content_words
from qa.read.cues import kind_fits
from qa.read.reader import best_first
from qa.read.spans import Span
from qa.retrieve.retriever import RetrievedPassage

# Words that share so many first letters are mostly of one family, where their stems differ: founder, founded.
_FAMILY_LETTERS = 5


class SentenceReader:
    """Ranks sentences by a weighted sum of what retrieval knows of them and of two cues.

    No exact span, little sense of what is asked. The weights were fitted to put the right sentence first on
    the tuning articles; DECISIONS.md has the table.
    """

    calibration = "sentence"

    cosine = 1.0
    share = 0.9
    pairs = 0.2
    passage_cosine = 0.6
    passage_words = 0.75
    kind = 0.25
    related = 0.7

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """See `Reader.read`."""
        asked = content_words(question)
        spans: list[Span] = []
        for place, found in enumerate(passages):
            passage = found.hit.passage
            for sentence in found.sentences:
                text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
                score = (
                    self.cosine * sentence.cosine
                    + self.share * sentence.share
                    + self.pairs * sentence.pairs
                    + self.passage_cosine * found.dense
                    + self.passage_words * found.words
                    + self.kind * kind_fits(question, text)
                    + self.related * related(asked, text)
                )
                spans.append(Span(passage.document_id, sentence.start, sentence.end, None, score, place))
        return best_first(spans, passages)


def related(asked: Sequence[str], text: str) -> float:
    """Share of words whose stem a text holds, or a word with the same first five letters."""
    if not asked:
        return 1.0
    found = words(text)
    known = set(stems(found))
    families = {word.casefold()[:_FAMILY_LETTERS] for word in found if len(word) >= _FAMILY_LETTERS}
    hits = sum(
        stem in known or (len(word) >= _FAMILY_LETTERS and word.casefold()[:_FAMILY_LETTERS] in families)
        for word, stem in zip(asked, stems(asked), strict=True)
    )
    return hits / len(asked)
