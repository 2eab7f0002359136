"""What was read is settled: figures whole, names for pronouns, no opposites, nothing that says nothing."""

from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.citations import mismatches
from qa.language.pronouns import Told, antecedent, is_pronoun, pronoun_that_speaks, reports
from qa.read.calibration import Ranking
from qa.read.reader import ExtractiveReader
from qa.read.windows import is_title
from qa.testing import PhraseModel
from qa.types import Answer


def ask(folder: Path, text: str, question: str, phrases: dict[str, float], merge: int = 96) -> Answer:
    """The best guess by a reader that points at some phrases, of a text whose passages may be short."""
    path = folder / "text.txt"
    path.write_text(text, encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=merge))
    reader = ExtractiveReader(PhraseModel(phrases), Ranking(sentence=0.0))
    answer = Answerer(index, reader=reader).answer(question, threshold=0.0)
    document = index.document("text.txt")
    assert not [fault for citation in answer.citations for fault in mismatches(citation, document)]
    return answer


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


# --- figures


@pytest.mark.parametrize(
    ("sentence", "pointed", "short"),
    [
        ("On the first day 1,250 people came.", "250", "1,250"),
        ("The room is kept at -18 °C all year.", "18", "-18 °C"),
        ("The rent is EUR 14,500 a year.", "500", "EUR 14,500"),
        ("Fill in form 88120-A for returns.", "88120", "88120-A"),
        ("Guests of the hotels pay nothing.", "hotel", "hotels"),
    ],
)
def test_the_short_answer_holds_the_whole_figure_that_the_reader_cuts(
    sentence: str, pointed: str, short: str, tmp_path: Path
) -> None:
    answer = ask(tmp_path, f"It rains. {sentence}", "Which figure is given for the year?", {pointed: 9.0})
    assert (answer.short, quotes(answer)) == (short, [sentence])


# --- titles

DESK = "{}Reset password{}Passwords are reset by the help desk. Bring your card.\n\nParking\nThere is none."


@pytest.mark.parametrize(
    ("above", "below", "question", "quote"),
    [
        ("3. ", "\n", "What about the password?", "Passwords are reset by the help desk."),
        (
            "Doors close at six.\n\n",
            "\n\n",
            "What about the password?",
            "Passwords are reset by the help desk.",
        ),
        # a line below another is an item; who, when and how many may be answered by a title
        ("Change e-mail\n", "\n", "What about the password?", "Reset password"),
        ("3. ", "\n", "Who resets the password?", "3. Reset password"),
    ],
)
def test_what_stands_below_a_title_is_the_answer_and_not_the_title(
    above: str, below: str, question: str, quote: str, tmp_path: Path
) -> None:
    text = DESK.format(above, below)
    answer = ask(tmp_path, text, question, {"Reset password": 8.0, "the help desk": 7.0})
    assert quotes(answer) == [quote]


def test_a_title_stays_where_what_is_below_it_is_no_answer(tmp_path: Path) -> None:
    answer = ask(tmp_path, DESK.format("3. ", "\n"), "What about the password?", {"Reset password": 8.0})
    assert quotes(answer) == ["3. Reset password"]


@pytest.mark.parametrize("rule", ["Chairs must be stacked", "Dogs may not enter", "Parking is free"])
def test_a_rule_that_nothing_ends_is_no_title(rule: str, tmp_path: Path) -> None:
    text = f"Lights go out at eleven.\n\n{rule}\n\nThe hall may be used by clubs of the parish."
    answer = ask(tmp_path, text, "What about the hall?", {rule: 8.0, "clubs": 7.0})
    assert quotes(answer) == [rule]


@pytest.mark.parametrize("title", ["Who can apply", "What Is Covered", "3. Reset password"])
def test_a_title_may_hold_a_verb_behind_a_question_word_or_in_capitals(title: str) -> None:
    assert is_title(title)


# --- pronouns

LIBRARY = "Books are free. Please ask Ms Hartmann at the desk. {} also runs the reading group on Mondays."


def test_a_name_is_cited_with_the_next_sentence_where_that_says_what_is_asked(tmp_path: Path) -> None:
    pointed = {"Ms Hartmann": 9.0, "free": 1.0}
    answer = ask(tmp_path, LIBRARY.format("She"), "Who runs the reading group?", pointed)
    expected = ["Please ask Ms Hartmann at the desk.", "She also runs the reading group on Mondays."]
    assert (answer.short, quotes(answer)) == ("Ms Hartmann", expected)
    alone = ask(tmp_path, LIBRARY.format("She"), "Whom do I ask at the desk?", pointed)
    assert quotes(alone) == expected[:1]


def test_a_sentence_with_a_pronoun_is_cited_with_the_mere_name_before_it(tmp_path: Path) -> None:
    text = "- Dark mode. It follows the setting of the system.\n- Undo. It works for a day."
    answer = ask(tmp_path, text, "Does it have dark mode?", {"follows the setting": 9.0})
    assert quotes(answer) == ["- Dark mode.", "It follows the setting of the system."]
    assert answer.short == "follows the setting"
    told = ask(tmp_path, text, "What does it follow in the system setting?", {"follows the setting": 9.0})
    assert quotes(told) == ["It follows the setting of the system."]


def test_a_pronoun_gives_way_to_the_name_and_both_sentences_are_cited(tmp_path: Path) -> None:
    answer = ask(tmp_path, LIBRARY.format("She"), "Who runs the reading group?", {"She": 9.0, "free": 1.0})
    assert answer.short == "Ms Hartmann"
    assert quotes(answer) == [
        "Please ask Ms Hartmann at the desk.",
        "She also runs the reading group on Mondays.",
    ]
    assert [citation.highlight is not None for citation in answer.citations] == [True, False]


def test_the_name_is_found_in_the_passage_before(tmp_path: Path) -> None:
    text = "The boat club has a new chair, Greta Lind.\n\nShe organised the summer fair."
    answer = ask(tmp_path, text, "Who organised the fair?", {"She": 9.0}, merge=0)
    assert answer.short == "Greta Lind"
    assert quotes(answer) == text.split("\n\n")


def test_a_name_in_the_sentence_of_the_pronoun_needs_no_other_sentence(tmp_path: Path) -> None:
    text = "It rains. When Greta Lind came home, she opened the shutters."
    answer = ask(tmp_path, text, "Who opened the shutters?", {"she": 9.0})
    assert (answer.short, len(answer.citations)) == ("Greta Lind", 1)


def test_a_pronoun_that_nothing_names_is_not_claimed_as_the_answer(tmp_path: Path) -> None:
    answer = ask(tmp_path, "It rains a lot. He runs the group.", "Who runs the group?", {"He": 9.0})
    assert answer.short is None
    assert quotes(answer) == ["He runs the group."]
    # The only name bears a title that does not fit.
    answer = ask(tmp_path, LIBRARY.format("He"), "Who runs the reading group?", {"He": 9.0})
    assert answer.short is None


def test_who_tells_of_something_is_not_who_did_it(tmp_path: Path) -> None:
    text = "It was Priya Raman who spoke. She said the cracks were found by staff of Ashdown & Pike."
    phrases = {"She": 9.0, "staff of Ashdown & Pike": 7.0}
    assert ask(tmp_path, text, "Who found the cracks?", phrases).short == "staff of Ashdown & Pike"
    assert ask(tmp_path, text, "Who said that cracks were found?", phrases).short == "Priya Raman"


def told(text: str, pointed: str = "", margin: float = 0.0, start: int = 0) -> Told:
    first = start + text.index(pointed)
    return Told(start, start + len(text), text, (first, first + len(pointed)) if pointed else None, margin)


def named(pronoun: str, question: str, before: list[Told]) -> str | None:
    found = antecedent(pronoun, question, before)
    if found is None:
        return None
    sentence, (first, last) = found
    return sentence.text[first - sentence.start : last - sentence.start]


def test_of_several_names_the_one_that_the_reader_points_at_most_surely_is_meant() -> None:
    easter = told('"Easter is when we make our money.', "Easter is", -3.0, start=80)
    owen = told("Owen Farrell, who runs the Anchor Café, expects losses.", "Owen Farrell", 5.0)
    assert named("he", "Who called it a disaster?", [easter, owen]) == "Owen Farrell"
    mrs, mr = (
        told("Mrs Brown waters the plants.", "Mrs Brown", 3.0),
        told("The cook is Mr Ellis.", "cook", 2.0),
    )
    assert named("He", "Who prunes the roses?", [mrs, mr]) == "Mr Ellis"
    assert named("She", "Who prunes the roses?", [mrs, mr]) == "Mrs Brown"


def test_what_is_named_in_the_question_is_not_the_answer_to_it() -> None:
    before = [told("The fair was opened by Konrad Lenz.", "Konrad Lenz", 1.0)]
    assert named("He", "Who followed Hedwig?", before) == "Konrad Lenz"
    assert named("He", "Who followed Konrad Lenz?", before) is None


def test_an_it_or_they_may_mean_what_has_no_name() -> None:
    crew = told("The fire brigade of Brackwater arrived at 05:38.", "The fire brigade of Brackwater", 2.0)
    assert named("They", "Who shut the valve?", [crew]) == "The fire brigade of Brackwater"
    distillery = told("The distillery employed ninety people.", "The distillery", 2.0)
    assert named("It", "What closed in 1983?", [distillery]) == "The distillery"
    assert named("She", "Who closed it?", [distillery]) is None


def test_a_word_that_only_opens_its_sentence_is_no_name() -> None:
    assert named("She", "Who came?", [told("Opening hours change.", "Opening hours change", 9.0)]) is None
    assert named("She", "Who came?", [told("Books are free.", "free", 1.0)]) is None
    assert named("She", "Who came?", [told("Maria left home.", "Maria", 1.0)]) == "Maria"
    assert (
        named("He", "Who turns into a bear?", [told("Beorn is made up by J. R. Tolkien.", "up")]) == "Beorn"
    )


def test_a_pronoun_that_speaks_is_known_by_its_form() -> None:
    places = {
        said: pronoun_that_speaks(said) for said in ("he said", "said she,", "They", "he left", "Ann said")
    }
    assert places == {"he said": (0, 2), "said she,": (5, 8), "They": None, "he left": None, "Ann said": None}


def test_pronouns_and_tellers_are_known_by_their_form() -> None:
    assert all(map(is_pronoun, ("She", "they", "It", "this")))
    assert not any(map(is_pronoun, ("Ms Hartmann", "who", "", "we")))
    assert reports("Who found the cracks?", "She has said that they were found.", 3)
    assert not reports("Who said so?", "She said so.", 3)
    assert not reports("Who found it?", "She found it.", 3)


# --- answers that say nothing


def test_an_answer_says_something_by_itself(tmp_path: Path) -> None:
    text = "It rains. The kiln may be used by anybody who has done the course."
    phrases = {"anybody": 9.0, "anybody who has done the course": 8.0}
    # The phrase model cannot point at both ends of two phrases that begin alike: the longer one ends later.
    answer = ask(tmp_path, text, "Who may use the kiln?", phrases)
    assert answer.short == "anybody who has done the course"
    answer = ask(tmp_path, text, "Who may use the kiln?", {"by": 9.0})
    assert answer.short is None
    assert quotes(answer) == ["The kiln may be used by anybody who has done the course."]
    assert ask(tmp_path, "It rains. Come on one day.", "How many?", {"one": 9.0}).short == "one day"
    assert ask(tmp_path, "It rains. Come in May.", "When?", {"May": 9.0}).short == "May"
    assert ask(tmp_path, "It rains. | -- | Come.", "When?", {"|": 9.0}).short is None


# --- opposites

RETURNS = "Gift cards cannot be returned. Shoes may be returned within a month. It rains."


def test_the_opposite_gives_way_to_the_sentence_that_agrees_and_is_not_cited(tmp_path: Path) -> None:
    phrases = {"Gift cards": 9.0, "Shoes": 8.9}
    answer = ask(tmp_path, RETURNS, "Which items can be returned?", phrases)
    assert (answer.short, quotes(answer)) == ("Shoes", ["Shoes may be returned within a month."])
    answer = ask(tmp_path, RETURNS, "Which items cannot be returned?", {"Gift cards": 8.9, "Shoes": 9.0})
    assert (answer.short, quotes(answer)) == ("Gift cards", ["Gift cards cannot be returned."])


def test_a_yes_or_no_question_and_one_for_a_reason_are_answered_by_either(tmp_path: Path) -> None:
    for question in ("Can gift cards be returned?", "Why can gift cards be returned?"):
        answer = ask(tmp_path, RETURNS, question, {"Gift cards": 9.0, "Shoes": 1.0})
        assert quotes(answer)[0] == "Gift cards cannot be returned."
        assert answer.confidence == pytest.approx(
            ask(tmp_path, RETURNS.replace("cannot", "can"), question, {"Gift cards": 9.0}).confidence,
            abs=0.05,
        )


def test_an_opposite_alone_is_a_guess_that_is_not_right(tmp_path: Path) -> None:
    phrases = {"Tuesday": 9.0}
    text = "It rains. Tuesday is an anchor day."
    affirmed = ask(tmp_path, text, "Which day is an anchor day?", phrases)
    contrary = ask(tmp_path, text, "Which day is not an anchor day?", phrases)
    assert quotes(contrary) == ["Tuesday is an anchor day."]
    assert affirmed.confidence is not None
    assert affirmed.confidence > 0.2
    assert contrary.confidence == 0.0


def test_a_sentence_that_denies_the_one_before_takes_its_place(tmp_path: Path) -> None:
    text = "Our shops accept returns: Leipzig and Dresden. The shop in Halle does not. It rains."
    answer = ask(tmp_path, text, "Which shops do not accept returns?", {"Leipzig": 9.0, "Halle": 2.0})
    assert (answer.short, quotes(answer)) == ("Halle", ["The shop in Halle does not."])


def test_an_answer_that_is_itself_a_denial_is_no_opposite(tmp_path: Path) -> None:
    answer = ask(tmp_path, "It rains. Children pay no fee.", "What fee do children pay?", {"no fee": 9.0})
    assert answer.short == "no fee"
    assert answer.confidence != 0.0
