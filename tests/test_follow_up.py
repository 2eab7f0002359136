"""Follow-up questions: exact outputs on conversations of many subjects, and what must always hold."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.converse.follow_up import readings
from qa.types import Turn

FUND = ("Who founded High-Flyer?", "Liang Wenfeng, the founder of High-Flyer, invested heavily in GPUs.")
STARTUP = ("What is DeepSeek?", "DeepSeek is an AI startup from China.")
BAND = ("Did the Beatles tour Japan in 1966?", "The source does not answer this question.")
CHEMIST = ("When was Marie Curie born?", "7 November 1867")
STUDIES = (*CHEMIST, "Where did she study?", "at the University of Paris")
PLANTS = ("What is photosynthesis?", "a process by which plants convert light")


def standalone(question: str, history: Sequence[Turn]) -> str:
    return readings(question, history)[-1].question


def turns(*texts: str) -> list[Turn]:
    return [Turn(role="assistant" if place % 2 else "user", text=text) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (FUND, "When did he do that?", "When did Liang Wenfeng do that (founded High-Flyer)?"),
        (FUND, "Is it true that he founded it?", "Is it true that Liang Wenfeng founded High-Flyer?"),
        (STARTUP, "Who founded it?", "Who founded DeepSeek?"),
        (STARTUP, "when was it founded", "when was DeepSeek founded"),
        (STARTUP, "What are its models?", "What are DeepSeek's models?"),
        (BAND, "Why did they stop?", "Why did the Beatles stop?"),
        (CHEMIST, "Who was her husband?", "Who was Marie Curie's husband?"),
        (CHEMIST, "Who worked with her?", "Who worked with Marie Curie?"),
        (PLANTS, "Where does it happen?", "Where does photosynthesis happen?"),
        (("Who is Ann Lee?", "a judge", "What is OpenAI?", "a lab"), "Who owns it?", "Who owns OpenAI?"),
        (("Who is Ann Lee?", "a judge", "What is OpenAI?", "a lab"), "Is she old?", "Is Ann Lee old?"),
        (("Where did Lesh grow up?", "Phil Lesh grew up there."), "Was he rich?", "Was Phil Lesh rich?"),
    ],
)
def test_a_pronoun_becomes_the_name_it_stands_for(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert standalone(question, turns(*history)) == expected


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (FUND, "When was that?", "When was that (Liang Wenfeng founded High-Flyer)?"),
        (STARTUP, "Why is that important?", "Why is that important (DeepSeek: AI startup)?"),
        (STARTUP, "How many people work there?", "How many people work there (China)?"),
        (STUDIES, "Did she teach there?", "Did Marie Curie teach there (University of Paris)?"),
        (BAND, "What happened then?", "What happened then (1966)?"),
        (BAND, "Who died in that year?", "Who died in that year (1966)?"),
    ],
)
def test_what_a_word_points_at_is_added_in_brackets(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert standalone(question, turns(*history)) == expected


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (FUND, "What about OpenAI?", "Who founded OpenAI?"),
        (FUND, "And in 2023?", "Who founded High-Flyer in 2023?"),
        (FUND, "Who else?", "Who else founded High-Flyer?"),
        (FUND, "Why?", "Why (Liang Wenfeng founded High-Flyer)?"),
        (BAND, "And in 1965?", "Did the Beatles tour Japan in 1965?"),
        (BAND, "Why?", "Why did the Beatles tour Japan in 1966?"),
        (CHEMIST, "Where?", "Where was Marie Curie born?"),
        (("Did Dali have any brothers?", "no"), "Any sisters?", "Did Dali have any sisters?"),
        (("Where did Ann Lee live in Ohio?", "Akron"), "And in Utah?", "Where did Ann Lee live in Utah?"),
    ],
)
def test_a_fragment_takes_the_words_of_the_last_question(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert standalone(question, turns(*history)) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What time is it?",
        "Who is Marina Zhang?",
        "What is the capital of France?",
        "How is bread baked?",
        "What is universalism?",
        "Did Salvador Dali have a good relationship with his parents?",
        "Is it true that Paris is in Texas?",
        "Which laws that Rome passed are still known?",
        "Are there lakes in Kenya?",
        "What is it about?",
    ],
)
@pytest.mark.parametrize("history", [FUND, BAND, STUDIES])
def test_a_complete_question_is_read_as_typed_and_hardly_as_a_follow_up(
    history: tuple[str, ...], question: str
) -> None:
    typed, *others = readings(question, turns(*history))
    assert (typed.question, typed.asked, typed.about) == (question, question, "")
    assert all(other.weight < 0.25 for other in others)


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (
            ("When is Sports day?", "27 June, or 4 July if it rains"),
            "and if it rains?",
            "When is Sports day if it rains?",
        ),
        (
            ("How much is the ferry if I take a bike?", "£5"),
            "And if I take a car?",
            "How much is the ferry if I take a car?",
        ),
        (
            ("What happens if I lose my key?", "You pay £40."),
            "And if it is stolen?",
            "What happens if the key is stolen?",
        ),
        (("What is the price of poster A3?", "4.80"), "and A2?", "What is the price of poster A2?"),
        (
            ("When does the ferry sail?", "At noon"),
            "Even on Sundays?",
            "When does the ferry sail on Sundays?",
        ),
    ],
)
def test_a_condition_a_code_and_a_day_take_their_place_in_the_last_question(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert standalone(question, turns(*history)) == expected


def test_no_pronoun_means_a_month() -> None:
    months = turns(
        "Who gives the forklift training?", "Training is given by Dale Emmott each March and September."
    )
    assert standalone("When does he do it?", months) == "When does Dale Emmott do Training?"


def test_no_second_pronoun_means_what_the_first_one_does() -> None:
    history = turns("Who is the captain?", "Her master is Captain Rhona Maclure.")
    assert "command of the captain" not in standalone("How long has she been in command of it?", history)


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (("can i keep a dog", "Dogs need consent."), "what about a cat", "can i keep a cat"),
        (("what is the deposit", "The deposit is £995."), "who holds it", "who holds the deposit"),
        (("who is the landlord", "Marlene Oduya"), "where does she live", "where does Marlene Oduya live"),
        (
            ("how much is the survey", "The survey costs £1,850."),
            "who pays for it",
            "who pays for the survey",
        ),
        (("how long does the test take", "Ten minutes."), "does it hurt", "does the test hurt"),
    ],
)
def test_a_follow_up_in_small_letters_without_its_mark_is_one_too(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert standalone(question, turns(*history)) == expected


def test_a_name_is_carried_through_a_chain_of_pronouns() -> None:
    said = turns(*CHEMIST, "Did she marry?", "yes", "Was she happy?", "yes", "Did she travel?", "often")
    assert standalone("Where did she die?", said) == "Where did Marie Curie die?"


def test_the_first_question_keeps_the_topic_of_a_long_conversation() -> None:
    said = turns(*CHEMIST, *("why is bread baked?", "for taste") * 20)
    assert standalone("Where did she die?", said) == "Where did Marie Curie die?"


def test_a_newer_topic_wins() -> None:
    said = turns(*STARTUP, "What is Mistral?", "Mistral is a lab, unlike DeepSeek.")
    assert standalone("Where is it based?", said) == "Where is Mistral based?"


def test_without_history_nothing_changes() -> None:
    assert standalone("When was that?", []) == "When was that?"
    assert standalone("When was that?", turns("")) == "When was that?"
    assert standalone("Did she?", [Turn(role="assistant", text="Marie Curie")]) == "Did she?"


@pytest.mark.parametrize("history", [FUND, STARTUP, BAND, STUDIES, PLANTS])
@pytest.mark.parametrize("question", ["Who founded it?", "When did she leave?", "Why?", "When was that?"])
def test_twice_is_once(history: tuple[str, ...], question: str) -> None:
    once = standalone(question, turns(*history))
    assert standalone(once, turns(*history)) == once


PIECES = st.sampled_from(
    "he her it they that this there then who what about and in 1999 Ann Lee The OpenAI ? . ( ) 's the of any "
    "else is did İ ﬁ \ud800 \n besides".split(" ")
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map(" ".join))
TURNS = st.builds(Turn, role=st.sampled_from(["user", "assistant"]), text=TEXTS)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(TURNS, max_size=16))
def test_of_any_text_the_likelier_reading_weighs_one_and_the_other_less(
    question: str, history: list[Turn]
) -> None:
    found = readings(question, history)
    assert len(found) in (1, 2)
    assert max(one.weight for one in found) == 1.0
    assert all(0.0 < one.weight <= 1.0 for one in found)
    if len(found) == 2:
        assert found[0].question == found[0].asked == question != found[1].asked


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_without_a_history_any_text_is_read_as_typed(question: str) -> None:
    assert [(one.question, one.asked, one.weight) for one in readings(question, [])] == [
        (question, question, 1.0)
    ]


@pytest.mark.parametrize(
    "piece", ["he ", "Ann and ", "that Ann ", "it is x to ", "Zoë. ", "(", "1999 ", "a" * 50, "in On 9 "]
)
def test_of_a_long_conversation_the_first_exchange_and_the_last_ten_messages_count(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    long = [Turn(role=role, text=text) for role in ("user", "assistant")] * 50
    short = [turn.model_copy(update={"text": turn.text[:2_000]}) for turn in long[:12]]
    said = turns(*CHEMIST)
    for question in (text[:2_000], "Where did she die?"):
        assert readings(question, [*said, *long]) == readings(question, [*said, *short[2:]])
    assert [one.question for one in readings(text, long)] == [text]


@pytest.mark.parametrize("history", [FUND, STARTUP, STUDIES, BAND])
@pytest.mark.parametrize(
    "question",
    [
        "Who is the treasurer of the board?",
        "When were the export controls imposed?",
        "Are there any costs for students?",
        "how much does the annual ticket cost",
        "What is the most important rule for the members?",
        "Which chips does the company use?",
    ],
)
def test_a_question_that_stands_alone_is_read_as_typed(history: tuple[str, ...], question: str) -> None:
    assert readings(question, turns(*history))[0].question == question


SALES = ("What was revenue in 2024?", "931")
SHIP = ("When was the Terne built?", "2022")
PAYS = ("Who pays for the roof?", "The Landlord is responsible for the roof and the boiler.")


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (SALES, "how about 2022?", "What was revenue in 2022?"),
        (SALES, "what about 2023", "What was revenue in 2023?"),
        (SALES, "ok, and what about 2023", "What was revenue in 2023?"),
        (SHIP, "What about the Skarv?", "When was the Skarv built?"),
        (
            ("How much is the Leaf plan per month?", "€2.49"),
            "what about Tree",
            "How much is the Tree plan per month?",
        ),
        (("How big is the Tern room?", "22 m²"), "how about the Osprey?", "How big is the Osprey?"),
        (("Who is assigned to HER-12?", "Mina"), "How about HER-13?", "Who is assigned to HER-13?"),
        (
            ("How many cars does the Lunde carry?", "60"),
            "what about passengers",
            "How many passengers does the Lunde carry?",
        ),
    ],
)
def test_what_about_and_how_about_are_read_as_and(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    reading = readings(question, turns(*history))[-1]
    assert (reading.question, reading.weight) == (expected, 1.0)


def test_what_about_a_new_topic_can_be_read_as_typed_too() -> None:
    typed, follow_up = readings("what about dogs", turns(*PAYS))
    assert (typed.question, typed.weight) == ("what about dogs", pytest.approx(0.25))
    assert (follow_up.question, follow_up.weight) == ("Who pays for dogs?", 1.0)


def test_what_about_where_nothing_can_give_way_is_read_as_typed_first() -> None:
    typed, gloss = readings("what about the boiler", turns("How many are there?", "Six."))
    assert typed.weight == 1.0
    assert gloss.weight < 0.5


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (SALES, "2022?", "What was revenue in 2022?"),
        (SALES, "and in 2023?", "What was revenue in 2023?"),
        (("Who is in charge then?", "Ms Petrova"), "what about friday", "Who is in charge on friday?"),
        (("Who's in charge on Thursday?", "Ms Petrova"), "And Friday?", "Who's in charge on Friday?"),
        (("What is due on 20 October?", "Tanks"), "and on Friday?", "What is due on Friday?"),
        (("What rose in March 2024?", "Costs"), "and in April?", "What rose in April 2024?"),
        (("What rose in March 2024?", "Costs"), "and in 2023?", "What rose in 2023?"),
        (("What is open in the morning?", "The pool"), "and at night?", "What is open at night?"),
        (
            ("What do we do on Tuesday evening?", "Theatre"),
            "and in the morning?",
            "What do we do on Tuesday morning?",
        ),
        (("How long is the 2024 report?", "9 pages"), "and in 2025?", "How long is the 2025 report?"),
        (("How long is the 2024 report?", "9 pages"), "what about 2025?", "How long is the 2025 report?"),
        (
            ("How much leave is in the 2024 handbook?", "25 days"),
            "and in the 2025 one?",
            "How much leave is in the 2025 handbook?",
        ),
        (
            ("Who read the 2019 report?", "Ann Lee"),
            "and before 2020?",
            "Who read the 2019 report before 2020?",
        ),
    ],
)
def test_a_time_takes_the_place_of_a_time(history: tuple[str, ...], question: str, expected: str) -> None:
    assert standalone(question, turns(*history)) == expected


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (PAYS, "and small repairs?", "Who pays for small repairs?"),
        (SHIP, "And the Lunde?", "When was the Lunde built?"),
        (SHIP, "and how many cars?", "and how many cars (the Terne built)?"),
        (
            ("How many cars does the Terne carry?", "55"),
            "And how many passengers?",
            "How many passengers does the Terne carry?",
        ),
        (
            ("When did the band tour Japan?", "1966"),
            "How many times?",
            "How many times did the band tour Japan?",
        ),
        (("Which route is open?", "Bodø"), "And the Skarv?", "And the Skarv (route is open: Bodø)?"),
        (("How many people live in Rome today?", "Many"), "and Oslo?", "How many people live in Oslo today?"),
        (
            ("What's Alan Reed's number?", "0117 496 0832"),
            "and his email?",
            "What's Alan Reed's email?",
        ),
        (("Which route is it on?", "Bodø"), "and Skarv?", "Which route is Skarv on?"),
        (("What does the plan cost per month?", "€2"), "and the box?", "What does the box cost per month?"),
    ],
)
def test_what_is_added_takes_the_place_of_its_like_and_of_no_verb(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert standalone(question, turns(*history)) == expected


def test_a_question_with_a_contracted_verb_is_no_fragment() -> None:
    said = turns("Who is the caretaker?", "Mr. Alan Reed, for urgent faults.")
    assert standalone("what's his number", said) == "what's Mr. Alan Reed's number"


BOARD = "Present: Ruth Delaney (chair), Marek Zielinski (treasurer), Joan Abara (secretary), Colin Pike"
LED = "The firm was founded in 1968 by Einar Norvik and is led by Chief Executive Ingrid Solheim."
EXACT = {
    ("Who is the chair?", BOARD): "Ruth Delaney",
    ("Who is the secretary?", BOARD): "Joan Abara",
    ("Who is the CEO?", LED): "Ingrid Solheim",
    ("Whose idea was it?", "Anna Berg told Karl Binder."): "Anna Berg",
    ("Who is the clerk?", "Ewa Nowak"): "Ewa Nowak",
}


PRESENT = "**Present:** Ruth Delaney (chair), Marek Zielinski (treasurer), Joan Abara (secretary)"


def test_who_was_it_asks_for_what_a_question_spoke_of() -> None:
    said = turns("Who is the chair?", PRESENT, "and the secretary?", PRESENT, "what does she do", PRESENT)
    assert " Present before" not in standalone("who was it before her", said)
    assert (
        standalone("Who was it founded by?", turns("Who owns Zip2?", "OpenAI"))
        == "Who was OpenAI founded by?"
    )


def exact(question: str, text: str) -> str:
    return EXACT.get((question, text), "")


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (("Who is the CEO?", LED), "How old is she?", "How old is Ingrid Solheim?"),
        (("Who is the CEO?", LED), "Who was it before her?", "Who was the CEO before Ingrid Solheim?"),
        (
            ("Who is the chair?", BOARD, "and the secretary?", BOARD),
            "what does she have to do",
            "what does Joan Abara have to do",
        ),
        (
            ("Who is the chair?", BOARD, "and the secretary?", BOARD),
            "who was it before her",
            "who was secretary before Joan Abara",
        ),
        (
            ("Whose idea was it?", "Anna Berg told Karl Binder."),
            "Where does he live?",
            "Where does Karl Binder live?",
        ),
        (
            ("Who is the CEO?", LED, "Who is the clerk?", "Ewa Nowak", "How old is he?", "31"),
            "Where does she live?",
            "Where does Ingrid Solheim live?",
        ),
        (
            ("Who is the CEO?", LED, "When was Anna Berg born?", "1960"),
            "Where does she live?",
            "Where does Anna Berg live?",
        ),
    ],
)
def test_a_pronoun_means_the_exact_answer_before_the_other_names_of_its_quote(
    history: tuple[str, ...], question: str, expected: str
) -> None:
    assert readings(question, turns(*history), exact)[-1].question == expected
