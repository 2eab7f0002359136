"""Put first what fits the question: for "who" a person or a firm, for "what is X" what introduces X; pure.

It moves the spans that a reader found, and finds none. A fit is worth so much score, in log-odds.
"""

import re
from collections.abc import Callable, Sequence

from index.text.quoting import is_quoted
from index.types import Document
from qa.answer.sender import is_asked_of, own_field_first
from qa.converse.mentions import mentions_in, said_of
from qa.language.function_words import FUNCTION_WORDS, is_content
from qa.language.names import PLACED, words_of
from qa.read.spans import Span, text_of
from qa.retrieve.retriever import RetrievedPassage

# Chosen on half of 369 questions with "who" of `natural_train` and `nq`; on the other half nine more best
# sentences were right and three fewer. An introduction was worth the same from 2 to 5: DECISIONS.md.
_PERSON, _NAME, _INTRODUCED = 1.0, 0.5, 3.0
# How far a quoted sentence is put below the new message, in log-odds, and how many spans are looked at. Of 60
# questions on 20 mails 57 were right from 1.5 to 1.75, 47 with nothing and 53 with 3: DECISIONS.md.
_QUOTED = 1.75
_LOOKED_AT = 12
# From this share on a name is taken for a person's.
_LIKELY = 0.5
_WHO = re.compile(r"\W*(?:and\s+|so\s+)?who(?:m|['’]?s)?\b", re.IGNORECASE)
_X = r"(?:[A-Z][a-z]{0,3}\.\s+)?\S*[^\s?!.](?:\s+\S*[^\s?!.]){0,3}?"
_DEFINITION = re.compile(
    rf"\W*(?:(?:what|who)(?:\s+(?:is|are|was|were)|['’]?s)\s+(?:(?:an?|the)\s+)?(?P<is>{_X})"
    rf"|what\s+(?:do|does)\s+(?:(?:an?|the)\s+)?(?P<means>{_X})\s+mean)\s*[?.!]*\s*",
    re.IGNORECASE,
)
_A, _OWN = r"(?:an?|the|one|our|my|his|her|its|their)", r"(?:an?|the|our|my|his|her|its|their)"
_NOUN = rf"(?!(?:{'|'.join(sorted(FUNCTION_WORDS))})\b)[\w-]+"
# The forms of grammar in which English introduces something, X standing for its name.
_INTRODUCTIONS = (
    r"\bXs?[\"”’']?(?:\s*\([^)]*\))?,?\s+(?:is|are|was|were|means?|refers?\s+to|stands?\s+for)\s+"
    rf"(?:also\s+)?(?:{_A}|any|what|when|where|how|that)\b",
    rf"\bX[\"”’']?,\s+(?:{_A}|who|which|that\s+is)\b",
    rf"\b{_OWN}\s+(?:[\w-]+\s+){{0,2}}{_NOUN},?\s+(?:called\s+|named\s+|known\s+as\s+)?[\"“]?X[\"”]?\s*[,.;(]",
    r"(?:\b(?:called|named|known\s+as)|:)\s+(?:the\s+)?[\"“]?X\b",
)


def preferred(question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """The spans with what fits the kind of question moved up, best first."""
    if not spans or spans[0].unfit:
        return list(spans)
    fit = [span for span in spans if not span.unfit]
    worth = [_INTRODUCED * introduces(question, _sentence(span, passages)) for span in fit]
    if not any(worth) and _WHO.match(question):
        worth = [_as_somebody(question, span, passages) for span in fit]
    if not any(worth):
        return list(spans)
    moved = {id(span): span._replace(score=span.score + more) for span, more in zip(fit, worth, strict=True)}
    return sorted((moved.get(id(span), span) for span in spans), key=lambda span: -span.score)


def newest_first(question: str, spans: Sequence[Span], document: Callable[[str], Document]) -> list[Span]:
    """The spans with those that a mail quotes below what it says itself, where that is about as good.

    Its own sender and date come first where the question asks for them. What says who wrote a quoted message
    stays where it asks of that one.
    """
    if not spans or spans[0].unfit:
        return list(spans)
    if own := own_field_first(question, spans, document):
        return own
    if not _quoted(spans[0], document) or is_asked_of(
        question, document(spans[0].document_id), spans[0].start
    ):
        return list(spans)
    scores = [span.score - _QUOTED * _quoted(span, document) for span in spans[:_LOOKED_AT]]
    best = max(range(len(scores)), key=scores.__getitem__)
    if not best or spans[best].unfit or _quoted(spans[best], document):
        return list(spans)
    moved = [span._replace(score=score) for span, score in zip(spans, scores, strict=False)]
    return sorted([*moved, *spans[_LOOKED_AT:]], key=lambda span: -span.score)


def _quoted(span: Span, document: Callable[[str], Document]) -> bool:
    return is_quoted(document(span.document_id), span.start)


def introduces(question: str, sentence: str) -> bool:
    """Whether a question asks what or who something is, and a sentence says so in passing or for itself."""
    subject = subject_asked(question)
    if subject is None:
        return False
    name = re.escape(subject)
    return any(re.search(form.replace("X", name), sentence, re.IGNORECASE) for form in _INTRODUCTIONS)


def subject_asked(question: str) -> str | None:
    """What a question asks what or who it is, without its article; None where it asks something else."""
    asked = _DEFINITION.fullmatch(question)
    subject = (asked["is"] or asked["means"]) if asked else ""
    return subject if any(is_content(word.text) for word in words_of(subject)) else None


def _as_somebody(question: str, span: Span, passages: Sequence[RetrievedPassage]) -> float:
    """What an answer to "who" is worth: a person's name most, a place's nothing."""
    if span.highlight is None or not span.start <= span.highlight[0] < span.end:
        return 0.0
    start, end = (place - span.start for place in span.highlight)
    sentence = _sentence(span, passages)
    asked = {word.low for word in words_of(question)}
    if all(word.low in asked or not word.is_content for word in words_of(sentence[start:end])):
        return 0.0
    named = [one for one in mentions_in(sentence) if one.is_name and one.start < end and start < one.end]
    if any(float(said_of(one)[:2].sum()) >= _LIKELY for one in named):
        return _PERSON
    return _NAME if any(one.before not in PLACED for one in named) else 0.0


def _sentence(span: Span, passages: Sequence[RetrievedPassage]) -> str:
    return text_of(passages, span, (span.start, span.end))
