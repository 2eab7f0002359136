"""Questions that a person would ask of a document: made from its own sentences, and answered by them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, zip_longest
from typing import NamedTuple

from index.split.sentences import paragraphs, sentences
from index.text.tables import cells_of, rows
from index.types import Document, Range
from qa.language.function_words import content_words
from qa.language.self_contained import stands_alone, unheaded
from qa.page.turning import turned
from qa.types import Answer

MOST = 4
_TRIED = 16
# Of one form, as "When …?": more are dull, but a table alone has no others.
_ALIKE = {"cell": 3}
_USUAL = 2
# These say less of what is asked, so they come last.
_PLAIN = ("What does", "What must")
_LOOKED_AT = 200_000
# A sentence of fewer words says little by itself.
_FEWEST_WORDS = 5
# Rows of a table, and words of a row's name and of a column's.
_MOST_ROWS, _MOST_NAME, _MOST_LABEL = 3, 4, 3
_THINGS = frozenset("this that these those it its he she they".split())
# A question that the document itself asks, as a list of frequent ones does.
_ASKED = re.compile(r"(?:How|What|When|Where|Which|Who|Why|Can|Do|Does|Is|Are|May|Must) [^?.!\n]{8,80}\?")
# What stands above the numbers of rows.
_NUMBERS = frozenset(("", "#", "no", "no.", "nr", "nr.", "id", "number"))
_JOINING = re.compile(
    r"(?:However|Moreover|Also|Furthermore|Today|Finally|In addition|Meanwhile|Therefore|Indeed|In fact"
    r"|Now), |(?:But|And|So|Yet) "
)
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_ANY = re.compile(r"\w")


class Candidate(NamedTuple):
    """A question, what its exact answer looks like, its form, and where the answer stands, if known."""

    question: str
    answer: re.Pattern[str]
    form: str
    place: Range | None = None


def suggest(document: Document, ask: Callable[[str], Answer]) -> list[str]:
    """At most MOST questions that the document answers, each by another sentence, the sure ones first.

    Last comes what it is about, if `ask` has something to say to that.
    """
    offered: list[str] = []
    unsure: list[str] = []
    places: set[int] = set()
    forms: Counter[str] = Counter()
    tried = 0
    for one in candidates(document):
        if len(offered) == MOST - 1 or tried == _TRIED:
            break
        if forms[one.form] == _ALIKE.get(one.form, _USUAL):
            continue
        tried += 1
        answer = ask(one.question)
        if not _is_whole(document, answer, one) or answer.citations[0].start in places:
            continue
        places.add(answer.citations[0].start)
        if not answer.answered:
            unsure.append(one.question)
            continue
        forms[one.form] += 1
        offered.append(one.question)
    offered = [*offered, *unsure][: MOST - 1]
    about = f"What is {document.id} about?"
    return [*offered, about] if ask(about).citations else offered


def candidates(document: Document) -> Iterator[Candidate]:
    """The document's own questions, then those about what is spoken of most and of tables by turns."""
    said = list(_sentences(document.text[:_LOOKED_AT]))
    names = _names(said)
    counts = Counter(word for _, sentence in said for word in set(content_words(sentence)))
    found: dict[str, tuple[float, Candidate]] = {}
    for place, sentence in said:
        for one in _from_sentence(sentence, place, names):
            words = content_words(one.question)
            weight = sum(counts[word] for word in words) / max(1, len(words))
            found.setdefault(one.question, (weight, one))
    best = [one for _, one in sorted(found.values(), key=lambda pair: -pair[0])]
    yield from (one for one in best if one.form == "asked")
    others = (one for one in best if one.form not in ("asked", *_PLAIN))
    yield from filter(None, chain.from_iterable(zip_longest(others, _from_tables(document))))
    plain = (one for one in best if one.form in _PLAIN)
    yield from filter(None, chain.from_iterable(zip_longest(plain, _from_headings(document))))


def _names(said: list[tuple[Range, str]]) -> frozenset[str]:
    """Words with a capital where no sentence begins."""
    return frozenset(word for _, sentence in said for word in re.findall(r"(?<=[\w,;:(] )[A-Z]\w*", sentence))


def _sentences(text: str) -> Iterator[tuple[Range, str]]:
    for start, end in paragraphs(text):
        for first, last in sentences(text, start, end):
            yield (first, last), _plain(text[first:last])


def _plain(sentence: str) -> str:
    """A sentence without a heading or number before it, and without the word that joins it to the last."""
    words = _JOINING.sub("", " ".join(unheaded(sentence).split()))
    return words[:1].upper() + words[1:]


def _from_sentence(sentence: str, place: Range, names: frozenset[str]) -> Iterator[Candidate]:
    if _ASKED.fullmatch(sentence) and not _THINGS & set(sentence.casefold().split()):
        yield Candidate(sentence, _ANY, "asked")
    if stands_alone(sentence, fewest=_FEWEST_WORDS):
        for one in turned(sentence, names):
            yield Candidate(*one, place)


def _from_tables(document: Document) -> Iterator[Candidate]:
    """What stands in the columns of a table's first rows, each row by its first cell and another column."""
    for table in document.tables:
        first, *labels = cells_of(document.text[slice(*table.header)]) if table.header else [""]
        if first.casefold() in _NUMBERS:
            continue
        for number, (start, end) in enumerate(rows(document.text, table)[:_MOST_ROWS]):
            name, *values = cells_of(document.text[start:end])
            columns = [(_label(label), value) for label, value in zip(labels, values, strict=False) if value]
            columns = [(label, value) for label, value in columns if label and not _is_count(label, value)]
            if columns and len(name.split()) <= _MOST_NAME and _is_named(name):
                label, value = columns[number % len(columns)]
                be = "are" if _is_plural(label) else "is"
                shown = re.compile(re.escape(value))
                yield Candidate(f"What {be} the {label} of {name}?", shown, "cell", (start, end))


def _label(header: str) -> str:
    """What a column is called in a question, "" where that is no name of a thing."""
    label = _BRACKETS.sub("", header)
    if len(label.split()) > _MOST_LABEL or not _is_named(label) or any(map(str.isdigit, label)):
        return ""
    return label if label.isupper() else label[0].lower() + label[1:]


def _is_plural(label: str) -> bool:
    return label.endswith("s") and not label.endswith("ss")


def _is_count(label: str, value: str) -> bool:
    """Whether a cell says how many there are, which nobody asks by "what"."""
    return _is_plural(label) and not any(map(str.isalpha, value))


def _is_named(words: str) -> bool:
    """Whether the words of a cell name something: none is a function word, and the first no mere letter."""
    found = words.split()
    return bool(found) and len(found[0]) > 1 and len(content_words(words)) == len(found)


def _from_headings(document: Document) -> Iterator[Candidate]:
    """What the sections say, but for the first heading, which is the document's."""
    for heading in document.headings[1:]:
        name = document.text[heading.start : heading.end].strip()
        if 1 <= len(content_words(name)) <= 5 and name.replace(" ", "").isalpha() and not name.isupper():
            yield Candidate(f"What does the section “{name}” say?", _ANY, "section")


def _is_whole(document: Document, answer: Answer, one: Candidate) -> bool:
    """Whether an answer is sure, one, no fragment, and the one that the question was made from."""
    if answer.disagreement or not answer.citations:
        return False
    cited = answer.citations[0]
    if one.place and not (
        cited.document_id == document.id and one.place[0] < cited.end and cited.start < one.place[1]
    ):
        return False
    if one.form in ("cell", "section"):
        return bool(one.answer.search(answer.short or answer.text))
    exact = answer.short or answer.text
    whole = stands_alone(_plain(cited.quote), fewest=_FEWEST_WORDS)
    return whole and bool(one.answer.search(exact)) and not exact.endswith((" one", " ones"))
