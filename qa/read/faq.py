"""Questions that stand in the source: none is an answer, but what follows one may be; pure.

A question heads the sentences after it, up to the next question or heading. They take over how well it fits
what was asked, where that is better than their own fit, and it is no candidate itself.
"""

import re

from index.text.terms import terms
from qa.language.function_words import content_words
from qa.language.names import AUXILIARIES, WH
from qa.retrieve.retriever import RetrievedPassage, ScoredSentence

# What is left of a question's fit with each sentence further from it.
_KEPT = 0.9

_ENDS = re.compile(r"[?？؟]!?(?:\s?[\"'”’»)\]*_~`|])*\s*$")
# She asked, "Who pays?"
_REPORTED = re.compile(r"\w[,:]?\s+(?:[\"“„«][^\"”“«»]*[?？؟]\s?[\"”“»]*|[‘'][^’']*[?？؟]\s?[’']+)\s*$")
# His third album was What's Wrong with This Picture?
_TITLED = re.compile(rf"[\w)],?\s+(?=(?:{'|'.join(word.title() for word in sorted(WH | AUXILIARIES))})\b)")
_ASKS_FOR_ONE = re.compile(
    r"\b(?:what|which)\b.*\b(?:questions?|riddles?|ask(?:s|ed|ing)?|wonder(?:s|ed|ing)?)\b", re.IGNORECASE
)


def is_question(sentence: str) -> bool:
    """Whether a sentence asks, rather than tells that somebody asked."""
    return bool(_ENDS.search(sentence)) and not _REPORTED.search(sentence) and not _ends_with_title(sentence)


def asks_for_question(question: str) -> bool:
    """Whether a question asks for a question of the source, so that one may be the answer."""
    return _ASKS_FOR_ONE.search(question) is not None


def _ends_with_title(sentence: str) -> bool:
    """Whether what asks is a title at the end of a sentence that tells: all its words are capitalised."""
    titles = (sentence[found.end() :] for found in _TITLED.finditer(sentence))
    return any(all(word[0].isupper() for word in content_words(title)) for title in titles)


def answering(question: str, passage: RetrievedPassage) -> RetrievedPassage:
    """The passage with those of its sentences that may answer.

    Its questions stay where a question is asked for, save the one that is asked.
    """
    text, offset = passage.hit.passage.text, passage.hit.passage.start
    wanted = asks_for_question(question)
    kept: list[ScoredSentence] = []
    heading: ScoredSentence | None = None
    end = offset
    for sentence in passage.sentences:
        said = text[sentence.start - offset : sentence.end - offset]
        if text[end - offset : sentence.start - offset].strip():
            heading = None  # a title stands between
        end = sentence.end
        if is_question(said):
            heading = sentence._replace(heading=(sentence.start, end))
            if wanted and not _is_the_same(question, said):
                kept.append(sentence)
        elif heading:
            taken = heading._replace(start=sentence.start, end=end)
            kept.append(max(sentence._replace(heading=heading.heading), taken, key=_score))
            heading = heading._replace(score=_KEPT * heading.score)
        else:
            kept.append(sentence)
    return passage._replace(sentences=tuple(kept))


def _is_the_same(question: str, said: str) -> bool:
    """Whether a question of the source begins as the one that was asked and holds all of its words."""
    ours, theirs = terms(question), terms(said)
    return ours[:1] == theirs[:1] and set(ours) <= set(theirs)


def _score(sentence: ScoredSentence) -> float:
    return sentence.score
