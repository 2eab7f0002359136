"""Lines that are not complete, so that the next one goes on with them."""

import re

_OPEN = re.compile(
    r"(?<!\w)(?:an?|the|of|in|on|at|by|for|from|to|with|and|or|but|nor|as|into|than|that|which"
    r"|who|whose|is|are|was|were|be|been|has|have|had|will|would|shall|should|may|might|can|could|must|its"
    r"|their|his|her|our|your|my|if|when|while|because)$",
    re.IGNORECASE,
)
_OPEN_MARK = re.compile(r"[,(\[–—&+/-]\s*$")


def is_open(line: str) -> bool:
    """Whether a line ends with a word of grammar, as nothing does that is complete."""
    return _OPEN.search(line) is not None


def goes_on(line: str) -> bool:
    """Whether a line ends with such a word, or with a mark that wants more; one of a poem may too."""
    return _OPEN_MARK.search(line) is not None or is_open(line)
