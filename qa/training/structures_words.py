"""The words of invented documents, and values made of them: prices, times, dates, names."""

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

Column = Callable[[random.Random, int], list[str]]
_DOUBLED = frozenset(("unplug", "scan", "stir"))


@cache
def data() -> dict[str, Any]:
    """What structures.toml holds."""
    return tomllib.loads(files("qa.training").joinpath("data/structures.toml").read_text(encoding="utf-8"))


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of one kind."""
    return tuple(word.strip("\n") for word in data()["words"][name].split("|"))


def some(name: str, chance: random.Random, number: int) -> list[str]:
    """Different words of one kind."""
    return chance.sample(words(name), number)


def fill(form: str, chance: random.Random) -> str:
    """One of the forms between bars, a word or number in place of each `{name}`."""
    return re.sub(r"\{(\w+)\}", lambda match: _word(match[1], chance), chance.choice(form.split("|")))


def _word(name: str, chance: random.Random) -> str:
    return str(chance.randint(1, 90)) if name == "number" else chance.choice(words(name))


def gerund(step: str) -> str:
    """A step as one speaks of it: press the button, pressing the button."""
    verb, _, rest = step.partition(" ")
    stem = verb + verb[-1] if verb in _DOUBLED else verb.removesuffix("e")
    return f"{stem}ing {rest}"


def column(attribute: dict[str, Any]) -> Column:
    """What makes the values of an attribute, all of one look."""
    if "made" in attribute:
        return _MADE[attribute["made"]]
    if "of" in attribute:
        return lambda chance, number: [fill(attribute["of"], chance) for _ in range(number)]

    def measured(chance: random.Random, number: int) -> list[str]:
        unit = chance.choice(attribute["units"].split("|"))
        return [f"{value} {unit}".strip() for value in chance.choices(range(*attribute["range"]), k=number)]

    return measured


def money(chance: random.Random, number: int) -> list[str]:
    """Prices of one currency, whole or with cents."""
    form = chance.choice(("€{}", "{} €", "£{}", "${}", "{} euros", "CHF {}", "{} EUR"))
    cents = chance.choice(("", "", ".50", ".90"))
    top = chance.choice((30, 300, 3000))
    return [form.format(f"{value}{cents}") for value in chance.sample(range(2, top), number)]


def clock(chance: random.Random, number: int) -> list[str]:
    """Times of day."""
    form = chance.choice(("{}:{:02}", "{}.{:02}", "{:02}:{:02}"))
    hours = chance.choices(range(6, 22), k=number)
    return [form.format(hour, chance.choice((0, 10, 15, 20, 30, 40, 45))) for hour in hours]


def dates(chance: random.Random, number: int) -> list[str]:
    """Days of a year."""
    form = chance.choice(("{} {}", "{} {} 2025", "{1} {0}", "{} {} 2026"))
    return [form.format(chance.randint(1, 28), fill("{month}", chance)) for _ in range(number)]


def _phones(chance: random.Random, number: int) -> list[str]:
    area = chance.choice(("01632 {} ", "0{} ", "+44 20 {} ", "({}) 555 ")).format(chance.randint(200, 999))
    return [f"{area}{chance.randint(100, 999)} {chance.randint(100, 999)}" for _ in range(number)]


def _codes(chance: random.Random, number: int) -> list[str]:
    mark = "".join(chance.choices("ABCDEFGHKLMNPRSTVWXZ", k=chance.randint(1, 3)))
    return [f"{mark}-{value}" for value in chance.sample(range(100, 9999), number)]


def _mails(chance: random.Random, number: int) -> list[str]:
    host = fill("{town}", chance).lower()
    return [f"{name.lower()}@{host}.example" for name in some("last", chance, number)]


_MADE: dict[str, Column] = {
    "money": money,
    "clock": clock,
    "dates": dates,
    "phones": _phones,
    "codes": _codes,
    "mails": _mails,
}


def filled(chance: random.Random) -> dict[str, str]:
    """Values for the places of a sentence in structures.toml, by their one letter."""
    rooms = [f"{name.lower()} room" for name in words("room")]
    a, b = chance.sample([*rooms, "garden", "hall", "cellar", "yard"], 2)
    g, h = some("ware", chance, 2)
    w, v = some("day", chance, 2)
    return {
        **{"a": a, "b": b, "r": a, "g": g, "h": h, "w": w, "v": v},
        **{name: fill("{first} {last}", chance) for name in "PQp"},
        "n": str(chance.randint(3, 40)),
        "i": fill("{make}", chance),
        "m": money(chance, 1)[0],
        "d": f"{chance.randint(1, 28)} {fill('{month}', chance)}",
        "t": clock(chance, 1)[0],
        "y": str(chance.randint(1960, 2024)),
        "T": fill("{town}", chance),
    }
