"""Things with attributes as tables, sections below headings, lines of key and value, and price lists."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from index.text.tables import cells
from qa.read.spans import Range
from qa.training.structures_draft import Draft
from qa.training.structures_words import column, data, fill, some

_KEYS = ("{}: {}", "**{}:** {}", "- {}: {}", "{} — {}", "{} .... {}", "* **{}**: {}")
_PRICES = ("{}: {}", "- {}: {}", "{} ..... {}", "{} – {}", "* {}, {}", "{}\t{}")
_DRAWN = 60

# Of a thing and an attribute the line and the exact place of the value.
Places = dict[tuple[int, str], tuple[Range, Range]]


class Thing(NamedTuple):
    """How a thing is written in a document, how a question calls it, and by which part of its name."""

    name: str
    asked: str
    part: str


class Records(NamedTuple):
    """Things of a kind, how each attribute is called, each value, and what the document does not have."""

    kind: dict[str, str]
    things: list[Thing]
    names: dict[str, str]
    values: dict[tuple[int, str], str]
    strangers: list[Thing]
    missing: list[str]


def records(draft: Draft, least: int, most: int) -> Records:
    """Things of a kind that is new to the document; they share no word by which a question may call them."""
    chance = draft.chance
    kind = chance.choice([kind for kind in data()["kind"] if kind["one"] not in draft.kinds])
    draft.kinds.add(kind["one"])
    things = _things(kind, chance)
    wanted = chance.randint(least, most)
    strangers, things = things[wanted : wanted + 5], things[:wanted]
    attributes = kind["attributes"].split()
    kept = chance.sample(attributes, min(len(attributes) - 1, chance.randint(2, 6)))
    names = {name: draft.pick(data()["attribute"][name]["names"]) for name in attributes if name in kept}
    called = list(names.values())
    names = {name: name.capitalize() if called.count(one) > 1 else one for name, one in names.items()}
    values = {
        (number, name): value
        for name in names
        for number, value in enumerate(column(data()["attribute"][name])(chance, len(things)))
    }
    missing = [name for name in attributes if name not in names]
    return Records(kind, things, names, values, strangers, missing)


def _things(kind: dict[str, str], chance: random.Random) -> list[Thing]:
    things: list[Thing] = []
    known: set[str] = set()
    for _ in range(_DRAWN):
        places = set(re.findall(r"\{(\w+)\}", kind["name"] + kind["asked"])) - {"town", "other"}
        parts = {name: fill(f"{{{name}}}", chance) for name in sorted(places)}
        parts["town"], parts["other"] = some("town", chance, 2)
        name, asked, part = (
            chance.choice(kind[form].split("|")).format(**parts) for form in ("name", "asked", "part")
        )
        words = set((part if kind["one"] == "course" else f"{name} {part}").lower().split()) - {
            "the",
            "–",
            "to",
        }
        if not words & known - {"room"}:
            known |= words
            things.append(Thing(name[0].upper() + name[1:], asked, part))
    return things


def table(draft: Draft) -> None:
    """A table with a row for each thing, or now and then with a column for each."""
    found = records(draft, 3, 9)
    title, one = found.kind["title"], found.kind["one"]
    head = draft.chance.choice((one.capitalize(), "Name", title, ""))
    rows = [
        [thing.name, *(found.values[number, name] for name in found.names)]
        for number, thing in enumerate(found.things)
    ]
    grid = [[head, *found.names.values()], *rows]
    is_turned = len(found.things) < 6 and draft.chance.random() < 0.2
    draft.block(f"## {draft.pick('{t}|Our {u}|Overview|List', t=title, u=title.lower())}")
    lines = _written(draft, [list(one) for one in zip(*grid, strict=True)] if is_turned else grid)
    places: Places = {}
    for number in range(len(found.things)):
        for place, name in enumerate(found.names):
            line = lines[place if is_turned else number]
            places[number, name] = line, _cell(draft, line, (number if is_turned else place) + 1)
    kind = "table by columns" if is_turned else "table"
    _ask(draft, kind, found, places)
    if not is_turned:
        _ask_back(draft, kind, found, lines, [_cell(draft, line, 0) for line in lines])


def _cell(draft: Draft, line: Range, place: int) -> Range:
    start, end = cells(draft.text[slice(*line)])[place]
    return line[0] + start, line[0] + end


def _written(draft: Draft, grid: Sequence[Sequence[str]]) -> list[Range]:
    """A grid as Markdown has it, or as pages are read; the ranges of the rows below its head."""
    first, last = draft.chance.choice((("| ", " |"), ("", "")))
    lines = [draft.line(first + " | ".join(grid[0]) + last)]
    draft.line(first + " | ".join(["---"] * len(grid[0])) + last)
    lines = [draft.line(first + " | ".join(row) + last) for row in grid[1:]]
    draft.line()
    return lines


def sections(draft: Draft) -> None:
    """Sections of one shape, told apart by their headings alone; some lack what others have."""
    found = records(draft, 2, 5)
    chance = draft.chance
    form = chance.choice((*_KEYS, "The {} is {}."))
    ending = (
        "" if found.kind["one"] == "person" else chance.choice(("", f" ({found.kind['one']})", " details"))
    )
    left_out = {place for place in found.values if chance.random() < 0.2}
    places: Places = {}
    for number, thing in enumerate(found.things):
        draft.block(f"## {thing.name}{ending}")
        for name in found.names:
            if (number, name) not in left_out:
                places[number, name] = _pair(draft, form, found.names[name], found.values[number, name])
        draft.line()
    _ask(draft, "section", found, places)
    for number, name in chance.sample(sorted(left_out), min(3, len(left_out))):
        draft.silent("section, other's attribute", _asked(draft, name, found.things[number]))


def sheet(draft: Draft) -> None:
    """One thing, named by the heading: lines of key and value."""
    found = records(draft, 1, 1)
    form = draft.chance.choice(_KEYS)
    draft.block(f"## {found.things[0].name}")
    places = {
        (0, name): _pair(draft, form, called, found.values[0, name]) for name, called in found.names.items()
    }
    draft.line()
    _ask(draft, "key and value", found, places)


def price_list(draft: Draft) -> None:
    """A line for each thing with one value."""
    found = records(draft, 4, 10)
    name = "price" if "price" in found.names else next(iter(found.names))
    missing = found.missing + [other for other in found.names if other != name]
    found = found._replace(names={name: found.names[name]}, missing=missing)
    title = f"{found.kind['title']}: {found.names[name].lower()}"
    draft.block("## Prices" if name == "price" else f"## {title}")
    form = draft.chance.choice(_PRICES)
    places = {
        (number, name): _pair(draft, form, thing.name, found.values[number, name])
        for number, thing in enumerate(found.things)
    }
    draft.line()
    _ask(draft, "price list", found, places)
    lines = [line for line, _ in places.values()]
    names = [draft.part(line, thing.name) for line, thing in zip(lines, found.things, strict=True)]
    _ask_back(draft, "price list", found, lines, names)


def _pair(draft: Draft, form: str, called: str, value: str) -> tuple[Range, Range]:
    """A line of key and value; the ranges of the line and the value."""
    called = called.lower() if form.startswith("The") else called
    line = draft.line(form.format(called, value))
    start = line[0] + form.format(called, "\0").index("\0")
    return line, (start, start + len(value))


def _asked(draft: Draft, attribute: str, thing: Thing) -> str:
    """A question for an attribute of a thing, often by part of its name."""
    part = thing.part if draft.chance.random() < 0.7 else thing.name
    asked = thing.asked if draft.chance.random() < 0.7 else thing.part
    forms = data()["attribute"][attribute]["asks"]
    return draft.pick(forms, x=asked, p=part.removeprefix("the "))


def _ask(draft: Draft, kind: str, found: Records, places: Places) -> None:
    """Ask for some values, and next to them for what is not there."""
    chance = draft.chance
    for place in chance.sample(sorted(places), min(len(places), chance.randint(4, 6))):
        line, value = places[place]
        draft.ask(kind, _asked(draft, place[1], found.things[place[0]]), [value], [line])
    for name in chance.sample(found.missing, min(len(found.missing), chance.randint(1, 2))):
        draft.silent(f"{kind}, no such column", _asked(draft, name, chance.choice(found.things)))
    for thing in found.strangers[: chance.randint(1, 2)]:
        draft.silent(f"{kind}, no such row", _asked(draft, chance.choice(sorted(found.names)), thing))


def _ask_back(
    draft: Draft, kind: str, found: Records, lines: Sequence[Range], names: Sequence[Range]
) -> None:
    """Ask which thing has a value."""
    chance = draft.chance
    able = [name for name in found.names if "backwards" in data()["attribute"][name]]
    for name in chance.sample(able, min(2, len(able))):
        attribute: dict[str, Any] = data()["attribute"][name]
        values = [found.values[number, name] for number in range(len(found.things))]
        number = chance.randrange(len(values))
        if values.count(values[number]) == 1 and chance.random() < 0.7:
            question = draft.pick(attribute["backwards"], k=found.kind["one"], v=values[number])
            draft.ask(f"{kind}, which row", question, [names[number]], [lines[number]])
        other = column(attribute)(chance, 1)[0]
        if other not in draft.text and chance.random() < 0.5:
            question = draft.pick(attribute["backwards"], k=found.kind["one"], v=other)
            draft.silent(f"{kind}, no such value", question)


RECORDS: tuple[Callable[[Draft], None], ...] = (table, table, sections, sheet, price_list)
