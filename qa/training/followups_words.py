"""What documents teach about words: which are verbs, and which pronoun is said of a name or a noun.

No text is labelled by hand. A word after "will", "to" or "they" is taken for a verb, after an article for
none. When a sentence begins with "She", what the sentence before began with is taken for a "she". First
names, titles and the names of firms and towns of many countries come from the package faker.
"""

import importlib
import pkgutil
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from qa.converse.mentions import Mention, mentions_in, pronoun_features, verb_features
from qa.converse.weights import Linear
from qa.converse.words import DETERMINERS, POSSESSIVES, PREPOSITIONS, PRONOUN_KINDS, PRONOUNS
from qa.language.function_words import FUNCTION_WORDS
from qa.language.names import BE, PLACED, words_of
from qa.training.followups_fit import Examples, fit

_VERB_ROWS, _PRONOUN_ROWS = 4096, 65536
_BEFORE_A_VERB = frozenset(
    "will would can could must should may might shall to they we you i he she who not".split()
)
_BEFORE_A_PARTICIPLE = BE | {"has", "have", "had"}
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n+")
_PERSON, _THING = (0, 1), (2, 3)
# Nouns for people of one gender.
_HE = "man boy father brother son husband king uncle nephew grandfather grandson gentleman duke actor monk"
_SHE = "woman girl mother sister daughter wife queen aunt niece grandmother granddaughter lady duchess nun"
_TITLES = (("Mr", "Sir", "Lord", "King", "Herr", "Monsieur"), ("Mrs", "Ms", "Miss", "Lady", "Queen", "Frau"))
_OFFICES = ("Dr.", "Professor", "Nurse", "Captain", "President", "Judge", "Sergeant", "Officer", "Minister")

Said = tuple[Mention, int, float]


def fit_verbs(texts: Iterable[str]) -> Linear:
    """How likely a word is a verb, from the words before it."""
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for text in texts:
        _count(text, counts)
    examples = Examples(_VERB_ROWS)
    for word, (other, verb) in counts.items():
        examples.add(verb_features(word), 1, verb)
        examples.add(verb_features(word), 0, other)
    return fit(examples, classes=1, ridge=1.0)


def _count(text: str, counts: dict[str, list[float]]) -> None:
    words = words_of(text)
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        if word.low in FUNCTION_WORDS or not word.text.islower() or text[before.end : word.start] != " ":
            continue
        ends = text[word.end : after.start] != " " or after.low in FUNCTION_WORDS
        if before.low in DETERMINERS:
            counts[word.low][0] += 1
        elif before.low in _BEFORE_A_VERB or (
            before.low in _BEFORE_A_PARTICIPLE and word.low.endswith(("ed", "en", "ing"))
        ):
            counts[word.low][1] += 1
        elif before.low in PREPOSITIONS and ends and not word.low.endswith("ing"):
            counts[word.low][0] += 0.5


def fit_pronouns(texts: Iterable[str]) -> Linear:
    """Which of he, she, it and they is said of a mention.

    No conversation is learnt from: what ranks referents is fitted on those, and would trust names that are
    known by heart.
    """
    examples = Examples(_PRONOUN_ROWS)
    said = [
        *(one for text in texts for one in _said_in(text)),
        *_faked(random.Random(1)),
    ]
    for mention, kind, weight in said:
        if mention.words:
            examples.add(pronoun_features(mention), kind, weight)
    return fit(examples, classes=len(PRONOUN_KINDS), ridge=0.5)


def _said_in(text: str) -> Iterator[Said]:
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if 0 < len(sentence) <= 400]
    found = [mentions_in(sentence) for sentence in sentences]
    for mentions, following in zip(found, sentences[1:], strict=False):
        yield from _said_next(mentions, following)
    for sentence, mentions in zip(sentences, found, strict=True):
        yield from _said_later(sentence, mentions)
        for mention in mentions:
            yield from _said_beside(sentence, mention)


def _said_next(mentions: Sequence[Mention], following: str) -> Iterator[Said]:
    """The pronoun that begins the next sentence is said of what this one began with."""
    opening = words_of(following[:30])
    if not opening or opening[0].low not in PRONOUNS or (opening[0].low == "it" and " that " in following):
        return
    kind = PRONOUN_KINDS.index(PRONOUNS[opening[0].low])
    if not mentions or mentions[0].start > 25 or mentions[0].determiner in POSSESSIVES:
        return
    people = {mention.words[-1].low for mention in mentions if mention.is_name}
    if mentions[0].before not in PREPOSITIONS and (kind in _THING or len(people) < 2):
        yield mentions[0], kind, 1.0


def _said_later(sentence: str, mentions: Sequence[Mention]) -> Iterator[Said]:
    """A pronoun within the sentence is said of what it began with, if little stands between."""
    if not mentions or mentions[0].start > 12 or mentions[0].determiner in POSSESSIVES:
        return
    for word in words_of(sentence):
        if word.low in PRONOUNS and word.low != "it" and word.start > mentions[0].end:
            if sum(mention.end < word.start for mention in mentions[1:]) <= 1:
                yield mentions[0], PRONOUN_KINDS.index(PRONOUNS[word.low]), 0.5
            return


def _said_beside(sentence: str, mention: Mention) -> Iterator[Said]:
    """Of people "who" is said, of things "which"; a name after "the" or "in" is seldom a person's."""
    if relative := re.match(r",? (who|which)\b", sentence[mention.end :]):
        kinds = {"who": (0, 1, 3), "which": (2, 2, 3)}[relative[1]]
        yield from ((mention, kind, 0.25) for kind in kinds)
    placed = mention.before in PLACED - {"to"} or mention.determiner == "the"
    if mention.is_name and placed and not mention.role:
        yield mention, 2, 0.7
        yield mention, 3, 0.2


def _faked(chance: random.Random) -> Iterator[Said]:
    """People, firms and towns of many countries."""
    first, last = _given_and_family_names(chance)
    for kind, names in zip(_PERSON, first, strict=True):
        for name in sorted(names):
            both = 0.5 if name in first[0] & first[1] else 1.0
            yield _named(name), kind, 0.1 * both
            yield _named(f"{name} {chance.choice(last)}"), kind, 0.2 * both
            yield _named(f"{chance.choice(_OFFICES)} {name} {chance.choice(last)}"), kind, 0.1 * both
        for title in _TITLES[kind]:
            yield from ((_named(f"{title} {name}"), kind, 0.3) for name in chance.sample(last, 60))
        for noun in (_HE, _SHE)[kind].split():
            for determiner in ("the", "a", "his", "her", "s", ""):
                yield Mention(noun, 0, tuple(words_of(noun)), False, determiner), kind, 2.0
            yield from (
                (Mention(name, 0, tuple(words_of(name)), True, "his", "", noun), kind, 0.3)
                for name in chance.sample(last, 20)
            )
    for name in last:
        yield from ((_named(name), kind, 0.3) for kind in _PERSON)
    from faker import Faker

    Faker.seed(1)
    fake = Faker(["en_US", "en_GB", "de_DE", "fr_FR", "it_IT", "sv_SE", "es_ES"])
    for place in range(1500):
        yield _named(fake.company()), _THING[place % 2], 0.7
        yield _named(fake.city()), _THING[0], 0.7
    english = Faker("en_US")
    for _ in range(400):
        places = (english.country(), english.state(), english.street_name(), english.language_name())
        yield from ((_named(place), _THING[0], 0.7) for place in places)


def _given_and_family_names(chance: random.Random) -> tuple[tuple[set[str], set[str]], list[str]]:
    from faker.providers import person

    first: tuple[set[str], set[str]] = (set(), set())
    last: list[str] = []
    for country in pkgutil.iter_modules(person.__path__):
        if not country.ispkg:
            continue
        provider = importlib.import_module(f"faker.providers.person.{country.name}").Provider
        given = [_latin(getattr(provider, f"first_names_{kind}", ())) for kind in ("male", "female")]
        if all(given):
            first[0].update(given[0])
            first[1].update(given[1])
            family = _latin(getattr(provider, "last_names", ()))
            last += chance.sample(family, min(200, len(family)))
    return first, last


def _latin(names: Iterable[str]) -> list[str]:
    return [name for name in names if name[:1].isupper() and all(ord(letter) < 0x250 for letter in name)]


def _named(text: str) -> Mention:
    return Mention(text, 0, tuple(words_of(text)), True)
