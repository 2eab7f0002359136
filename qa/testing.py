"""A deterministic span model for tests, with no weights: it points at phrases that it was told."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from qa.read.spans import TokenLogits

_TOKEN = re.compile(r"\w+|[^\w\s]")


class PhraseModel:
    """Starts and ends at the first occurrence of each phrase, with its logit; a token is a word.

    The better of a text's phrases also says whether the text answers. `read` counts the texts.
    """

    longest_answer = 10

    def __init__(self, phrases: Mapping[str, float]) -> None:
        self._phrases = phrases
        self.read = 0

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """See `qa.read.reader.SpanModel.logits`."""
        self.read += len(texts)
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> TokenLogits:
        offsets = np.array([found.span() for found in _TOKEN.finditer(text)], dtype=np.int64).reshape(-1, 2)
        start, end = np.full((2, len(offsets)), -10.0)
        here = {phrase: logit for phrase, logit in self._phrases.items() if phrase in text}
        for phrase, logit in here.items():
            first = text.index(phrase)
            start[offsets[:, 0] == first] = logit
            end[offsets[:, 1] == first + len(phrase)] = logit
        return TokenLogits(start, end, offsets, null=0.0, answerable=max(here.values(), default=-5.0))
