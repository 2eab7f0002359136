"""Questions for a place: "Which clause says that …", "On which page is …", "Where does it say …"; pure.

They are told by a grammar and not as one of the trained kinds. What asks for the place has to be parted from
what is to be found, which takes a grammar anyway, and what only looks like such a question ("Which section of
the bridge collapsed?") differs from it in its grammar.
"""

import re
from typing import NamedTuple


class Wanted(NamedTuple):
    """What a question for a place asks for.

    `unit` is its word for the place ("clause"), "" where any place will do. `sought` is what is to be found,
    "" for what was said before ("Which page is that on?").
    """

    unit: str
    sought: str


# Parts of nothing but texts. A "section" and the others may be parts of something else.
_OF_TEXTS = r"clause|subclause|subsection|paragraph|page|slide|chapter|appendix|annex|by-?law|heading"
_UNIT = rf"(?P<unit>(?P<sure>{_OF_TEXTS})|section|article|rule|provision|passage|part)s?"
TEXT = (
    r"(?:(?:the|this|that|my|our|your|their|her|his)\s+)?(?:\w+\s+)?(?:documents?|text|contract|lease|agreement"
    r"|policy|terms|conditions|handbook|manual|guide|book|report|judge?ment|licen[cs]e|law|act|rules|statutes?"
    r"|treaty|regulations?|file|pdf|letter|minutes|paper|story|novel|leaflet|guideline|by-?laws)"
)
START = (
    r"\W*(?:(?:and|so|but)\s+)?(?:(?:(?:can|could|would)\s+you\s+(?:please\s+)?|please\s+)?(?:tell|show)\s+me\s+"
    r"|do\s+you\s+know\s+|i\s+(?:need|want)\s+to\s+know\s+)?"
)
_NUMBER = r"\s+(?:number|no\.?)(?!\w)"
_WITH_UNIT = re.compile(
    rf"{START}(?P<in>(?:in|on|under|at)\s+)?(?:which|what)\s+{_UNIT}\b(?P<number>{_NUMBER})?"
    rf"(?:\s+(?:of|in)\s+(?:{TEXT}|this|it)\b)?\s*",
    re.IGNORECASE,
)
_WHERE = re.compile(rf"{START}where\b(?:\s+exactly)?(?P<text>\s+in\s+(?:{TEXT}|this)\b)?\s+", re.IGNORECASE)
# What a text does with its matter, and what is done with that there.
SAY = (
    r"(?:say|state|mention|cover|deal\s+with|talk\s+about|speak\s+(?:of|about)|regulate|govern|define|describe"
    r"|explain|discuss|address|refer\s+to|set\s+out|lay\s+down|stipulate|specify|tell\s+(?:\w+\s+)?about)"
)
SAYS = (
    r"(?:says|states|mentions|covers|deals\s+with|is\s+about|applies\s+to|talks\s+about|speaks\s+(?:of|about)|regulates"
    r"|governs|defines|describes|explains|discusses|addresses|concerns|refers\s+to|sets\s+out|lays\s+down"
    r"|provides(?:\s+for)?|stipulates|specifies|tells\s+(?:me|us|you)|tells\s+(?:\w+\s+)?about)"
)
SAID = (
    r"(?:said|stated|mentioned|covered|dealt\s+with|talked\s+about|regulated|governed|defined|described"
    r"|explained|discussed|addressed|referred\s+to|set\s+out|laid\s+down|stipulated|specified)"
)
THAT = r"(?:\s+(?:that|about|anything\s+about|something\s+about))?"
# "What's the clause about pets?", "What is the section number for refunds?". A chapter may be summed up.
_NAMED = re.compile(
    rf"{START}what(?:['’]?s|\s+is|\s+are|\s+was)\s+the\s+(?P<unit>(?:clause|subclause|subsection|paragraph)(?=s?\b)"
    rf"|(?:{_OF_TEXTS}|section)(?={_NUMBER}))(?:s|{_NUMBER})?\s+(?:about|on|for|of|concerning|regarding|covering"
    rf"|dealing\s+with|(?:that|which)\s+(?:{SAYS}){THAT})\s+"
    # "What is the clause on pets about?" asks what it says.
    r"(?P<sought>(?!.*\b(?:about|saying|for)\W*$)\S.*?)\W*",
    re.IGNORECASE | re.DOTALL,
)
IS = r"(?:is|are|was|were)"
FIND = r"(?:can|could|do|should)\s+(?:i|we|you)\s+(?:find|read|see|look\s+up)(?:\s+(?:more\s+)?(?:about|on))?"
_SOUGHT = r"(?P<sought>\S.*?)"
# What follows "in which clause" and "where", then "which clause" alone. What a rule does is a part of what is
# to be found.
_INSIDE = (
    rf"(?:do|does|did)\s+(?:it|this|they|{TEXT})\s+{SAY}{THAT}\s+{_SOUGHT}",
    rf"{IS}\s+it\s+(?:written|{SAID})(?::|{THAT})\s+{_SOUGHT}",
    rf"{IS}\s+(?!.*\bthat\b){_SOUGHT}\s+{SAID}(?:\s+in\s+(?:{TEXT}|this|it))?",
)
_INSIDE_A_TEXT = (
    rf"(?:{IS}|{FIND})\s+{_SOUGHT}",
    r"(?P<sought>(?:do|does|did|has|have|must|may)\s.+?)",
)
_SUBJECT = (
    rf"(?:{SAYS}|{SAY}|are\s+about|apply\s+to|provide(?:\s+for)?){THAT}\s+{_SOUGHT}",
    r"(?P<sought>(?:allow|permit|forbid|prohibit|ban|require|limit)s?\s.+?)",
    rf"(?:{IS}|{FIND})\s+{_SOUGHT}\s+(?:in|on|under|at)",
)
# "Which clause is the longest?" asks for no matter.
_MOST = (
    r"(?:most|least|best|worst|first|last|only|(?:long|short|larg|bigg|small|high|low|old|new|great|earli|hard"
    r"|easi|strict|clear)est)"
)
# Of what is a part of nothing but texts.
_SURE_SUBJECT = (
    rf"{IS}\s+(?P<sought>(?:the|my|our)\s(?!{_MOST}\b).+?)",
    rf"(?:ha(?:s|ve)|(?:contain|list|show|give|include)s?)\s+{_SOUGHT}",
    r"(?P<sought>(?!was\b|is\b|does\b|has\b)[a-z]+s\s(?!do|does|did|is|are|was|were|has|have).+?)",
)
_NUMBERED = (rf"(?:{IS}|has)\s+(?:for\s+|about\s+|under\s+)?(?!it\b|that\b|this\b){_SOUGHT}",)
_BACK = re.compile(
    r"(?:(?:is|was|says|does|did|do|it|you|say|find|get|read|written|from|in|on|under|at|that|this|it"
    rf"|{SAID})\b\W*)*",
    re.IGNORECASE,
)


def wanted(question: str) -> Wanted | None:
    """What a question for a place asks for; None for any other question."""
    forms: tuple[str, ...]
    if named := _NAMED.fullmatch(question):
        return Wanted(named["unit"].casefold(), named["sought"])
    if head := _WITH_UNIT.match(question):
        unit, forms = head["unit"].casefold(), _INSIDE + _INSIDE_A_TEXT if head["in"] else _SUBJECT
        forms += _SURE_SUBJECT if head["sure"] and not head["in"] else ()
        forms += _NUMBERED if head["sure"] and head["number"] else ()
    elif head := _WHERE.match(question):
        unit, forms = "", _INSIDE + _INSIDE_A_TEXT[:1] if head["text"] else _INSIDE
    else:
        return None
    rest = question[head.end() :].rstrip(" ?!.\n")
    if (
        unit != "part"
        and _BACK.fullmatch(rest)
        and (unit or re.search(rf"\b(?:say|state|written|{SAID})\b", rest, re.IGNORECASE))
    ):
        return Wanted(unit, "")
    for form in forms:
        if found := re.fullmatch(form, rest, re.IGNORECASE | re.DOTALL):
            return Wanted(unit, found["sought"])
    return None


def asked_for(unit: str, sought: str) -> str:
    """The question in which place something is said, which `wanted` understands."""
    head = "Where" if not unit else f"On which {unit}" if unit in {"page", "slide"} else f"In which {unit}"
    return f"{head} is it stated: {sought}"
