"""Who or what something is: its own name is no answer, what a sentence puts beside the name may be; pure."""

import re

from qa.answer.preference import subject_asked
from qa.language.function_words import is_content
from qa.language.names import names_in, words_of
from qa.read.spans import Range

_TITLES = frozenset("mr mrs ms miss mx dr prof professor sir dame lord lady rev st".split())
_ADDRESS = re.compile(r"<?(?:\S+@\S+\.\w+|(?:https?://|www\.)\S+)>?")
_WHO = re.compile(r"\W*who\b|\W*who['’]?s\b", re.IGNORECASE)
_A = r"(?:an?|the|our|my|his|her|its|their)"
_WORD = rf"(?!{_A}\b)[\w'’-]+"
_WORDS = rf"{_WORD}(?:\s+(?:(?:of|for|in|at)\s+(?:{_A}\s+)?)?{_WORD}){{0,6}}"
_CALLED = r"(?:[A-Z][\w'’-]*\.?\s+){0,3}(?i:X)(?:\s+[A-Z][\w'’-]*){0,2}"
# "In the summer, Ann Lee, …" says when or where, and not who.
_NO_TIME = "".join(rf"(?<!\b(?i:{word})\s)" for word in "in at on during after before since until".split())
# What stands beside a name, X standing for it: "Ann Lee (treasurer)", "Ann Lee, the baker,", "Ann Lee is our
# baker", "the baker, Ann Lee,".
_BESIDE = (
    rf"{_CALLED}\s+\((?P<said>[^\W\d][^()\d\n]{{1,60}})\)",
    rf"{_CALLED},\s+(?P<said>{_A}\s+{_WORDS})(?=[,;.)])",
    rf"{_CALLED}\s+(?:is|was)\s+(?P<said>{_A}\s+{_WORDS})(?=[,;.)])",
    rf"{_NO_TIME}\b(?P<said>{_A}\s+{_WORDS}),\s+{_CALLED}(?=[,;.)])",
)


def beyond_name(question: str, sentence: str, start: int, end: int) -> Range | None:
    """The part of an exact answer that says who or what is asked for; None where nothing says it.

    Where it is no more than the name, what the sentence says beside the name takes its place.
    """
    said = _beside_name(question, sentence)
    opens = said is not None and start < said[0] and said[1] <= end
    if _repeats(question, sentence, start, said[0] if said and opens else end):
        return said
    return start, end


def _repeats(question: str, sentence: str, start: int, end: int) -> bool:
    """Whether `sentence[start:end]` only names again what a question asks who or what it is.

    It is the same name, with or without a title, or another part of it ("Mr. Alan" of "Mr. Alan Whitlock").
    An address, or somebody whom "and" joins to the name, tells no more of who it is.
    """
    subject = subject_asked(question)
    if subject is None or re.search(r"\bor\b", subject, re.IGNORECASE):
        return False
    asked, said = _lows(subject), _lows(sentence[start:end])
    if not asked or not said:
        return False
    has_article = re.search(rf"\b(?:an?|the)\s+{re.escape(subject)}", question, re.IGNORECASE)
    if not _WHO.match(question) or has_article or any(not word.is_content for word in words_of(subject)):
        return said == asked
    return (
        said <= asked
        or _ADDRESS.fullmatch(sentence[start:end]) is not None
        or _is_of_the_name(subject, sentence, start, end)
        or _is_joined(subject, sentence, start, end)
    )


def _beside_name(question: str, sentence: str) -> Range | None:
    """Where a sentence says in passing who somebody is that a question names; None where it does not."""
    subject = subject_asked(question)
    if subject is None or not _WHO.match(question):
        return None
    name = _pattern(subject)
    found = (re.search(form.replace("X", name), sentence) for form in _BESIDE) if name else ()
    best = next(filter(None, found), None)
    return best.span("said") if best else None


def _is_of_the_name(subject: str, sentence: str, start: int, end: int) -> bool:
    """Whether a range lies within the full name of somebody whom a question names with capitals."""
    words = words_of(subject)
    if any(word.text.islower() for word in words):
        return False
    asked, said = _lows(subject), _lows(sentence[start:end])
    is_titled = words[0].low in _TITLES
    return any(
        asked <= (whole := _lows(name.text)) and said <= whole and (is_titled or not asked.isdisjoint(said))
        for name in names_in(sentence)
        if name.start < end and start < name.start + len(name.text) and "and" not in name.text.split()
    )


def _is_joined(subject: str, sentence: str, start: int, end: int) -> bool:
    """Whether a range is the name of somebody else, whom "and" joins to the one that is asked."""
    called = _CALLED.replace("X", _pattern(subject) or r"(?!)")
    before, after = rf"{called},?\s+and\s+$", rf",?\s+and\s+{called}"
    is_beside = re.search(before, sentence[:start]) or re.match(after, sentence[end:])
    return is_beside is not None and sentence[start:end].istitle()


def _pattern(subject: str) -> str:
    """The name of somebody without a title, as a pattern."""
    return r"\.?\s+".join(re.escape(word.text) for word in words_of(subject) if word.low not in _TITLES)


def _lows(text: str) -> set[str]:
    """The words of a text that carry meaning, in lower case, without titles."""
    return {word.low for word in words_of(text) if is_content(word.text) and word.low not in _TITLES}
