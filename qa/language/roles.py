"""Who or what a defined term is: `Castell Boats Ltd (the "Seller")`; pure.

A label in a bracket, or in quotes behind "called", belongs to the name before it. Names are told by their
capitals; where it is not clear which words are the name, there is none.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.text.stemming import stems
from qa.language.function_words import content_words

Range = tuple[int, int]

_OPEN, _CLOSE = "\"“'‘«", "\"”'’»"
_THE = r"(?:(?:the|an?|our)\s+)?"
# The last word is without the ending of a genitive.
_LABEL = r"[^\W\d_][\w’'&-]*?(?:\s+[\w’'&-]+?){0,4}?"
_ROLE = rf"[{_OPEN}]?(?:the|our)\s+[{_OPEN}]?({_LABEL})[{_CLOSE}]?"
_QUOTED = re.compile(rf"[{_OPEN}]\s*{_THE}({_LABEL})\s*[{_CLOSE}](?!\w)", re.IGNORECASE)
# What says, before a label, that it is one: "hereinafter referred to as".
_CALLING = r"(?:[a-z]+\s+){0,6}?(?:as|be|called|named)\s+"
_BRACKET = re.compile(r"\s*\((?P<inside>[^()]{2,120})\)")
_IN_BRACKET = re.compile(rf"(?:[a-z]+,?\s+){{0,6}}(?=[{_OPEN}])")
_BARE = re.compile(rf"(?:{_CALLING})?{_THE}({_LABEL})", re.IGNORECASE)
_CALLED = re.compile(rf"(?:,\s*|\s+){_CALLING}{_THE}(?P<inside>[{_OPEN}][^{_CLOSE}\n]{{2,60}}[{_CLOSE}])")
_DEFINES = re.compile(rf"{_BRACKET.pattern}|{_CALLED.pattern.replace('inside', 'called')}")
# A role has an article in a question; without one it is a name, of which is asked what it is.
_ASKS = re.compile(
    rf"\W*(?:(?:please\s+)?tell\s+me\s+)?(?:who|what)(?:"
    rf"(?:['’]s|\s+(?:is|are|was|were))\s+(?:the\s+name\s+of\s+|meant\s+by\s+)?{_ROLE}(?:['’]s?\s+name)?"
    rf"|\s+{_ROLE}\s+(?:is|are)"
    rf"|\s+do(?:es)?\s+(?:{_ROLE}|[{_OPEN}]({_LABEL})[{_CLOSE}])\s+(?:mean|refer\s+to|stand\s+for)"
    rf")(?:\s+(?:in|under)\s+(?:this|the)\s+[\w-]+(?:\s+[\w-]+)?|\s+here)?\W*",
    re.IGNORECASE,
)
# Where a party's name begins: behind "between", a colon or the number of the party.
_BEGINS = re.compile(r"\bbetween\b|:|\A\s*\(?[a-z\d]{1,3}[.)](?=\s)", re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:together|jointly|collectively|both|each)\b", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s,;:()]+|[,;:()]")
_EMPHASIS = {ord("*"): " "}
_PARTICLES = frozenset("of the and & de la du van von der for".split())


class Definition(NamedTuple):
    """The range in which the thing stands that a label is of, and its name where that is clear."""

    around: Range
    name: Range | None


class _Label(NamedTuple):
    """What a bracket calls the thing before it: where it starts and ends, and the words that it says."""

    start: int
    end: int
    said: str
    names: tuple[str, ...]


def role_asked(question: str) -> str | None:
    """The role that a question asks who or what it is: "landlord"; None for any other question."""
    found = _ASKS.fullmatch(question)
    return next(filter(None, found.groups()), None) if found else None


def definition(role: str, text: str) -> Definition | None:
    """Where a sentence says whose label a role is."""
    text, wanted = text.translate(_EMPHASIS), _stems(role)
    first = stop = end = 0
    for label in _labels(text):
        if not end or text[end : label.start].strip(" ,"):  # brackets side by side are of one name
            first, stop = end, label.start
        if wanted and any(_stems(name) == wanted for name in label.names):
            return Definition((first, stop), _name(text, first, stop, label))
        end = label.end
    return None


def _labels(text: str) -> Iterator[_Label]:
    for found in _DEFINES.finditer(text):
        said = found["inside"] or found["called"]
        quoted = _IN_BRACKET.match(said) or found["called"]
        bare = _BARE.fullmatch(said)
        names = tuple(_QUOTED.findall(said)) if quoted else (bare[1],) if bare else ()
        yield _Label(*found.span(), found[0], names)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stems(content_words(text)))


def _name(text: str, first: int, stop: int, label: _Label) -> Range | None:
    """The name that a label is of, within what stands before it."""
    begins = list(_BEGINS.finditer(text, first, stop))
    begin = begins[-1].end() if begins else first
    name = _opening(text, begin, stop, is_party=begin > 0) or _closing(text, begin, stop)
    if name is None or not begins or begins[-1][0].casefold() != "between":
        return name
    # "Between Ann and Bob (the Tenant)" has one party without a label.
    last = text.rfind(" and ", *name)
    is_of_all = last < 0 or _TOGETHER.search(label.said) or re.match(r"\W*and\b", text[label.end :])
    return name if is_of_all else (last + len(" and "), name[1])


def _opening(text: str, start: int, stop: int, *, is_party: bool) -> Range | None:
    """The name at the start of a range, which goes on with nothing or with where and what that is."""
    tokens = list(_TOKEN.finditer(text, start, stop))
    while tokens and tokens[0][0] in {",", ";", ")", "and", "by"}:
        tokens = tokens[1:]
    run = _run(tokens)
    rest = [token[0] for token in tokens[len(run) :]]
    if not run:
        return None
    goes_on = rest[:1] == [","] and len(rest) > 1 and not rest[1][0].isupper()
    is_apposed = goes_on and (is_party or rest[1] in {"of", "a", "an", "whose"})
    is_placed = is_party and rest[:1] == ["of"]
    return (run[0].start(), run[-1].end()) if not rest or is_apposed or is_placed else None


def _closing(text: str, start: int, stop: int) -> Range | None:
    """The name at the end of a range, behind a word that no name holds."""
    tokens = list(_TOKEN.finditer(text, start, stop))
    for at, token in enumerate(tokens):
        is_free = at == 0 or (tokens[at - 1][0].isalpha() and tokens[at - 1][0].islower())
        if is_free and len(run := _run(tokens[at:])) == len(tokens) - at:
            return token.start(), run[-1].end()
    return None


def _run(tokens: list[re.Match[str]]) -> list[re.Match[str]]:
    """The tokens of a name that the first one starts; none where it has no capital."""
    length = 0
    for at, token in enumerate(tokens):
        word, rest = token[0], tokens[at + 1 :]
        if word[0].isupper() or (length and word[0].isdigit()):
            length = at + 1
            continue
        is_address = word == "of" and bool(rest) and rest[0][0][0].isdigit()
        is_inside = (word in _PARTICLES and not is_address) or (word == "," and _is_suffix(rest))
        if not length or not is_inside:
            break
    return tokens[:length]


def _is_suffix(tokens: list[re.Match[str]]) -> bool:
    """Whether a name goes on behind a comma: "Acme, Inc.", "Acme, LLC"."""
    return bool(tokens) and len(tokens[0][0]) > 1 and (tokens[0][0].isupper() or tokens[0][0].endswith("."))
