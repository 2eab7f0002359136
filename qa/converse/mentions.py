"""What a text speaks of: names and noun phrases, and which pronoun can stand for each.

Two small models help, both over the letters of words: how likely a word is a verb (it ends a noun phrase)
and which of he, she, it and they is said of a name or a noun ("Greta", "sister", "company", "frogs").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa.converse.weights import Floats, shipped
from qa.converse.words import AUXILIARIES, DETERMINERS, MODALS
from qa.language.names import DATE, DO, Word, words_of

# From this probability on a word ends a noun phrase, or begins none.
_VERB = 0.5
# Where a verb must come, this is enough.
_MAYBE_VERB = 0.15
_TITLES = frozenset("mr mrs ms dr prof st".split())
_PARTICLES = frozenset("of the de la da di du van von der den del".split())
# After these a word without an article is no noun.
_NO_NOUN_AFTER = frozenset("how so too very not to he she they we you i it there more most as if".split())
_JOINED = re.compile(r",? and (?:the |his |her |its |their )?")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a noun phrase, without its article.

    `determiner` is the article or possessive before it ("s" after a genitive), `before` the word before
    that, `role` the noun before a name ("the forester Karl Binder").
    """

    text: str
    start: int
    words: tuple[Word, ...]
    is_name: bool
    determiner: str = ""
    before: str = ""
    role: str = ""

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.start + len(self.text)

    @property
    def key(self) -> tuple[str, ...]:
        """What two mentions of the same thing share."""
        return tuple(word.low for word in self.words)


def mentions_in(text: str) -> list[Mention]:
    """The names and noun phrases of a text, in order; "A and B" gives itself, then A, then B."""
    words = words_of(text)
    # In a title or a shout capitals tell nothing.
    shouted = len(words) > 2 and all(word.text[0].isupper() for word in words)
    dates = {place for date in DATE.finditer(text) for place in range(*date.span())}
    found: list[Mention] = []
    place = 0
    while place < len(words):
        first = place + (words[place].low in DETERMINERS or _is_genitive(text, words, place))
        last = first
        while last < len(words) and _goes_on(text, words, first, last, shouted, dates):
            last += 1
        last = _until_verb(words, place, first, last, shouted)
        if last > first:
            found.append(_mention(text, words, place, first, last, shouted))
        place = max(last, first, place + 1)
    return list(_with_pairs(text, found))


def said_of(mention: Mention) -> Floats:
    """The probabilities that he, she, it and they are said of it."""
    return _softmax(shipped("pronouns").logits(pronoun_features(mention)))


def pronoun_features(mention: Mention) -> list[str]:
    """What the model for pronouns sees: the letters of head, first word and role, and the shape."""
    head = mention.words[-1]
    low = head.low
    features = [
        f"head {low}",
        *(f"head -{low[-length:]}" for length in (1, 2, 3)),
        f"name {mention.is_name} {low.endswith('s')}",
        f"determiner {mention.determiner}",
        f"words {min(len(mention.words), 4)}",
        f"capitals {len(head.text) > 1 and head.text.isupper()}",
        f"inner capital {any(not word.text[1:].islower() and len(word.text) > 1 for word in mention.words)}",
        f"digit {any(word.text[0].isdigit() for word in mention.words)}",
        f"pair {' and ' in mention.text}",
    ]
    if mention.is_name:
        # A given name comes first, or after a title.
        for place, name in enumerate(mention.words[:2]):
            given = f"given {place}"
            features += [f"{given} {name.low}", *(f"{given} -{name.low[-size:]}" for size in (1, 2, 3, 4))]
            features += [f"{given} {name.low[:2]}-", f"{given} {name.low[:3]}-"]
        features += [f"role {mention.role}"] * bool(mention.role)
    return features


@lru_cache(maxsize=50_000)
def verb_probability(word: str) -> float:
    """How likely a word in lower case is a verb."""
    logit = float(shipped("verbs").logits(verb_features(word))[0])
    return float(1.0 / (1.0 + np.exp(-logit)))


def is_verb(word: Word) -> bool:
    """Whether a word is rather a verb than a noun."""
    return word.is_content and verb_probability(word.low) >= _VERB


def verb_features(word: str) -> list[str]:
    """What the model for verbs sees: the word and its endings."""
    return ["always", word, *(f"-{word[-length:]}" for length in (1, 2, 3, 4))]


def is_capital(word: Word) -> bool:
    """Whether a word is written as a name's."""
    return word.is_content and not word.text.islower() and not word.text[0].isdigit()


def between(text: str, words: Sequence[Word], place: int) -> str:
    """What separates a word from the one before; a full stop before the first."""
    return text[words[place - 1].end : words[place].start] if place else "."


def _until_verb(words: Sequence[Word], place: int, first: int, last: int, shouted: bool) -> int:
    """Where a phrase ends that was read over its verb: "did the Beatles tour Japan"."""
    if last - first < 2:
        return last
    if _takes_a_verb(words, place) and may_be_verb(words[last - 1]):
        return last - 1
    capital = not shouted and first > 0 and is_capital(words[first])
    small = next((spot for spot in range(first, last) if not is_capital(words[spot])), last)
    goes_on = any(is_capital(word) for word in words[small:last])
    return small if capital and goes_on and words[small].text.islower() and words[small].is_content else last


def _takes_a_verb(words: Sequence[Word], place: int) -> bool:
    """Whether what begins here is the subject of "does" or "may", so that its verb follows."""
    return place > 0 and words[place - 1].low in DO | MODALS


def may_be_verb(word: Word) -> bool:
    """Whether a word is a verb where one must come."""
    return word.text.islower() and verb_probability(word.low) >= _MAYBE_VERB


def _is_genitive(text: str, words: Sequence[Word], place: int) -> bool:
    return words[place].low == "s" and between(text, words, place) in {"'", "’"}


def _goes_on(
    text: str, words: Sequence[Word], first: int, place: int, shouted: bool, dates: set[int]
) -> bool:
    """Whether a phrase that begins at `first` takes in the word at `place`."""
    word, gap = words[place], between(text, words, place)
    if word.start in dates:
        return False
    if place > first:
        before = words[place - 1]
        if gap != " " and not (gap == ". " and (len(before.text) == 1 or before.low in _TITLES)):
            return False
    elif first and words[first - 1].low in DETERMINERS and gap != " ":
        return False
    capital = is_capital(word) and not shouted
    if not word.is_content:
        following = words[place + 1] if place + 1 < len(words) else None
        inside = place > first and is_capital(words[place - 1]) and word.low in _PARTICLES
        return bool(inside and following and is_capital(following) and not shouted)
    if capital or (place > first and word.text[0].isdigit() and _numbers(text, words, place)):
        return True
    return _is_noun(words, first, place, shouted)


def _numbers(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether a number belongs to the noun before it ("Ember 60"), not to the one after."""
    following = words[place + 1] if place + 1 < len(words) else None
    if following is None or between(text, words, place + 1) != " " or not following.is_content:
        return True
    return is_capital(following) or may_be_verb(following)


def _is_noun(words: Sequence[Word], first: int, place: int, shouted: bool) -> bool:
    """Whether a word in lower case belongs to a noun phrase: no verb, and not after a name that is whole."""
    word = words[place]
    determined = first > 0 and words[first - 1].low in DETERMINERS | {"s"}
    if place == first:
        before = words[place - 1].low if place else ""
        return determined or (not is_verb(word) and before not in _NO_NOUN_AFTER)
    run = words[first:place]
    if any(map(is_capital, run)) and not shouted and not (determined and all(map(is_capital, run))):
        # "Karl Binder found": a name goes on in lower case only after an article, as in "the Halden dairy".
        return first == 0 and place == 1 and not is_verb(word)
    return not is_verb(word)


def _mention(text: str, words: Sequence[Word], place: int, first: int, last: int, shouted: bool) -> Mention:
    run = words[first:last]
    capitals = [spot for spot, word in enumerate(run) if is_capital(word) and not shouted]
    is_name = bool(capitals) and not (
        len(capitals) == 1 and first == place and _is_chance_capital(text, words, first, last)
    )
    role = ""
    if is_name and not capitals[0] and len(capitals) > 1 and 1 not in capitals and first == place:
        # "Lead author Birgit Solheim" at the start of a sentence.
        capitals = capitals[1:]
    if is_name and capitals[0]:
        role, run = run[capitals[0] - 1].low, run[capitals[0] :]
    determiner = words[place].low if first > place else ""
    before = words[place - 1].low if place else ""
    start = run[0].start
    return Mention(text[start : run[-1].end], start, tuple(run), is_name, determiner, before, role)


def _is_chance_capital(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """Whether the capital may come from the start of the sentence: not when a subject's verb follows."""
    if (first and between(text, words, first) in {" ", ", "}) or not words[first].text[1:].islower():
        return False
    if last - first > 1 or last == len(words):
        return not words[first].text[-1].isdigit()
    following = words[last]
    gap = between(text, words, last)
    subject = following.low in AUXILIARIES | {"and"} or is_verb(following)
    return not (gap[:1] in {"'", "’"} or gap == ", " or (gap == " " and subject))


def _with_pairs(text: str, found: Sequence[Mention]) -> Iterator[Mention]:
    for mention, following in zip(found, [*found[1:], None], strict=False):
        if following and mention.is_name and following.is_name:
            gap = text[mention.end : following.start]
            if _JOINED.fullmatch(gap):
                whole = text[mention.start : following.end]
                yield Mention(
                    whole,
                    mention.start,
                    (*mention.words, *following.words),
                    True,
                    mention.determiner,
                    mention.before,
                )
        yield mention


def _softmax(logits: Floats) -> Floats:
    shares = np.exp(logits - logits.max())
    whole: Floats = shares / shares.sum()
    return whole
