"""Questions that ask several things at once: "Who runs it, and when does it meet?"; pure."""

import re

from qa.language.names import AUXILIARIES, WH, words_of

# What may stand before a question word: "and at what time".
_BEFORE = r"(?:(?:at|by|for|from|in|on|since|to|until|with)\s+)?"
_SUBJECT = r"(?:i|you|he|she|it|we|they|there|the|an?|my|our|your)"
_DOES = rf"(?:{'|'.join(sorted(AUXILIARIES))})"
# "WHO" is a name.
_WH = (
    rf"(?:(?-i:(?!WHO\b))(?:who|whom|whose|what|which)(?:['’]?(?:s|re|d))?\s+\S"
    rf"|how\s+(?!(?:{_SUBJECT}|that|this)\b)\S|(?:when|where|why|how)(?:['’]?s\b|\s+{_DOES}\b))"
)
_ASKS = rf"(?:{_BEFORE}{_WH}|{_DOES}\s+(?!an?\b){_SUBJECT}\b)"
_BETWEEN = re.compile(
    rf"(?:[,;]?\s+and\s+(?:also\s+)?|\s*\?\s*(?:and\s+)?(?:also\s+)?)(?={_ASKS})", re.IGNORECASE
)
_OPENS = re.compile(rf"\s*{_ASKS}", re.IGNORECASE)
_MOST = 3


def each_asked(question: str) -> tuple[str, ...]:
    """The questions that one is made of, in its order; one that asks a single thing is all there is.

    Each has a verb and a word that carries meaning, which "when" of "Who found it and when?" has not.
    """
    parts = [part.strip(" ?") for part in _BETWEEN.split(question)]
    if not 1 < len(parts) <= _MOST or not all(map(_is_whole, parts)):
        return (question,)
    return tuple(f"{part}?" for part in parts)


def _is_whole(part: str) -> bool:
    words = words_of(part)
    return (
        _OPENS.match(part) is not None
        and any(word.is_content for word in words)
        and words[-1].low not in WH | {"if", "whether"}
    )
