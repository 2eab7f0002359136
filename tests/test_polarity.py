"""Affirmed and denied: what opposes a question, on generated pairs, and what only looks as if it did."""

from itertools import product

import pytest

from qa.language.polarity import asks_for_one, compare, denies, is_elliptic, is_yes_or_no

WAYS = [
    ("can be", "cannot be"),
    ("can be", "can't be"),
    ("may be", "may not be"),
    ("can be", "can never be"),
    ("is allowed to be", "is not allowed to be"),
    ("is", "isn't"),
    ("has been", "has not been"),
]
THINGS = [("Paper", "returned"), ("The key", "copied by a locksmith"), ("A bicycle", "left in the yard")]
VERBS = [
    ("{} has a projector", "{} has no projector", "What has a projector?", "What has no projector?"),
    ("{} comes with lunch", "{} comes without lunch", "What comes with lunch?", "What comes without lunch?"),
    ("{} includes lunch", "{} excludes lunch", "What includes lunch?", "What excludes lunch?"),
    ("{} includes lunch", "{} does not include lunch", "What includes lunch?", "What doesn't include lunch?"),
    ("{} allows dogs", "{} forbids dogs", "Which one allows dogs?", "Which one forbids dogs?"),
    ("{} permits dogs", "{} prohibits dogs", "Which one permits dogs?", "Which one prohibits dogs?"),
    ("{} is exempt", "{} is not exempt", "Who is exempt?", "Who is not exempt?"),
    ("{} pays the fee", "{} is exempt from the fee", "Who pays the fee?", "Who is exempt from the fee?"),
    ("{} is eligible", "{} is ineligible", "Who is eligible?", "Who is ineligible?"),
    ("{} was paid", "{} was unpaid", "Which bill was paid?", "Which bill was unpaid?"),
    ("{} is refundable", "{} is non-refundable", "What is refundable?", "What is non-refundable?"),
    ("{} voted for it", "{} never voted for it", "Who voted for it?", "Who never voted for it?"),
    ("{} was accepted", "{} was rejected", "Which plan was accepted?", "Which plan was rejected?"),
    ("{} knows the code", "{} does not know the code", "Who knows the code?", "Who doesn't know the code?"),
]  # fmt: skip
PAIRS = [
    (f"{thing} {yes} {verb}.", f"{thing} {no} {verb}.", f"What {yes} {verb}?", f"What {no} {verb}?")
    for (yes, no), (thing, verb) in product(WAYS, THINGS)
] + [
    (f"{yes.format(name)}.", f"{no.format(name)}.", asked, denied)
    for (yes, no, asked, denied), name in product(VERBS, ["The first of them", "Anna Lind"])
]


def test_each_of_at_least_forty_pairs_opposes_the_question_of_the_other_and_not_its_own() -> None:
    assert len(PAIRS) >= 40
    for affirmed, denied, question, contrary in PAIRS:
        assert compare(question, denied).opposes, (question, denied)
        assert compare(contrary, affirmed).opposes, (contrary, affirmed)
        assert not compare(question, affirmed).opposes, (question, affirmed)
        assert not compare(contrary, denied).opposes, (contrary, denied)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did it open?", "It did not open until 1950."),
        ("When will it open?", "It will not open before May."),
        ("Who signed it?", "It was signed not only by Anna but by Boris."),
        ("When must it be paid?", "It must be paid no later than 3 May."),
        ("Who can vote?", "Only members can vote, guests cannot."),
        ("What can be returned?", "All items can be returned except gift cards."),
        ("Who may enter?", "Nobody may enter unless they hold a ticket."),
        ("What was returned?", "The lamp was returned, the chair was not returned."),
        ("How is the study paid for?", "The sponsors had no influence on the design of the study."),
        ("Who got it free of charge?", "Teachers got it for nothing."),
        ("Which flat is it?", "It is flat No. 5."),
        ("My aunt cannot walk, what can she use?", "People who walk badly can use the cart."),
        ("What is the warranty if I don't register?", "It is two years, three if you register."),
        ("What is the limit?", "No candidate may spend more than the limit of 740 pounds."),
        ("When did the week of five days begin?", "It began in 1908 so that nobody had to work seven days."),
        ("Who is under the mask?", "Luke unmasks his father."),
        ("Who sings the song “It Ain't Me”?", "“It Ain't Me” is a song by Selena Gomez."),
        ("What does imperialism need?", "A colony does not imply imperialism, which needs power."),
        ("Who was banned from driving?", "Boris was banned from driving."),
        ("Whom did he not invite?", "He did not invite Anna."),
        ("What does it cost?", ""),
        ("", "It does not open."),
    ],
)
def test_what_denies_nothing_that_is_asked_does_not_oppose(question: str, sentence: str) -> None:
    assert not compare(question, sentence).opposes


def test_only_the_clauses_of_the_answer_are_compared() -> None:
    sentence = "The museum does not charge for parking, but admission costs 5 euros."
    question = "What does the museum charge for admission?"
    assert compare(question, sentence).opposes
    start = sentence.index("5")
    assert not compare(question, sentence, start, start + 7).opposes
    assert compare(question, sentence, 0, 10).opposes
    sentence = "He cannot judge the flowers, so Bernadette will."
    start = sentence.index("Bernadette")
    assert not compare("Who judges the flowers?", sentence, start, start + len("Bernadette")).opposes
    assert compare("Who judges the flowers?", sentence, 0, 2).opposes
    table = "| Event | No time limit |\n| Marathon | 4 h |"
    start = table.index("Marathon")
    assert not compare("Which event has a time limit?", table, start, start + 8).opposes


def test_a_sentence_settles_an_opposite_when_it_says_what_is_asked_of_the_same() -> None:
    question = "Which shops do not accept returns of online orders?"
    opposite = compare(question, "Three of our shops accept returns of online orders.")
    assert (opposite.contrary, opposite.opposes) == ({"accept"}, True)
    assert compare(question, "The shop in Halle does not accept returns of online orders.").settles(opposite)
    assert not compare(question, "The shop in Halle does not accept cash.").settles(opposite)
    assert not compare(question, "The shop in Halle is closed.").settles(opposite)
    # "The shop in Halle does not." denies what the sentence before it affirms.
    turned = opposite.turned()
    assert turned.settles(opposite)
    assert not turned.opposes
    assert compare("Which shops accept returns?", "Three shops accept returns.").turned().opposes


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which items can be returned?", True),
        ("who paid", True),
        ("When is it not open?", True),
        ("how much does it cost", False),
        ("In how many hours does it open?", False),
        ("Why is it closed?", False),
        ("Is it open?", False),
        ("campaign spending limit", False),
        ("", False),
    ],
)
def test_some_questions_ask_for_what_is_true_of_some_only(question: str, expected: bool) -> None:
    assert asks_for_one(question) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The shop in Halle does not.", True),
        ("Boris didn't.", True),
        ("Guests cannot.", True),
        ("Nor does the shop in Halle.", True),
        ("The others may not either.", True),
        ("The shop in Halle does not open.", False),
        ("Nor is such a usage of culture recent, as part of the empire they were exposed to it.", False),
        ("They do.", False),
        ("", False),
    ],
)
def test_a_sentence_without_a_verb_of_its_own_denies_the_one_before(sentence: str, expected: bool) -> None:
    assert is_elliptic(sentence) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Can I bring a dog?", True),
        ("isn't it closed", True),
        ("Does it work on Windows?", True),
        ("can they take someone who needs dialysis", True),
        ("Can you tell me who founded it?", False),
        ("Do you know when it opens?", False),
        ("Which items can be returned?", False),
        ("price of a copy", False),
        ("", False),
    ],
)
def test_a_yes_or_no_is_asked_for(question: str, expected: bool) -> None:
    assert is_yes_or_no(question) is expected


def test_an_answer_that_begins_with_a_negation_denies() -> None:
    assert denies("no fee")
    assert denies("Nobody")
    assert not denies("Boris never")
    assert not denies("")
