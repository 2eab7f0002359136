"""Lists, steps and opening hours for invented documents."""

from collections.abc import Callable, Sequence

from qa.read.spans import Range
from qa.training.structures_draft import Draft
from qa.training.structures_words import data, fill, gerund, some, words

_FOLLOWS = "What comes after {s}?|next step after {s}|I'm done {s}, what now|what do i do after {s}"
_LEADS = "What do I do before {s}?|what comes right before {s}"
_HOW = "How do I {j} the {m}?|steps to {j} the {m}|{j} {m}"
_OPEN = (
    "Are you open on {d}?|{p} {d} hours|opening times {d}|is the {p} open {d}s|When can I come on a {d}?"
    "|what time does the {p} open on {d}"
)


def lists(draft: Draft) -> None:
    """One to three lists behind an introduction; each answers as a whole."""
    chance = draft.chance
    event, stranger = some("event", chance, 2)
    items = some("item", chance, 21)
    kinds = chance.sample(data()["list"], chance.choice((1, 1, 2, 3)))
    draft.block(f"## {event.capitalize()}")
    for kind in kinds:
        draft.line(draft.pick(kind["introductions"], e=event))
        if chance.random() < 0.5:
            draft.line()
        answers, lines = _items(draft, [items.pop() for _ in range(chance.randint(2, 7))])
        for question in chance.sample(kind["asks"].split("|"), 2):
            draft.ask("list", question.format(e=event), answers, lines)
        draft.silent("list, no such subject", draft.pick(kind["asks"], e=stranger))
    if len(kinds) == 1:
        draft.silent("list, opposite", draft.pick(kinds[0]["opposite"], e=event))


def _items(draft: Draft, items: Sequence[str]) -> tuple[list[Range], list[Range]]:
    """Items with marks; the ranges of their words, and of their lines."""
    mark = draft.chance.choice(("- ", "* ", "{}. ", "{}) ", "• ", "  - "))
    lines = [draft.line(mark.format(number) + item) for number, item in enumerate(items, 1)]
    draft.line()
    return [(end - len(item), end) for item, (_, end) in zip(items, lines, strict=True)], lines


def steps(draft: Draft) -> None:
    """Steps in their order: what comes first, after and before another, and all of them."""
    chance = draft.chance
    machine, stranger = some("machine", chance, 2)
    job, other_job = some("job", chance, 2)
    own = some("step", chance, chance.randint(4, 8))
    draft.block(f"## {draft.pick('{m}: how to {j} it|To {j} the {m}|{m}', m=machine, j=job).capitalize()}")
    introductions = "To {j} the {m}:|Follow these steps to {j} the {m}:|How to {j} the {m}:"
    draft.block(draft.pick(introductions, m=machine, j=job))
    ending = chance.choice(("", "."))
    found, lines = _items(draft, [f"{step[0].upper()}{step[1:]}{ending}" for step in own])
    answers = [(start, end - len(ending)) for start, end in found]
    done = [gerund(step) for step in own]
    place = chance.randrange(1, len(own))
    first = draft.pick("first step to {j} the {m}|what do i do first to {j} the {m}", j=job, m=machine)
    draft.ask("steps", draft.pick(_HOW, j=job, m=machine), answers, lines)
    for kind, asked, number in (
        ("next", draft.pick(_FOLLOWS, s=done[place - 1]), place),
        ("before", draft.pick(_LEADS, s=done[place]), place - 1),
        ("first", first, 0),
    ):
        draft.ask(f"steps, {kind}", asked, [answers[number]], [lines[number]])
    draft.silent("steps, after the last", draft.pick(_FOLLOWS, s=done[-1]))
    draft.silent("steps, other subject", draft.pick(_HOW, j=job, m=stranger))
    draft.silent("steps, other job", draft.pick(_HOW, j=other_job, m=machine))


def hours(draft: Draft) -> None:
    """Opening hours by day; some days share a line, and some stay unsaid."""
    chance = draft.chance
    place = fill("{opened}", chance)
    draft.block(f"## {draft.pick('Opening hours|Hours|When we are open|Opening times')} ({place})")
    cuts = sorted(chance.sample(range(1, 7), chance.randint(2, 5)))
    form = chance.choice(("{}: {}", "{}  {}", "- {}: {}", "| {} | {} |", "* {} {}"))
    dash = chance.choice(("–", "-", " to "))
    letters = chance.choice((3, 9, 9))
    for start, end in zip([0, *cuts], [*cuts, 7], strict=True):
        day = chance.choice(words("day")[start:end])
        asked = draft.pick(_OPEN, p=place, d=day)
        if chance.random() < 0.15:
            draft.silent("hours, unsaid day", asked)
            continue
        value = "closed" if chance.random() < 0.2 else _times(draft) + dash + _times(draft, 12)
        line = draft.line(form.format(_days(draft, start, end, letters), value))
        draft.ask("hours", asked, [draft.part(line, value)], [line])
    draft.line()
    feasts = "{p} hours on christmas eve|are you open on public holidays|is the {p} open at new year"
    draft.silent("hours, unsaid day", draft.pick(feasts, p=place))


def _times(draft: Draft, later: int = 0) -> str:
    return f"{draft.chance.randint(7, 11) + later}:{draft.chance.choice(('00', '30'))}"


def _days(draft: Draft, start: int, end: int, letters: int) -> str:
    """The days of a line, the first and last of several."""
    first, last = words("day")[start][:letters], words("day")[end - 1][:letters]
    return first if end - start == 1 else first + draft.chance.choice((" to ", "–", " - ")) + last


LISTS: tuple[Callable[[Draft], None], ...] = (lists, lists, steps, hours)
