"""Settle what a reader found before it is composed: whole figures, names for pronouns, no opposites; pure.

It takes the spans of any reader, whoever ranked them last, and gives spans of the same sentences.
"""

import re
from collections.abc import Sequence

from index.text.stemming import stems
from qa.answer.identity import beyond_name
from qa.language.function_words import content_words
from qa.language.measures import is_of_another_measure, is_of_another_rate, is_of_no_amount, measures
from qa.language.polarity import Polarity, asks_for_one, compare, denies, is_elliptic
from qa.language.pronouns import Told, antecedent, is_pronoun, pronoun_that_speaks, reports
from qa.language.quantity import whole
from qa.language.roles import definition, role_asked
from qa.language.trimming import label_length, trimmed
from qa.read.chosen_rows import with_chosen_rows
from qa.read.cues import is_bare, kind_asked
from qa.read.rows import by_key, cell_around
from qa.read.spans import Range, Span, text_of
from qa.read.windows import is_title
from qa.retrieve.retriever import RetrievedPassage

# Of so many spans, more than are ever shown, the best ones are looked at.
_SETTLED = 12
# How much less sure than one that says nothing an answer of the same sentence may be, in log-odds.
_LESS_SURE = 5.0
# How many sentences before a pronoun are looked at for a name.
_BACK = 4
# Of a sentence that is less sure than the pronoun's by more, in log-odds, the reader points at nothing.
_POINTED = 15.0
# The most characters between two passages of which one follows the other.
_GAP = 4
# A name of a thing has at most so many words that tell something.
_NAME = 3
# What follows a title is at most so much less sure, in log-odds.
_FOLLOWS = 3.0
_SENTENCE = re.compile(r"[^\n]*[.!?…:][\"”’')\]*_]*\s*")
# How far an opposite is put below the best span, in log-odds: too far to be shown beside it.
_BELOW = 1.0


def settle(question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """The spans as they may be shown, best first."""
    spans = with_chosen_rows(question, by_key(question, spans, passages), passages)
    settled = [
        _explained(question, _as_said_of(question, span, spans, passages), spans, passages)
        for span in spans[:_SETTLED]
    ]
    settled = _of_the_role(question, settled, passages)
    if asks_for_one(question):
        settled = _without_opposites(question, settled, passages)
    settled = _of_the_measure(question, _below_titles(question, settled, passages), passages)
    return sorted([*settled, *spans[_SETTLED:]], key=lambda span: -span.score)


def _as_said_of(
    question: str, span: Span, spans: Sequence[Span], passages: Sequence[RetrievedPassage]
) -> Span:
    """The span with an exact answer that is whole, trimmed, and no mere repetition of what is asked."""
    span = _whole(_telling(question, span, spans, passages), passages)
    if span.highlight is None:
        return span
    start, end = _around(span, passages)
    text = text_of(passages, span, (start, end))
    first, last = trimmed(text, span.highlight[0] - start, span.highlight[1] - start)
    passage = passages[span.passage].hit.passage
    if passage.start <= start < passage.end:
        first += label_length(passage.text, *(start - passage.start + place for place in (first, last)))
    said = beyond_name(question, text, first, last)
    return span._replace(highlight=(start + said[0], start + said[1]) if said else None)


def _telling(question: str, span: Span, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> Span:
    """The span with an exact answer that says something by itself, or with none."""
    span = _without_saying(span, passages)
    if span.highlight is None or not is_bare(said := text_of(passages, span, span.highlight)):
        return span
    near = span.otherwise is not None and span.margin - span.otherwise[1] <= _LESS_SURE
    other = span._replace(highlight=span.otherwise[0] if span.otherwise and near else None)
    sentence = text_of(passages, span, (span.start, span.end))
    first, last = span.highlight[0] - span.start, span.highlight[1] - span.start
    if not is_pronoun(said) or (other.highlight and reports(question, sentence, last)):
        return other
    own = Told(span.start, span.end, sentence[:first], None, span.margin)
    earlier = [_told(one, passages, span.margin - _POINTED) for one in _before(span, spans)]
    found = antecedent(said, question, [own, *earlier])
    if found is None:
        return other
    told, name = found
    return span._replace(highlight=name, beside=None if told is own else (told.start, told.end))


def _without_saying(span: Span, passages: Sequence[RetrievedPassage]) -> Span:
    """The span with the pronoun alone as its exact answer, where that is "he said"."""
    if span.highlight and (place := pronoun_that_speaks(text_of(passages, span, span.highlight))):
        start = span.highlight[0]
        return span._replace(highlight=(start + place[0], start + place[1]))
    return span


def _told(span: Span, passages: Sequence[RetrievedPassage], least: float) -> Told:
    """A sentence with what the reader points at in it, if that says something and is as sure as `least`."""
    highlight = span.highlight
    if highlight and (span.margin < least or is_bare(text_of(passages, span, highlight))):
        highlight = None
    return Told(span.start, span.end, text_of(passages, span, (span.start, span.end)), highlight, span.margin)


def _before(span: Span, spans: Sequence[Span]) -> list[Span]:
    """The spans of the sentences that lead up to a span's, the nearest first."""
    same = [one for one in spans if one.document_id == span.document_id and one.end <= span.start]
    found: list[Span] = []
    start, passage = span.start, span.passage
    for one in sorted(same, key=lambda one: -one.start)[:_BACK]:
        if one.passage != passage and start - one.end > _GAP:
            break
        found.append(one)
        start, passage = one.start, one.passage
    return found


def _whole(span: Span, passages: Sequence[RetrievedPassage]) -> Span:
    """The span with an exact answer that cuts no word and no figure of its sentence, or of its cell."""
    if span.highlight is None:
        return span
    start, end = _around(span, passages)
    sentence = text_of(passages, span, (start, end))
    first, last = whole(sentence, span.highlight[0] - start, span.highlight[1] - start)
    return span._replace(highlight=(start + first, start + last))


def _around(span: Span, passages: Sequence[RetrievedPassage]) -> Range:
    """The sentence or the cell that holds the exact answer."""
    if span.highlight and span.beside and span.beside[0] <= span.highlight[0] < span.beside[1]:
        return span.beside
    return cell_around(span, passages) or (span.start, span.end)


def _of_the_role(question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """The spans, where a role is asked for, with the name that its label is of as the exact answer.

    Who it is, the best sentence that gives the label says; that comes first.
    """
    role = role_asked(question)
    if role is None:
        return list(spans)
    settled = list(spans)
    defining = []
    for place, span in enumerate(spans):
        found = definition(role, text_of(passages, span, (span.start, span.end)))
        if found is None or found.name is None:
            continue
        defining.append(place)
        name, around = ((span.start + first, span.start + last) for first, last in (found.name, found.around))
        exact = span.highlight
        # What the reader found before the label may say more than the name.
        is_before = exact and around[0] <= exact[0] and exact[1] <= around[1]
        is_part = exact and name[0] <= exact[0] and exact[1] <= name[1]
        if not is_before or is_part:
            settled[place] = span._replace(highlight=name, beside=None)
    best = max(range(len(spans)), key=lambda place: spans[place].score, default=None)
    if best is not None and defining and best not in defining and kind_asked(question) == "person":
        chosen = defining[0]
        score = spans[best].score
        settled[chosen] = settled[chosen]._replace(score=score)
        settled[best] = settled[best]._replace(score=score - _BELOW)
    return settled


def _explained(
    question: str, span: Span, spans: Sequence[Span], passages: Sequence[RetrievedPassage]
) -> Span:
    """The span with the sentence before or after it, where its own does not say what is asked without it.

    Its own begins with a pronoun, and the one before is a mere name of what is asked about ("Dark mode. It
    follows …"); it is no more than a "Yes." or a "No."; or it holds the name that answers, and the next one
    goes on with a pronoun and says more of what is asked.
    """
    if span.beside:
        return span
    if before := _naming(question, span, spans, passages):
        return span._replace(beside=before)
    after = [
        one for one in spans if one.document_id == span.document_id and 0 <= one.start - span.end <= _GAP
    ]
    if not after:
        return span
    own, following = (text_of(passages, one, (one.start, one.end)) for one in (span, after[0]))
    asked = set(stems(content_words(question)))
    said, continued = (asked.intersection(stems(content_words(text))) for text in (own, following))
    goes_on = bool(span.highlight) and is_pronoun(following.partition(" ")[0]) and len(continued) > len(said)
    return span._replace(beside=(after[0].start, after[0].end)) if goes_on or not content_words(own) else span


def _naming(
    question: str, span: Span, spans: Sequence[Span], passages: Sequence[RetrievedPassage]
) -> Range | None:
    """The few words before a sentence that begins with a pronoun, where they hold what is asked about."""
    own = text_of(passages, span, (span.start, span.end))
    before = _before(span, spans)[:1]
    if not is_pronoun(own.partition(" ")[0]) or not before or span.start - before[0].end > _GAP:
        return None
    named = (before[0].start, before[0].end)
    words = content_words(text_of(passages, before[0], named))
    lacking = set(stems(content_words(question))).difference(stems(content_words(own)))
    return named if len(words) <= _NAME and lacking.intersection(stems(words)) else None


def _without_opposites(
    question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]
) -> list[Span]:
    """The spans with those that say the opposite below the best that does not.

    Where the best one says the opposite, one that says of the same what is asked takes its place.
    Where none does, it stays: a guess that is not right.
    """
    compared = [_compared(question, span, spans, passages) for span in spans]
    if not any(known.opposes for known in compared):
        return list(spans)
    best, settled = spans[0].score, list(spans)
    if compared[0].opposes:
        agreeing = (place for place, known in enumerate(compared) if known.settles(compared[0]))
        chosen = next(agreeing, None)
        if chosen is None:
            return [spans[0]._replace(unfit=True), *spans[1:]]
        settled[chosen] = settled[chosen]._replace(score=best)
    return [
        span._replace(score=min(span.score, best - _BELOW), unfit=True) if known.opposes else span
        for span, known in zip(settled, compared, strict=True)
    ]


def _below_titles(question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """The spans with the sentence below the best one first, where that one is a mere title of it.

    A title may be the answer to who, when or how many, and nowhere else.
    """
    if not spans or kind_asked(question):
        return list(spans)
    best = max(range(len(spans)), key=lambda place: spans[place].score)
    following = next((place for place, one in enumerate(spans) if _heads(spans[best], one, passages)), None)
    score = spans[best].score
    if following is None or spans[following].score < score - _FOLLOWS:
        return list(spans)
    settled = list(spans)
    settled[following] = spans[following]._replace(score=score)
    settled[best] = spans[best]._replace(score=score - _BELOW)
    return settled


def _heads(span: Span, other: Span, passages: Sequence[RetrievedPassage]) -> bool:
    """Whether a span is a line of a few words without an end, below nothing, above another one's sentence."""
    passage = passages[span.passage].hit.passage
    if other.document_id != span.document_id or not span.end <= other.start < passage.end:
        return False
    before, own, between = (
        passage.text[max(0, first - passage.start) : last - passage.start]
        for first, last in ((passage.start, span.start), (span.start, span.end), (span.end, other.start))
    )
    is_apart = not before.strip() or before.rstrip(" ").endswith("\n\n")
    said = text_of(passages, other, (other.start, other.end))
    return (
        is_title(own)
        and is_apart
        and "\n" in between
        and not between.strip()
        and bool(_SENTENCE.fullmatch(said))
    )


def _of_the_measure(question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """The spans with the best that holds the question's measures first, where the best one holds others.

    A best one that speaks of another rate ("a year" for "per month"), or has a day for an amount, stays: a
    guess that is not right.
    """
    if not spans:
        return []
    settled = list(spans)
    sentences = [text_of(passages, span, (span.start, span.end)) for span in spans]
    best = max(range(len(spans)), key=lambda place: spans[place].score)
    if is_of_another_measure(question, sentences[best]):
        wanted = measures(question)
        holding = (place for place, said in enumerate(sentences) if wanted <= measures(said))
        if (chosen := next(holding, None)) is not None:
            score = spans[best].score
            settled[chosen] = spans[chosen]._replace(score=score)
            settled[best] = spans[best]._replace(score=min(spans[chosen].score, score - _BELOW))
    elif is_of_another_rate(question, sentences[best]) or (
        (exact := spans[best].highlight) and is_of_no_amount(question, text_of(passages, spans[best], exact))
    ):
        settled[best] = spans[best]._replace(unfit=True)
    return settled


def _compared(
    question: str, span: Span, spans: Sequence[Span], passages: Sequence[RetrievedPassage]
) -> Polarity:
    """What a question and a span's sentence share; nothing where the exact answer itself is a denial."""
    sentence = text_of(passages, span, (span.start, span.end))
    if is_elliptic(sentence) and (before := _before(span, spans)):
        told = compare(question, text_of(passages, before[0], (before[0].start, before[0].end)))
        return told.turned()
    if span.highlight is None or not span.start <= span.highlight[0] < span.end:
        return compare(question, sentence)
    if denies(text_of(passages, span, span.highlight)):
        return Polarity()
    return compare(question, sentence, span.highlight[0] - span.start, span.highlight[1] - span.start)
