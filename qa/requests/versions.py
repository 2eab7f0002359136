"""Which document is the newest version of another: told by its name or its first lines.

Two documents are versions of one when their names differ in nothing but a date, a version or a word such as
"old", or when their first lines call them the same and date both. A series ("report1", "report2") is none.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from index.load.folders import SUFFIXES
from index.text.terms import terms

# So much of a document is its head, where it says what it is, from when on, and what it replaces.
_HEAD = 400
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join([*_MONTHS, *(month[:3] for month in _MONTHS), "sept"])
_YEAR = r"(?:19|20)\d{2}"
_DATE = re.compile(
    rf"(?<!\d)(?:(?P<y>{_YEAR})(?:[-_./ ]?(?P<m>0[1-9]|1[0-2])(?:[-_./ ]?(?P<d>[0-3]\d))?)?"
    rf"|(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<m2>{_MONTH})\.?(?: (?P<d3>\d{{1,2}}),)? (?P<y2>{_YEAR})"
    rf"|(?P<d4>\d{{1,2}})[./](?P<m4>\d{{1,2}})[./](?P<y4>{_YEAR}))(?!\d)",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?<![^\W_])(?:v|ver|version|rev|revision|edition|ed)[-_. ]?(\d+(?:[._]\d+)*)(?!\w)", re.IGNORECASE
)
_AGES = {
    "old": -1,
    "previous": -1,
    "archive": -1,
    "archived": -1,
    "superseded": -1,
    "draft": -1,
    "obsolete": -1,
}
_AGES |= {"new": 1, "current": 1, "latest": 1, "updated": 1, "revised": 1, "final": 1}
_NEW = frozenset(word for word, age in _AGES.items() if age > 0) | {"newer", "newest", "present"}
_AGE = re.compile(rf"(?<![^\W_])({'|'.join(_AGES)})(?![^\W_])", re.IGNORECASE)
_REPLACES = re.compile(r"\b(?:replac|supersed|amend)(?:es|e|s|ing|ed)\b(?! by)", re.IGNORECASE)
_REPLACED = re.compile(r"\b(?:replaced|superseded) by\b|\bno longer (?:valid|in force)\b", re.IGNORECASE)
# "Effective from today" is said of anything.
_STATED = re.compile(
    r"\b(?:replaces|supersedes|as amended)\b"
    rf"|\b(?:valid|effective|in force)\b\W+(?:(?:date|from|since|as|of|on)\b\W+)*{_DATE.pattern}",
    re.IGNORECASE,
)
_NO_DATE = (0, 0, 0)
# "the old policy", "the old and the new rules".
_AGE_WORD = rf"(?:{'|'.join(_AGES)}|former|earlier|prior|outdated|older|newer|newest|present|updated|revised)"
# What texts are called.
TEXT = (
    r"(?:versions?|editions?|documents?|files?|ones?|polic(?:y|ies)|contracts?|leases?|agreements?|rules|terms"
    r"|conditions|handbooks?|manuals?|guides?|guidelines?|regulations|statutes|by-?laws|price\s+lists?|drafts?|plans?)"
)
_AGED = re.compile(
    rf"\b(?:the|our|my|your|its)\s+(?P<one>{_AGE_WORD})\s+"
    rf"(?:(?:{TEXT}\s+)?(?:and|or|to|with|versus|vs\.?|from)\s+(?:the\s+)?(?P<two>{_AGE_WORD})\s+)?"
    rf"(?P<what>(?:(?!(?:is|are|was|were|and|or|of|with|for|in|on|to|from|the)\b)\w+\s+){{0,2}}?{TEXT})\b",
    re.IGNORECASE,
)
# These are called so of any document.
_ANY_TEXT = frozenset(terms("version edition document file one draft"))
# Where a title ends and its date or version begins.
_TITLE_END = re.compile(
    rf"[,;:(–—\n]|\b(?:valid|version|dated|effective|as of|edition|revision)\b|{_YEAR}", re.IGNORECASE
)


class Newer(NamedTuple):
    """The newest version of a document; `is_stated` tells that it calls itself one."""

    document_id: str
    is_stated: bool


class Aged(NamedTuple):
    """Versions that a text calls by their age, the newest two, and where in the text it calls them so."""

    documents: tuple[str, ...]
    last_two: tuple[str, str]
    span: tuple[int, int]


class _Family(NamedTuple):
    """The older versions of a document, newest first, and the terms of their names and titles."""

    older: tuple[str, ...]
    called: frozenset[str]


class _Stamp(NamedTuple):
    """How new a document is: by a word such as "old", by what it says of replacing, by date and version."""

    age: int
    replaces: bool
    date: tuple[int, int, int]
    version: tuple[int, ...]


_NO_STAMP = _Stamp(0, False, _NO_DATE, ())


class Versions:
    """The versions among some documents; `head` gives the first lines of a document by id."""

    def __init__(self, ids: Sequence[str], head: Callable[[str], str]) -> None:
        families: dict[str, list[str]] = defaultdict(list)
        stamps: dict[str, _Stamp] = {}
        stated: set[str] = set()
        for document_id in ids:
            name, text = _without_suffix(document_id), head(document_id)[:_HEAD]
            stamps[document_id] = stamp = _stamp(name, text)
            families[f"name {_bare(name)}"].append(document_id)
            title = " ".join(_TITLE_END.split(text.lstrip("#*_= \n"), maxsplit=1)[0].split()).casefold()
            if stamp != _NO_STAMP and len(title.split()) > 1:
                families[f"title {title}"].append(document_id)
            if _VERSION.search(text) or _STATED.search(text):
                stated.add(document_id)
        self._newest: dict[str, Newer] = {}
        self._families: dict[str, _Family] = {}
        for name, family in families.items():
            last, *older = sorted(family, key=_order(stamps, family), reverse=True)
            if older and stamps[last] != stamps[older[0]]:
                self._newest |= dict.fromkeys(older, Newer(last, last in stated))
                known = self._families.get(last, _Family((), frozenset()))
                called = {*terms(name), *terms(" ".join(map(_spaced, family)))}
                self._families[last] = _Family(
                    tuple(dict.fromkeys([*known.older, *older])), known.called | called
                )

    def newest(self, document_id: str) -> Newer | None:
        """The newest version of a document; None when there is no newer one."""
        return self._newest.get(document_id)

    def meant(self, text: str, ids: Collection[str]) -> "Aged | None":
        """The versions of one document, among some, that a text calls by their age ("the old policy")."""
        found = _AGED.search(text)
        if not found:
            return None
        noun = set(terms(found["what"]))
        families = [
            (last, family)
            for last, family in self._families.items()
            if last in ids and {*family.older} & {*ids} and (noun & _ANY_TEXT or noun & family.called)
        ]
        if len(families) != 1:
            return None
        last, older = families[0][0], [one for one in families[0][1].older if one in ids]
        ages = {_is_new(word) for word in (found["one"], found["two"]) if word}
        chosen = tuple(
            one for is_new in (False, True) if is_new in ages for one in ([last] if is_new else older)
        )
        return Aged(chosen, (older[0], last), found.span())


def _is_new(word: str) -> bool:
    return word.casefold() in _NEW


def _spaced(document_id: str) -> str:
    return re.sub(r"[\W_]+", " ", _without_suffix(document_id))


def _order(stamps: Mapping[str, _Stamp], family: Sequence[str]) -> Callable[[str], tuple[object, ...]]:
    """What a family is sorted by: by dates if all have one, by versions, or by what they say of others."""
    if all(stamps[one].date != _NO_DATE for one in family):
        return lambda one: (stamps[one].age, stamps[one].date, stamps[one].version)
    if all(stamps[one].version for one in family):
        return lambda one: (stamps[one].age, stamps[one].version)
    return lambda one: stamps[one]


def _bare(name: str) -> str:
    """A name without dates, versions and words of age."""
    for pattern in (_DATE, _VERSION, _AGE):
        name = pattern.sub(" ", name.replace("_", " "))
    return "".join(re.findall(r"[^\W_]|/", name)).casefold()


def _stamp(name: str, text: str) -> _Stamp:
    """How new a document is, by its name first and by its head where the name does not say."""
    spaced = name.replace("_", " ")
    age = sum(_AGES[word.casefold()] for word in _AGE.findall(spaced))
    version = _VERSION.search(spaced) or _VERSION.search(text)
    return _Stamp(
        age=age or -bool(_REPLACED.search(text)),
        replaces=bool(_REPLACES.search(text)),
        # A date behind "replaces" is another's.
        date=_date(spaced) or _date(_REPLACES.split(text, maxsplit=1)[0]) or _NO_DATE,
        version=tuple(map(int, re.split(r"[._]", version[1]))) if version else (),
    )


def _date(text: str) -> tuple[int, int, int] | None:
    found = _DATE.search(text)
    if not found:
        return None
    year = found["y"] or found["y2"] or found["y4"]
    month = found["m"] or found["m4"] or (found["m2"] and _MONTHS.index(_full(found["m2"])) + 1) or 0
    day = found["d"] or found["d2"] or found["d3"] or found["d4"] or 0
    return int(year), int(month), int(day)


def _full(month: str) -> str:
    return next(full for full in _MONTHS if full.startswith(month.casefold()[:3]))


def _without_suffix(path: str) -> str:
    return next((path[: -len(suffix)] for suffix in SUFFIXES if path.lower().endswith(suffix)), path)
