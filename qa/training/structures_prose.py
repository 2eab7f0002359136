"""Questions with answers, opposites, clauses, mail and talk for invented documents."""

from collections.abc import Callable
from typing import Any

from qa.read.spans import Range
from qa.training.structures_draft import Draft
from qa.training.structures_words import data, fill, filled, some

# How a rule says for whom it is ({w}) and for whom it is not ({o}), in one sentence or two.
_SCOPES = (
    "These rules apply to {w}.|They do not apply to {o}.",
    "These rules apply to {w}.|{O} are not covered.",
    "To {d} is open to {w}.|It is not open to {o}.",
    "Who may {d}: {w}.|Not included: {o}.",
    "For {w}.|{O} are excluded.",
    "{W} may {d}.|This does not include {o}.",
    "{W} may {d}.|There is no such right for {o}.",
)
_EXCLUDED = "who may not {d}|who can't {d}|Who is not allowed to {d}?|who is left out|who cannot {d}"
_INCLUDED = "who may {d}|Who can {d}?|who is allowed to {d}|whom is it for"

# Marks of the question and the answer of an FAQ, and whether a blank line stands between them.
_FAQS = (
    ("**{}**", "{}", True),
    ("### {}", "{}", True),
    ("{}", "{}", True),
    ("*{}*", "{}", True),
    ("Q: {}", "A: {}", False),
    ("Question: {}", "Answer: {}", False),
    ("- {}", "{}", False),
)


def faq(draft: Draft) -> None:
    """Questions with answers: the answer is what answers, and the question alone never."""
    chance = draft.chance
    *shown, first, second = chance.sample(data()["faq"], chance.randint(5, 9))
    mark, answer_mark, is_apart = chance.choice(_FAQS)
    draft.block(f"## {draft.pick('FAQ|Questions and answers|Frequently asked questions|You ask, we answer')}")
    for entry in shown:
        known = filled(chance)
        draft.line(mark.format(entry["question"]))
        if is_apart:
            draft.line()
        said = entry["says"].format(**known)
        line = draft.block(answer_mark.format(said))
        exact = draft.part(line, entry["exact"].format(**known))
        for asked in chance.sample([entry["question"], *entry["asks"].split("|")], 2):
            whole = asked == entry["question"]
            draft.ask("faq", asked, [(line[1] - len(said), line[1]) if whole else exact], [line])
    for entry in (first, second):
        draft.silent("faq, not there", chance.choice([entry["question"], *entry["asks"].split("|")]))


def opposites(draft: Draft) -> None:
    """Statements with their opposites beside them, or without: then the opposite is not said."""
    chance = draft.chance
    draft.block(f"## {draft.pick('Rules|House rules|Good to know|Notes|Please note')}")
    mark = chance.choice(("", "", "- ", "* "))
    for pair in chance.sample(data()["opposites"], chance.randint(2, 5)):
        known = filled(chance)
        kept = chance.choice(([0, 1], [0, 1], [1, 0], [0], [1]))
        for half in (pair["halves"][number] for number in kept):
            _statement(draft, "opposites", mark, half, known)
            if chance.random() < 0.3:
                draft.line(mark + fill("{filler}", chance))
        if len(kept) == 1:
            other = pair["halves"][1 - kept[0]]
            draft.silent("opposites, other half", draft.pick(other["asks"], **known))
    draft.line()


def scope(draft: Draft) -> None:
    """Rules that hold for some and not for others, beside another thing that nobody may do."""
    chance = draft.chance
    for rule in chance.sample(data()["scope"], chance.randint(1, 2)):
        known = filled(chance)
        who, beside = rule["who"].format(**known), rule["beside"].format(**known)
        left = chance.sample(rule["out"], chance.randint(1, len(rule["out"])))
        out = " or ".join(filter(None, (", ".join(left[:-1]), left[-1])))
        words = {"d": rule["does"], "w": who, "o": out, "W": _capital(who), "O": _capital(out)}
        said, unsaid = chance.choice(_SCOPES).format(**words).split("|")
        is_told, is_before = chance.random() < 0.7, chance.random() < 0.5
        draft.block(f"## {rule['about']}")
        if is_before:
            draft.line(beside)
        first = draft.line(said)
        last = draft.line(unsaid) if is_told else None
        if not is_before:
            draft.line(beside)
        draft.line()
        draft.ask("scope", draft.pick(_INCLUDED, **words), [_place(draft, first, who)], [first])
        asked = draft.pick(_EXCLUDED, **words)
        if last:
            draft.ask("scope, left out", asked, [_place(draft, last, out)], [last])
        else:
            draft.silent("scope, left out", asked)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _place(draft: Draft, line: Range, words: str) -> Range:
    """Where words stand in a line, whether or not they begin it."""
    start = draft.text.lower().index(words.lower(), line[0])
    return start, start + len(words)


def _statement(draft: Draft, kind: str, mark: str, entry: dict[str, str], known: dict[str, str]) -> Range:
    """A line that says something, and a question for it."""
    line = draft.line(mark + entry["says"].format(**known))
    exact = draft.part(line, entry["exact"].format(**known))
    draft.ask(kind, draft.pick(entry["asks"], **known), [exact], [line])
    return line


def clauses(draft: Draft) -> None:
    """Clauses with numbers below headings."""
    chance = draft.chance
    *shown, first, second = chance.sample(data()["clause"], chance.randint(5, 9))
    part, number = chance.randint(1, 6), 0
    word = fill("{clause}", chance)
    draft.block(f"## {draft.pick('Agreement|Contract|Terms|Conditions|Tenancy agreement')}")
    for clause in shown:
        number += 1
        if number > 1 and chance.random() < 0.4:
            part, number = part + 1, 1
        if number == 1:
            draft.block(f"### {part}. {clause['about']}")
        _clause(draft, clause, f"{part}.{number}", word)
    missing = f"{part}.{number + chance.randint(1, 3)}"
    asks = "What does {w} {c} say?|{w} {c}|what is in {c}"
    draft.silent("clause, no such number", draft.pick(asks, w=word, c=missing))
    for clause in (first, second):
        draft.silent("clause, not there", draft.pick(clause["asks"]))


def _clause(draft: Draft, clause: dict[str, str], code: str, word: str) -> None:
    line = _statement(draft, "clause", f"{code} ", clause, filled(draft.chance))
    draft.line()
    number = line[0], line[0] + len(code)
    if draft.chance.random() < 0.5:
        asked = draft.pick("What does {w} {c} say?|{w} {c}|what is in {c}", w=word, c=code)
        draft.ask("clause by number", asked, [(number[1] + 1, line[1])], [line])
    if draft.chance.random() < 0.3:
        asked = draft.pick(
            "which {w} is about {a}|what {w} deals with {a}", w=word, a=clause["about"].lower()
        )
        draft.ask("clause, which number", asked, [number], [line])


def mail(draft: Draft) -> None:
    """A mail above the one that it answers: what the newer one says holds."""
    chance = draft.chance
    writer, friend = fill("{first} {last}", chance), fill("{first} {last}", chance)
    (what,) = some("errand", chance, 1)
    forms: dict[str, Any] = data()["mail"]
    old, new = filled(chance), filled(chance)
    draft.block(f"## {draft.pick('Re: {x}|AW: {x}|Re: our {x}|Change: {x}', x=what)}")
    draft.line(f"From: {writer}")
    draft.block(f"To: {friend}")
    draft.block(f"Hello {friend.split()[0]},")
    line = draft.line(chance.choice(forms["changes"]).format(x=what, **new))
    thing = fill("{item}", chance)
    brought = draft.block(f"Please bring {thing}. {fill('{filler}', chance)}")
    draft.block(writer.split()[0])
    draft.line(f"On {fill('{day}', chance)} {friend} wrote:")
    draft.line(f"> Dear {writer.split()[0]},")
    draft.line(f"> the {what} is on {old['d']} at {old['t']} in the {old['r']}.")
    draft.block(f"> {fill('{filler}', chance)}")
    for key in "dtr":
        draft.ask("mail", draft.pick(forms[key], x=what), [draft.part(line, new[key])], [line])
    draft.ask("mail", draft.pick(forms["bring"], x=what), [draft.part(brought, thing)], [brought])
    draft.silent("mail, unsaid", draft.pick(forms["unsaid"], x=what))


def talk(draft: Draft) -> None:
    """What several people say of several subjects, with or without times."""
    chance = draft.chance
    names = zip(some("first", chance, 4), some("last", chance, 4), strict=True)
    *speakers, stranger = (" ".join(name) for name in names)
    pairs = [(name, topic) for topic in some("topic", chance, 3) for name in speakers]
    chance.shuffle(pairs)
    count = chance.randint(5, 7)
    forms = ("{n}: {s}", "**{n}:** {s}", "[{t}] {n}: {s}", "{u}: {s}", "{t} {n}: {s}", "- {n}: {s}")
    form = chance.choice(forms)
    draft.block(f"## {draft.pick('Transcript|Minutes of the call|What was said|Recording')}")
    for minute, (name, topic) in enumerate(pairs[:count]):
        remark = chance.choice(data()["remark"])
        known = {**filled(chance), "x": topic, "p": chance.choice(name.split())}
        said = remark["says"] + (f" {fill('{filler}', chance)}" if chance.random() < 0.3 else "")
        time = f"00:{minute * 3:02}"
        line = draft.line(form.format(n=name, u=name.upper(), t=time, s=said.format(**known)))
        exact = draft.part(line, remark["exact"].format(**known))
        draft.ask("talk", draft.pick(remark["asks"], **known), [exact], [line])
        if not minute:
            asked = draft.pick(remark["asks"], x=topic, p=stranger.split()[0])
            draft.silent("talk, other speaker", asked)
    draft.line()
    for name, topic in pairs[count:]:
        asked = draft.pick(chance.choice(data()["remark"])["asks"], p=name.split()[0], x=topic)
        draft.silent("talk, other subject", asked)


PROSE: tuple[Callable[[Draft], None], ...] = (faq, opposites, scope, mail, talk, clauses)
