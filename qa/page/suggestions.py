"""Questions made from a document's own sentences; only those that the pipeline answers are offered."""

import re
from collections.abc import Callable, Iterator, Sequence

from qa.language.names import names_in
from qa.types import Answer

MOST = 4
_TRIED = 10
_SENTENCE = re.compile(r"[^.!?\n]{20,300}[.!?]")
_SUBJECT = r"(?P<subject>(?:[Tt]he |[A-Z])[\w’' -]{2,50}?)"
# Each turns one kind of statement round; the words of the question are the sentence's own.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(rf"\b{_SUBJECT} (?P<be>was|were) (?P<done>\w+(?:ed|lt|own)) (?:on|in) [^,.]*\d{{4}}"),
        "When {be} {subject} {done}?",
    ),
    (
        re.compile(rf"\b{_SUBJECT} (?P<be>was|were|is|are) (?P<done>\w+(?:ed|own|ten)) by (?:the |[A-Z])"),
        "Who {be} {subject} {done} by?",
    ),
    (
        re.compile(r"\b[A-Z]\w+ [A-Z]\w+, (?P<role>the [a-z][\w -]{3,30} of [A-Z][\w’' -]{2,30}?),"),
        "Who is {role}?",
    ),
    (
        re.compile(rf"\b{_SUBJECT} (?P<verb>weighs|costs|measures|holds|takes) [^,.]*\d"),
        "How much does {subject} {verb_base}?",
    ),
    (re.compile(rf"^{_SUBJECT} (?P<be>is|are|was|were) (?:a|an|the) [a-z]"), "What {be} {subject}?"),
)
_POINTING = frozenset("this that these those it he she they we you i there here its his her".split())
_BASES = {"weighs": "weigh", "costs": "cost", "measures": "measure", "holds": "hold", "takes": "take"}


def suggest(text: str, ask: Callable[[str], Answer]) -> list[str]:
    """At most MOST questions that `ask` answers, each by another sentence, in the order of the text."""
    offered: list[str] = []
    places: set[tuple[str, int]] = set()
    for _, question in zip(range(_TRIED), candidates(text), strict=False):
        answer = ask(question)
        place = (answer.citations[0].document_id, answer.citations[0].start) if answer.citations else None
        if answer.answered and place and place not in places and not answer.disagreement:
            places.add(place)
            offered.append(question)
        if len(offered) == MOST:
            break
    return offered


def candidates(text: str) -> Iterator[str]:
    """Questions that the text's own sentences may answer, those of facts before those about names."""
    sentences = [" ".join(found[0].split()) for found in _SENTENCE.finditer(text[:200_000])]
    seen: set[str] = set()
    for question in (*_turned(sentences), *_about_names(sentences)):
        if question not in seen:
            seen.add(question)
            yield question


def _turned(sentences: Sequence[str]) -> Iterator[str]:
    for pattern, question in _PATTERNS:
        for sentence in sentences:
            if found := pattern.search(sentence):
                parts = {key: value.strip() for key, value in found.groupdict().items()}
                parts["verb_base"] = _BASES.get(parts.get("verb", ""), "")
                subject = parts.get("subject", "")
                if subject.split(" ")[0].casefold() in _POINTING:
                    continue  # without the text before it, nobody knows what it refers to
                if subject.startswith(("The ", "A ", "An ")):
                    parts["subject"] = subject[0].lower() + subject[1:]
                yield question.format(**parts)


def _about_names(sentences: Sequence[str]) -> Iterator[str]:
    """Questions about the names that are spoken of most."""
    counts: dict[str, int] = {}
    people: set[str] = set()
    for sentence in sentences:
        for name in names_in(sentence):
            if " " in name.text:
                counts[name.text] = counts.get(name.text, 0) + 1
                if "person" in name.kinds:
                    people.add(name.text)
    for name_text in sorted(counts, key=lambda one: -counts[one]):
        yield f"{'Who' if name_text in people else 'What'} is {name_text}?"
