"""English function words: those that carry grammar rather than meaning."""

import re

from index.text.terms import stems, words

FUNCTION_WORDS = frozenset(
    """
    a about above across after again against all almost along already also although always am among an and
    another any anybody anyone anything are aren around as at away be because been before behind being below
    between both but by can cannot could couldn d did didn do does doesn doing don done down during each
    either else enough etc even ever every everybody everyone everything few for from further had hadn has
    hasn have haven having he hence her here hers herself him himself his how however i if in into is isn it
    its itself just least less let ll m many may maybe me might mine more most much must my myself near
    neither no nobody none nor not nothing now of off often on once one only onto or other others otherwise
    our ours ourselves out over own per perhaps please quite rather re s same shall she should shouldn since
    so some somebody someone something still such t tell than that the their theirs them themselves then
    there these they this those though through thus till to together too toward towards under unless until
    up upon us ve very via was wasn we were weren what whatever when where whereas whether which while who
    whoever whole whom whose why will with within without won would wouldn yes yet you your yours yourself
    """.split()
)

# Words that put a question rather than say what it is about: its verbs, what it calls the source, and the
# kind of thing that it asks for.
_ASKING = frozenset(
    stems(
        """
        say tell mean call name happen ask answer explain describe define mention state list give show find
        stand refer discuss write talk deal cover contain include concern question information detail
        article document text file paper report book source page chapter section clause paragraph passage
        sentence part kind type sort way thing number amount year date day month time person place reason
        """.split()
    )
)
_HOW = re.compile(r"\b[Hh]ow\s+[^\W_]+")


def about(question: str) -> str:
    """A question without the word that "how" asks for: "old" in "How old is X?"."""
    return _HOW.sub("", question)


def is_content(word: str) -> bool:
    """Whether a word carries meaning rather than grammar; in capitals, "US" and "WHO" do."""
    return word.casefold() not in FUNCTION_WORDS or (len(word) > 1 and word.isupper())


def counts(word: str, term: str) -> bool:
    """Whether a word of a question tells what it is about; "mean" in "What does X mean?" does not."""
    return is_content(word) and term not in _ASKING and any(map(str.isalnum, word))


def content_words(text: str) -> list[str]:
    """The distinct words of a text that carry its meaning, as written, in order."""
    return list(dict.fromkeys(filter(is_content, words(text))))
