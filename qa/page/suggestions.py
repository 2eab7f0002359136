"""Questions that a person would ask of a document: made from its own sentences, and answered by them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from index.split.sentences import paragraphs, sentences
from index.types import Document
from qa.language.function_words import content_words
from qa.language.names import names_in
from qa.language.self_contained import stands_alone, unheaded
from qa.types import Answer

MOST = 4
_TRIED = 12
# From how many mentions on a name is what a document is about.
_OFTEN = 3
_LOOKED_AT = 200_000
_SUBJECT = r"(?P<subject>(?:[Tt]he |[Aa]n? |[A-Z])[\w’'-]+(?: [\w’'-]+){0,4}?)"
_NAME = r"[A-Z][\w’'-]+(?: (?:of |the |de )?[A-Z][\w’'-]+)*"


class _Turn(NamedTuple):
    """How a statement is turned round, and what the exact answer then looks like."""

    statement: re.Pattern[str]
    question: str
    answer: re.Pattern[str]


_DIGIT, _NAMED, _PHRASE = re.compile(r"\d"), re.compile(_NAME), re.compile(r"\S+ \S+")
_WHEN = re.compile(r"\d|\b(?:day|week|month|quarter|year)s?\b|day\b", re.IGNORECASE)
# Each turns one kind of statement round; the words of the question are the sentence's own.
_TURNS = (
    _Turn(
        re.compile(rf"^{_SUBJECT} (?P<be>was|were) (?P<done>\w+(?:ed|lt|own)) (?:on|in) [^,.]*\d{{4}}"),
        "When {be} {subject} {done}?",
        _DIGIT,
    ),
    _Turn(
        re.compile(rf"^{_SUBJECT} (?:was|were) (?P<done>\w+ed|built|made|led) by (?:the |an? )?[A-Z]"),
        "Who {done} {subject}?",
        _NAMED,
    ),
    _Turn(
        re.compile(rf"\b{_NAME}, the (?P<role>[a-z][\w -]{{3,30}} of {_NAME}),"), "Who is the {role}?", _NAMED
    ),
    _Turn(
        re.compile(
            rf"^{_SUBJECT} (?P<be>is|are|was|were) (?P<rest>due|open|closed|\w+ed) "
            "(?:on|at|from|within|until) "
        ),
        "When {be} {subject} {rest}?",
        _WHEN,
    ),
    _Turn(
        re.compile(
            r"^(?P<subject>(?:The|Each|Every|An?) \w+) (?P<verb>[a-z]+[^\Ws])s (?:the|an?|each|its|up to) "
        ),
        "What does {subject} {verb}?",
        _PHRASE,
    ),
    _Turn(
        re.compile(rf"^{_SUBJECT} (?P<verb>weigh|cost|measure|hold|take)s [^,.]*\d"),
        "How much does {subject} {verb}?",
        _DIGIT,
    ),
    _Turn(
        re.compile(rf"^{_SUBJECT} (?P<be>is|are|was|were) (?P<rest>(?:[\w-]+ ){{1,4}})because "),
        "Why {be} {subject} {rest}?",
        _PHRASE,
    ),
    _Turn(
        re.compile(rf"^{_SUBJECT} (?P<must>must|should|may) (?!be )\w+ "),
        "What {must} {subject} do?",
        _PHRASE,
    ),
    _Turn(
        re.compile(rf"^{_SUBJECT} (?P<be>is|are) (?:an?|the) (?!\w+ one\b)(?:[\w-]+ ){{2,}}"),
        "What {be} {subject}?",
        _PHRASE,
    ),
)
_DETERMINERS = frozenset("The A An Each Every".split())
_POINTING = frozenset("this that these those it he she they we you i there here its his her".split())
_THINGS = frozenset("this that these those it its he she they".split())
# A question that the document itself asks, as a list of frequent ones does.
_ASKED = re.compile(r"(?:How|What|When|Where|Which|Who|Why|Can|Do|Does|Is|Are) [^?.!\n]{8,90}\?")


def suggest(document: Document, ask: Callable[[str], Answer]) -> list[str]:
    """At most MOST questions that the document answers, each by another sentence.

    Last comes what it is about, if `ask` has something to say to that.
    """
    offered: list[str] = []
    places: set[int] = set()
    for _, (question, wanted) in zip(range(_TRIED), candidates(document), strict=False):
        answer = ask(question)
        place = answer.citations[0].start if answer.citations else None
        if place is not None and place not in places and _is_whole(answer, wanted):
            places.add(place)
            offered.append(question)
        if len(offered) == MOST - 1:
            break
    about = f"What is {document.id} about?"
    return [*offered, about] if ask(about).citations else offered


def candidates(document: Document) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Questions with what their exact answers look like, those about what is spoken of most first."""
    said = list(_sentences(document.text[:_LOOKED_AT]))
    counts = Counter(word for sentence in said for word in set(content_words(sentence)))
    # Capitalised where a sentence does not begin: so it is a name.
    known = frozenset(word for sentence in said for word in re.findall(r"(?<=[\w,;] )[A-Z]\w*", sentence))
    found: dict[str, tuple[float, re.Pattern[str]]] = {}
    for sentence in said:
        for question, wanted in _turned(sentence, known):
            words = content_words(question)
            weight = sum(counts[word] for word in words) / max(1, len(words))
            found.setdefault(question, (weight, wanted))
    for question, (_, wanted) in sorted(found.items(), key=lambda one: -one[1][0]):
        yield question, wanted
    for topic in _topics(document, said):
        yield f"What is said about {topic}?", _PHRASE


def _topics(document: Document, said: Sequence[str]) -> Iterator[str]:
    """Headings after the first, then the names that are spoken of most."""
    for heading in document.headings[1:]:
        words = document.text[heading.start : heading.end].strip()
        if len(content_words(words)) in (1, 2, 3) and words.replace(" ", "").isalpha():
            yield words if words.isupper() or words.istitle() else words[0].lower() + words[1:]
    names = Counter(name.text for sentence in said for name in names_in(sentence))
    yield from (name for name, times in names.most_common(3) if times >= _OFTEN)


def _sentences(text: str) -> Iterator[str]:
    for start, end in paragraphs(text):
        for first, last in sentences(text, start, end):
            yield " ".join(unheaded(text[first:last]).split())


def _turned(sentence: str, known: frozenset[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    if _ASKED.fullmatch(sentence) and not _THINGS & set(sentence.casefold().split()):
        yield sentence, _PHRASE
    if not stands_alone(sentence):
        return
    for turn in _TURNS:
        found = turn.statement.search(sentence)
        if not found:
            continue
        parts = {name: value.strip() for name, value in found.groupdict().items()}
        subject = parts.get("subject", "")
        if _leans(subject):
            continue  # out of its place nobody knows what it points at
        names = {name.text: name.kinds for name in names_in(sentence)}
        if turn.question.startswith("What {be}") and "person" in names.get(subject, ()):
            continue  # it says of somebody what he is, which nobody asks by "what"
        first, *others = subject.split(" ")
        if first in _DETERMINERS or (first not in known and not (others and others[0][0].isupper())):
            parts["subject"] = subject[:1].lower() + subject[1:]
        yield turn.question.format(**parts), turn.answer


def _leans(words: str) -> bool:
    return bool(_POINTING & set(words.casefold().split()))


def _is_whole(answer: Answer, wanted: re.Pattern[str]) -> bool:
    """Whether an answer is sure, one, and no fragment."""
    if not answer.answered or answer.disagreement or not stands_alone(answer.citations[0].quote):
        return False
    exact = answer.short or answer.text
    return bool(wanted.search(exact)) and not exact.endswith((" one", " ones"))
