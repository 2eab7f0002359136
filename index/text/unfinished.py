"""Lines that are not complete, so that the next one goes on with them."""

import re

UNFINISHED = re.compile(
    r"[,(\[–—&+/-]\s*$|(?<!\w)(?:an?|the|of|in|on|at|by|for|from|to|with|and|or|but|nor|as|into|than|that|which"
    r"|who|whose|is|are|was|were|be|been|has|have|had|will|would|shall|should|may|might|can|could|must|its"
    r"|their|his|her|our|your|my|if|when|while|because)$",
    re.IGNORECASE,
)
"""What no line ends with that is complete: marks that want more, and words of grammar."""
