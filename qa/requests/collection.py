"""Which documents are about a matter, and how many headings or pages there are; pure.

The classifier takes these for requests about the collection. They are told apart by their grammar, as
questions for a place are.
"""

import re
from typing import Literal

from index.text.terms import stems, words
from qa.language.function_words import counts
from qa.requests.where import FIND, IS, SAID, SAY, SAYS, START, TEXT, THAT

Piece = Literal["heading", "page", "other"]

_DOCUMENT = r"(?:documents?|files?|sources?|texts?|pdfs?)"
_ABOUT = r"(?:about|regarding|concerning|covering|mentioning|discussing|describing|dealing\s+with)"
_WHICH = rf"(?:which|what|how\s+many)\s+(?:of\s+(?:the|these|those|my|our|your)\s+)?(?:\w+\s+)?{_DOCUMENT}"
_ANY = (
    r"(?:(?:(?:is|are)\s+there|(?:do|can)\s+(?:you|we|i)\s+(?:have|see|find)|have\s+(?:you|we|i)(?:\s+got)?"
    r"|(?:list|name|find|show|give)(?:\s+me)?)(?:\s+(?:a|an|any|all|every|some|the|those|of)){0,3}|any)"
    rf"\s+(?:\w+\s+)?{_DOCUMENT}"
)
_SOUGHT = r"(?P<sought>\S.*?)"
# "… in the documents" says where, not what.
_END = (
    r"(?:\s+(?:in|among)\s+(?:(?:the|these|those|my|our|your)\s+)?" + rf"(?:{_DOCUMENT}|here|there|it))?\W*"
)
_NAMING = tuple(
    re.compile(START + form + _END, re.IGNORECASE | re.DOTALL)
    for form in (
        rf"(?:{_WHICH}|{_ANY})\s+(?:(?:that|which)\s+)?(?:{SAYS}|{SAY}|contains?|includes?){THAT}\s+{_SOUGHT}",
        rf"(?:{_WHICH}|{_ANY})\s+(?:(?:that\s+|which\s+)?(?:is|are)\s+)?(?:{_ABOUT}|on)\s+{_SOUGHT}",
        rf"(?:in\s+)?{_WHICH}\s+{IS}\s+{_SOUGHT}\s+{SAID}(?:\s+in)?",
        rf"in\s+{_WHICH}\s+(?:(?:do|does|did)\s+(?:it|they)\s+{SAY}{THAT}|{FIND})\s+{_SOUGHT}",
    )
)
# "Anything on taxes", "a letter about me": of a request that may be one about the collection.
_LOOSELY = re.compile(
    rf".*?(?:\b(?:anything|something|information)\s+on|\b\w+\s+{_ABOUT})\s+{_SOUGHT}{_END}",
    re.IGNORECASE | re.DOTALL,
)
_WHOLE = rf"(?:it|this|here|there|{TEXT})"
_HAS = (
    rf"(?:\s+(?:are\s+)?(?:of|in|on)\s+{_WHOLE}|\s+are\s+there(?:\s+in\s+{_WHOLE})?"
    rf"|\s+(?:does|do|has|have)\s+{_WHOLE}(?:\s+(?:have|contain))?)?\W*"
)
_WHAT_IS = r"what(?:['’]?s|\s+is|\s+are)\s+"
_FORMS: tuple[tuple[Piece, str], ...] = (
    (
        "heading",
        rf"(?:{_WHAT_IS}|(?:list|show|give|name|tell)\s+(?:me\s+)?)?(?:(?:all|of|the|its)\s+)*"
        r"(?:headings|(?:section|chapter)\s+(?:headings|titles|names)|chapters|sections"
        r"|table\s+of\s+contents|toc)",
    ),
    ("heading", r"(?:what|which|how\s+many)\s+(?:headings|chapters|sections)"),
    ("page", rf"(?:how\s+many\s+pages|(?:{_WHAT_IS})?(?:the\s+)?(?:number\s+of\s+pages|page\s+count))"),
    ("other", r"how\s+many\s+(?:words|lines|sentences|paragraphs|characters|tables|figures|pictures)"),
    ("other", rf"{_WHAT_IS}the\s+(?:title|headline|word\s+count)"),
)
_PIECES = tuple((of, re.compile(START + form + _HAS, re.IGNORECASE)) for of, form in _FORMS)


def matter(text: str, *, is_of_collection: bool) -> str | None:
    """What a text asks for the documents about ("Which file is about ferries?"); None for any other.

    More is read as such a request where the text `is_of_collection`, by the classifier.
    """
    forms = (*_NAMING, _LOOSELY) if is_of_collection else _NAMING
    found = (match["sought"] for form in forms if (match := form.fullmatch(text)))
    sought = next(found, "")
    said = words(sought)
    return sought if any(map(counts, said, stems(said))) else None


def piece(text: str) -> Piece | None:
    """What of a document a text asks to be listed or counted; None for any other request."""
    return next((one for one, form in _PIECES if form.fullmatch(text)), None)
