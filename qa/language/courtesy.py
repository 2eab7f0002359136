"""Questions without the courtesy around them, and with the apostrophes that were left out; pure.

"sorry, can you tell me who signed? thanks" asks "who signed?". What a person types in passing moves the
vector of a question and what a reader makes of it, though it asks for nothing. These are set phrases of
English, so a grammar and no model.
"""

import re

from qa.language.names import AUXILIARIES, OPENERS, WH, words_of

COURTESIES = frozenset("hello hi hey sorry thanks thank ok okay".split())
"""Words of courtesy, which say nothing of what a question is about."""

_WH = rf"(?:(?:at|by|for|from|in|on|to|until|with)\s+)?(?:{'|'.join(sorted(WH))})(?:['’]s|['’]re)?\s+\S"
_DOES = (
    rf"(?:{'|'.join(sorted(AUXILIARIES))})(?:['’]t)?\s+(?:i|you|he|she|it|we|they|there|the|my|our|your)\b"
)
_MORE = r"(?:\s+(?:very\s+much|so\s+much|a\s+lot|in\s+advance|again|there|all|everyone|everybody))?"
_IN_PASSING = (
    rf"(?:(?:hi|hello|hey|good\s+(?:morning|afternoon|evening|day)|sorry|excuse\s+me|thanks|thank\s+you|thx"
    rf"|cheers|ok|okay|please|pls|plz){_MORE}|btw|by\s+the\s+way|(?:(?:i\s+was|i['’]m|i\s+am)(?:\s+just)?|just)\s+wondering"
    r"|(?:(?:a|one|just\s+a|just\s+one)\s+)?(?:quick|short|last|another|more)\s+question)"
)
# What a question word follows: "could you please tell me", "do you know", "I'd like to know".
_TELL = (
    r"(?:(?:(?:can|could|would|will)\s+you\s+)?(?:(?:please|kindly)\s+)?tell\s+(?:me|us)(?:\s+please)?"
    r"|(?:do|would)\s+you\s+(?:happen\s+to\s+)?know|(?:may|can|could)\s+i\s+ask|any\s+idea"
    r"|(?:i|we)(?:['’]d|\s+would)?\s+(?:just\s+)?(?:like|want|need)\s+to\s+know|i\s+wonder)"
)
_MARK = r"(?:\s*[,.!:;]+\s+|\s+[–—-]+\s+)"
_LEAD = re.compile(
    rf"\s*(?:(?:{_TELL}(?:{_MARK}|\s+)(?={_WH})"
    rf"|{_IN_PASSING}(?:\s+{_IN_PASSING})?(?:{_MARK}|\s+(?={_WH}|{_DOES}|{_TELL}(?:{_MARK}|\s+){_WH})))\s*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    rf"\s*[?!.,;]+\s*(?:and\s+)?(?:many\s+)?(?:thanks|thank\s+you|thx|cheers|please|pls|plz){_MORE}\W*",
    re.IGNORECASE,
)
_OPENS = re.compile(
    rf"\s*(?:(?:{'|'.join(sorted(OPENERS))})\s+)?(?:{_WH}|(?:{'|'.join(sorted(AUXILIARIES))})\b)",
    re.IGNORECASE,
)
_OWN_WORD = re.compile(r"(?<![\w'’.@/-])[A-Za-z][a-z]+(?![\w'’]|[.@/-]\w)")
# "Its", "were", "ill" and "id" are words of their own.
_UNMARKED = {
    **{f"{word}s": f"{word}'s" for word in "what who where when how that there".split()},
    **{
        f"{word}nt": f"{word}n't"
        for word in "do does did is are was were has have had ca could wo would should".split()
    },
    **{f"{word}{end}": f"{word}'{end}" for word in ("you", "they") for end in ("re", "ve")},
    "im": "i'm",
    "ive": "i've",
}


def plainly_asked(text: str) -> str:
    """A question without courtesy and with its apostrophes; as it is where nothing else would be asked."""
    return without_courtesy(with_apostrophes(text))


def without_courtesy(text: str) -> str:
    """A question without the courtesy before and after it; a text that asks nothing else stays as it is."""
    lead = _LEAD.match(text)
    asked = text[lead.end() :] if lead else text
    if tail := next((found for found in _TAIL.finditer(asked) if found.end() == len(asked)), None):
        asked = asked[: tail.start()] + "?" * ("?" in tail[0])
    # "Hello, Dolly!" is a title: what goes on with a capital and no question word may be a name.
    is_name = lead is not None and asked[:1].isupper() and not _OPENS.match(asked)
    return asked if _asks(asked) and not is_name else text


def with_apostrophes(text: str) -> str:
    """A question with the apostrophes that were left out: "whats" is "what's", "dont" is "don't".

    A capital within the text makes a name.
    """

    def marked(found: re.Match[str]) -> str:
        word = found[0]
        is_typed_so = word.islower() or not text[: found.start()].strip()
        return word[0] + _UNMARKED.get(word.casefold(), word)[1:] if is_typed_so else word

    return _OWN_WORD.sub(marked, text)


def _asks(text: str) -> bool:
    """Whether a text opens or ends as a question does, and speaks of something or has a question word."""
    words = words_of(text)
    speaks = any(word.low in WH or (word.is_content and word.low not in COURTESIES) for word in words)
    return speaks and (_OPENS.match(text) is not None or text.rstrip().endswith("?"))
