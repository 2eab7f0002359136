"""Times, durations and amounts in a sentence, by their form alone; pure."""

import re

NUMBER = (
    r"(?:[€£$]?\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|"
    r"seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|an? (?:hundred|thousand|dozen))(?!\w)"
)
ABOUT = (
    r"(?:(?:about|around|roughly|nearly|almost|over|only|just|up to|at least|at most|more than|less than|a "
    r"little (?:under|over)|a maximum of) )?"
)
SPAN = (
    r"(?:(?:full|whole|consecutive|working|calendar|complete|school) )?"
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?)\b"
)
MONEY = r"(?:euros?|pounds?|dollars?|pence|cents?|percent|per cent|francs?|crowns?|%|million|billion)"
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DAY = rf"(?:{WEEKDAY}s?|\d{{1,2}} {MONTH}|{MONTH}|(?:1\d|20)\d\d\b)"
_PART = (
    r"(?:early|late|end of|beginning of|first|second|third|last"
    r"|(?:spring|summer|autumn|winter|morning|evening|night) of)"
)
# A bare number is a time where nothing follows that it could count.
_CLOCK = (
    r"(?:noon|midnight|\d{1,2}(?:$|[:.]\d\d(?= ?[ap]\.?m|$| (?:on|to|until|in the|every)\b)| ?[ap]\.?m\b"
    r"| o.clock))"
)
# When something is: "on Monday", "in the spring of 2019", "within ten days", "every week", "at 9.15 a.m.".
TIME = re.compile(
    rf"(?:^| )(?:(?:on|by|from|until|since|before|after|in|at) (?:the )?(?:{_PART} )?(?:the )?{_DAY}"
    rf"|within {NUMBER} {SPAN}|(?:every|each) (?:\w+ )?(?:day|week|month|quarter|year|{_DAY})"
    rf"|(?:at|from|until|before|after|by) {_CLOCK}|from {NUMBER} to \w+$)"
)
# For how long: "for up to fourteen nights".
DURATION = re.compile(rf"(?:^| )for {ABOUT}{NUMBER} {SPAN}")
# Whether words say when, or how much.
WHEN = re.compile(rf"\d|{_DAY}|\b(?:day|week|month|quarter|year|noon|midnight|{NUMBER})s?\b", re.IGNORECASE)
AMOUNT = re.compile(rf"\d|\b{NUMBER}|%", re.IGNORECASE)
# A day and no more: "on Monday, 12 March 2024".
_ONLY_A_DAY = re.compile(
    r"\W*(?:(?:on|by|from|until|since|before|after|in) )?(?:the )?"
    rf"(?:{WEEKDAY},? )?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?)(?:,? \d{{4}})?\W*"
)


def is_a_day(text: str) -> bool:
    """Whether a text names a day of a month and says nothing else."""
    return _ONLY_A_DAY.fullmatch(text) is not None
