"""The fixed messages that are given instead of quotes, and the lines that stand above quotes."""

import re
from collections.abc import Mapping, Sequence

REFUSAL = "The source does not answer this question."
LIKELY = "Not sure, but probably:"
FORCED = "Nothing seems to answer this; what comes closest:"
DISAGREEMENT = "The source gives different answers; each is cited."
MACHINE = (
    "This is Quoth: it answers questions about the documents here with quotes from them, and sums them up."
)
SMALLTALK = "Ready when you are: ask anything about the documents."
# Above the passages that bare keywords are found in.
FOUND = "The passages on this:"
_SHOWN = 50
_ENDS = (".", "!", "?", "…")
_MORE = "… and {} more"
_FIXED = re.compile(
    rf"{re.escape(MACHINE)}|{re.escape(SMALLTALK)}|"
    r"There (?:is|are) \d+ (?:document|heading|page)s?: .+|"
    r"There is no (?:document called|document of that name|such part).+",
    re.DOTALL,
)


def documents_held(ids: Sequence[str]) -> str:
    """How many documents there are, and their names."""
    return _counted(len(ids), "document", _listed(ids))


def headings_held(headings: Mapping[str, Sequence[str]]) -> str:
    """How many headings documents have, and what these are."""
    count = sum(map(len, headings.values()))
    named = [f"{one}: {_listed(names)}" for one, names in headings.items()]
    listed = _listed(named) if len(named) > 1 else _listed(*headings.values())
    return _counted(count, "heading", listed)


def pages_held(pages: Mapping[str, int]) -> str:
    """How many pages documents have."""
    listed = _listed([f"{number} in {one}" for one, number in pages.items()])
    return _counted(sum(pages.values()), "page", listed)


def no_such_document(name: str, ids: Sequence[str]) -> str:
    """That a name ("" where it is not known) is no document's, and which there are."""
    return f"There is no document {f'called {name}' if name else 'of that name'}. {documents_held(ids)}"


def no_such_part(headings: Sequence[str]) -> str:
    """That what was asked for is no part of the documents, and what their headings are."""
    if not headings:
        return "There is no such part: no headings were found."
    listed = _listed(headings)
    return f"There is no such part. The headings are: {listed}{'' if listed.endswith(_ENDS) else '.'}"


def narrowed_to(ids: Sequence[str]) -> str:
    """That only the documents that a question names were asked."""
    return f"Asked of {_listed(ids)} only"


def sureness(confidence: float, threshold: float) -> str:
    """How sure an answer is, and from where on it is given; what falls short is never shown as the same."""
    sure, bar = round(100 * confidence), round(100 * threshold)
    if confidence < threshold:
        sure = max(0, min(sure, bar - 1))
    return f"{sure}% sure; given as the answer from {bar}% on"


def chosen(given: int, count: int) -> str:
    """That of the sentences of a part not all are shown."""
    return f"{given} of its {count} sentences are shown"


def replaced(outdated: Mapping[str, str]) -> str:
    """That documents are older versions, each of the one that it stands for."""
    return "; ".join(f"{old} is an older version; the newest is {new}" for old, new in outdated.items())


def read_as(respelt: Mapping[str, str]) -> str:
    """That names were taken for misspelt ones."""
    return "; ".join(f"Read “{typed}” as “{other}”" for typed, other in respelt.items())


def is_fixed(text: str) -> bool:
    """Whether a text is one of these messages, which stand for themselves and quote nothing."""
    return _FIXED.fullmatch(text) is not None


def _counted(count: int, thing: str, listed: str) -> str:
    is_one = count == 1
    return f"There {'is' if is_one else 'are'} {count} {thing}{'' if is_one else 's'}: {listed}."


def _listed(names: Sequence[str]) -> str:
    more = [_MORE.format(len(names) - _SHOWN)] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])
