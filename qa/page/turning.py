"""Statements turned into the questions that they answer, in their own words; pure.

What a statement says of its subject (a time, an agent, a number, a reason) tells what is asked.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from qa.language.names import names_in
from qa.language.statements import COPULAS, DEFINITE, OUTSIDE, PARTNERS, Statement, parted
from qa.language.times import ABOUT, AMOUNT, DURATION, MONEY, NUMBER, SPAN, TIME, WHEN
from qa.language.verbs import past_of

# In words, and in characters: a longer question is read by nobody.
_MOST_WORDS, _LONGEST = 8, 90


class Turned(NamedTuple):
    """A question, what its exact answer looks like, and its form: few of one form are offered."""

    question: str
    answer: re.Pattern[str]
    form: str


_AGENT = re.compile(r"(?:^| )by (?:the |an? )?(?:[a-z-]+ ){0,3}[A-Z]")
_PLACED = re.compile(
    r"(?:located|kept|held|based|stored|situated|displayed|buried|born|found) "
    r"(?=(?:in|at|on|near|under|behind|opposite|outside) )"
)
_CLAUSE_ENDS = re.compile(
    r",(?!\d)|[;:!?()\[\]–—\"“”*|]|\.(?!\d)|(?<=\d) a\.m| - | (?:and|but|or|which|who|that|because|although"
    r"|though|while|whereas|if|unless|when|where|so|as|than)\b"
)
_ROLE = re.compile(
    r"\b[A-Z][\w’'-]+(?: (?:van |de |von )?[A-Z][\w’'-]+)+, the (?P<role>[a-z][\w -]{3,30} of (?:the )?"
    r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)[,.]"
)
_LIFE = re.compile(
    r"^(?P<name>[A-Z][\w’'. -]{4,40}) \((?:[^()]*\d{4} ?[–-]|born )[^()]*\) (?P<be>is|was) (?:an?|the) "
)
_ADVERB = re.compile(
    r" (?:shortly|early|late|soon|only|again|(?!(?:rep|app|supp|re|f|comp|imp|multip)ly)\w+ly)\?$"
)
_CUT = re.compile(r" (?:to|of|at|by|for|from|with|the|an?|not)\?$")
# Verbs that say where somebody is.
_STAYING = frozenset("live stand sit lie sleep stay land arrive work meet hang settle hide grow".split())
_OBJECT = re.compile(rf"(?:the|an?|all|every|that) |{NUMBER} |[A-Z]|\w+ \w+s\b")
_PRONOUNS = frozenset(
    "it its them him his her us me you this these those theirs one itself himself herself".split()
)
_PARTICLE = re.compile(r" (?:down|up|off|out|away|back|over|by|in|on)$")
_LIMITED = re.compile(rf"\b(?:no more than|at most|only|up to|{NUMBER})\b")
_NO_OBJECT = frozenset("have be go come take get think say marry last cost weigh become".split())
_MARKED = re.compile(
    r"\b(?:only|main|chief|next|usual|normal|average|total|maximum|minimum|least|largest|\w{3,}est)\b"
)
_PERSONS = re.compile(
    r"(?:[\w-]+(?:or|er|ant|ent|ist|ee|ian)s?|people|staff|children|parents|landlord|committee|council|board"
    r"|court|government|company|team|firm|police|members)$",
    re.IGNORECASE,
)
# With "may", these tell a guess about what happens and no leave to do it.
_HAPPENING = frozenset(
    "have be seem become fail cause take contain include lead occur affect change need appear vary feel look "
    "result help".split()
)
_NAMED, _PHRASE, _ANY = re.compile(r"[A-Z]"), re.compile(r"\S+ \S+"), re.compile(r"\w")


def turned(sentence: str, known: frozenset[str]) -> Iterator[Turned]:
    """The questions that a sentence answers, the best first; `known` are the words that are names."""
    statement = parted(sentence, known)
    made = [_who_is(sentence), _who_was(sentence), *(rule(statement) for rule in _RULES if statement)]
    for one in filter(None, made):
        question = _ADVERB.sub("?", one.question)
        if len(question) <= _LONGEST and not _points_outside(question) and not _is_cut(question, one.form):
            yield one._replace(question=question)


def _is_cut(question: str, form: str) -> bool:
    return form in ("Who", "whether", "why") and _CUT.search(question) is not None


def _points_outside(question: str) -> bool:
    words = re.findall(r"\w+", question.casefold())[2:]
    return bool((OUTSIDE - {"first", "second", "third", "last", "only", "not"}).intersection(words))


def _clause(words: str) -> str:
    found = _CLAUSE_ENDS.search(words)
    return (words[: found.start()] if found else words).strip()


def _question(*words: str) -> str:
    return f"{' '.join(' '.join(words).split())}?"


def _is_short(words: str) -> bool:
    return len(words.split()) <= _MOST_WORDS


def _why(one: Statement) -> Turned | None:
    what, because, _ = one.rest.partition(" because ")
    what = what.rstrip(",")
    if not because or _CLAUSE_ENDS.search(what) or not _is_short(what):
        return None
    return Turned(_question("Why", one.auxiliary, one.subject, one.verb, what), _PHRASE, "why")


def _when(one: Statement) -> Turned | None:
    return _before(one, TIME, "When", WHEN)


def _how_long(one: Statement) -> Turned | None:
    return _before(one, DURATION, "How long", AMOUNT)


def _before(one: Statement, said: re.Pattern[str], word: str, answer: re.Pattern[str]) -> Turned | None:
    """What is said before a time or a duration."""
    clause = _clause(one.rest)
    found = said.search(clause)
    what = clause[: found.start()] if found else ""
    if (
        not found
        or not _is_short(what)
        or " not " in f" {what}"
        or not (what or one.verb or one.auxiliary in COPULAS)
    ):
        return None
    return Turned(_question(word, one.auxiliary, one.subject, one.verb, what), answer, word)


def _who_by(one: Statement) -> Turned | None:
    done = _clause(one.rest).split(" by ")[0]
    past = past_of(done)
    if past and one.auxiliary in ("was", "were") and _AGENT.match(one.rest[len(done) :]):
        return Turned(_question("Who", past, one.subject), _NAMED, "Who")
    return None


def _who_is(sentence: str) -> Turned | None:
    """Who has a role that is named after somebody: "Anna Reid, the keeper of Oban Light, …"."""
    found = _ROLE.search(sentence)
    return Turned(f"Who is the {found['role']}?", _NAMED, "Who") if found else None


def _who_was(sentence: str) -> Turned | None:
    """Who somebody is of whom a life is told: a name alone may be a firm's."""
    found = _LIFE.match(sentence)
    return Turned(f"Who {found['be']} {found['name']}?", _PHRASE, "Who") if found else None


def _who(one: Statement) -> Turned | None:
    clause = _clause(one.rest)
    if said := TIME.search(clause):
        clause = clause[: said.start()]
    if one.auxiliary != "did" or not DEFINITE.match(one.rest) or not _is_short(clause) or one.verb == "have":
        return None
    names = {name.text: name.kinds for name in names_in(f"{one.subject} {one.written} {one.rest}")}
    is_person = " " in one.subject and "person" in names.get(one.subject, ())
    if is_person or (one.subject.startswith("the ") and _PERSONS.search(one.subject)):
        return Turned(_question("Who", one.written, clause), _NAMED if is_person else _ANY, "Who")
    return None


def _how_much(one: Statement) -> Turned | None:
    """How much, how long, or what a number is of."""
    clause, begin = _clause(one.rest), rf"{ABOUT}{NUMBER} ?"
    what = (one.auxiliary, one.subject, one.verb)
    if one.auxiliary not in COPULAS and one.verb not in ("cost", "last", "take", "weigh", "measure", "run"):
        return None
    if re.match(rf"{begin}{SPAN}", clause):
        return Turned(_question("How long", *what), AMOUNT, "How long")
    if re.match(rf"{begin}{MONEY}|{ABOUT}[€£$]\d", clause) or (
        one.verb in ("weigh", "cost") and AMOUNT.match(clause)
    ):
        return Turned(_question("How much", *what), AMOUNT, "How much")
    return None


def _how_many(one: Statement) -> Turned | None:
    found = re.match(
        rf"{ABOUT}{NUMBER} (?P<what>(?:[a-z-]+ )?(?:[a-z-]+s|people|children|staff))"
        r"(?= (?:in|on|at|to|for|from|by|with)\b|$)",
        _clause(one.rest),
    )
    if not found or not one.verb or one.verb in ("cost", "last", "weigh", "measure", "have"):
        return None
    if re.match(SPAN, found["what"]) or re.match(MONEY, found["what"]):
        return None
    return Turned(
        _question("How many", found["what"], one.auxiliary, one.subject, one.verb), AMOUNT, "How many"
    )


def _where(one: Statement) -> Turned | None:
    placed = _PLACED.match(one.rest)
    if one.auxiliary in COPULAS and placed:
        return Turned(_question("Where", one.auxiliary, one.subject, placed[0]), _PHRASE, "Where")
    if one.verb in _STAYING and re.match(r"(?:in|on|at|near|under|behind) (?:the|an?|[A-Z])", one.rest):
        return (
            None
            if TIME.match(one.rest)
            else Turned(_question("Where", one.auxiliary, one.subject, one.verb), _PHRASE, "Where")
        )
    return None


def _what_is(one: Statement) -> Turned | None:
    """What something is that has a name, or that is the only or the largest of its kind."""
    if one.auxiliary not in ("is", "was") or not (_MARKED.search(one.subject) or _is_name_of_thing(one)):
        return None
    if not re.match(r"(?:an?|the|one of the) (?!\w+ ones?\b)\S+ \S+|[A-Z\d]", one.rest):
        return None
    return Turned(_question("What", one.auxiliary, one.subject), _ANY, "What is")


def _is_name_of_thing(one: Statement) -> bool:
    names = {name.text: name.kinds for name in names_in(f"The {one.subject} {one.auxiliary} {one.rest}")}
    plain = {name.text: name.kinds for name in names_in(f"{one.subject} {one.auxiliary} {one.rest}")}
    name = one.subject.removeprefix("the ")
    if re.match(r"(?:[A-Z]\S+ ){2,}of ", one.subject):
        return False  # somebody of somewhere, it may be
    return "person" not in (names if name != one.subject else plain).get(name, {"person"})


def _whether(one: Statement) -> Turned | None:
    clause = _clause(one.rest).removeprefix("not ")
    first, _, others = clause.partition(" ")
    if (
        one.auxiliary not in ("may", "can")
        or TIME.search(clause)
        or DURATION.search(clause)
        or _LIMITED.search(clause)
        or not others
        or not _is_short(clause)
        or first in _HAPPENING
    ):
        return None
    return Turned(_question(one.auxiliary.capitalize(), one.subject, clause), _ANY, "whether")


def _what_must(one: Statement) -> Turned | None:
    first, _, others = _clause(one.rest).partition(" ")
    if (
        one.auxiliary not in ("must", "should", "shall")
        or first in ("not", "have")
        or not DEFINITE.match(others)
    ):
        return None
    if not _PERSONS.search(one.subject):
        return None
    return Turned(_question("What", one.auxiliary, one.subject, first), _PHRASE, "What must")


def _is_object(words: str) -> bool:
    """Whether what stands behind a verb is its object: no pronoun, and no word of the verb's at its end."""
    clause = _clause(words)
    return bool(_OBJECT.match(words)) and not (
        _PARTICLE.search(clause) or _PRONOUNS.intersection(clause.split()[:2])
    )


def _what_has(one: Statement) -> Turned | None:
    done, _, what = one.rest.partition(" ")
    if one.auxiliary not in ("has", "have") or done == "been" or not past_of(done) or not _is_object(what):
        return None
    return Turned(_question("What", one.auxiliary, one.subject, done), _PHRASE, "What does")


def _what_does(one: Statement) -> Turned | None:
    partner = PARTNERS.get(one.verb, "")
    if partner and one.rest.startswith(f"{partner} "):
        return Turned(_question("What", one.auxiliary, one.subject, one.verb, partner), _PHRASE, "What does")
    if not one.verb or one.verb in _NO_OBJECT or not _is_object(one.rest):
        return None
    return Turned(_question("What", one.auxiliary, one.subject, one.verb), _PHRASE, "What does")


_RULES: tuple[Callable[[Statement], Turned | None], ...] = (
    _why, _when, _how_long, _who_by, _who, _how_much, _how_many, _where, _what_is, _whether, _what_must,
    _what_has, _what_does,
)  # fmt: skip
