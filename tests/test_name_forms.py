"""The other forms of names: each stands for the name it is of, and for no other."""

import pytest

from qa.language.name_forms import acronyms, also_named, calendar, initials, spelt_out


@pytest.mark.parametrize(
    ("text", "also", "never"),
    [
        ("The German firm", "germani", "franc"),
        ("a firm in Spain", "spanish", "swedish"),
        ("a firm in Austria", "austrian", "australian"),
        ("the U.S. treaty", "american", "british"),
        ("St Peter", "saint", "doctor"),
        ("The Dutch", "netherland", "denmark"),
    ],
)  # fmt: skip
def test_a_name_has_the_other_forms_of_its_group(text: str, also: str, never: str) -> None:
    assert also in also_named(text)
    assert never not in also_named(text)


def test_an_acronym_is_found_in_the_words_it_is_of() -> None:
    assert {"who", "us", "ceo"} <= initials(
        "The World Health Organization, the United States, chief executive officer"
    )
    assert "ai" not in initials("as in the rules")
    assert spelt_out("Department of Justice") == {"dj", "doj"}
    assert acronyms("The U.S. and the WHO warned us; CEOs") == {"us", "who", "ceo"}


def test_months_and_days_are_read_in_full_and_short() -> None:
    assert calendar("on Tue 5 Sept, by Wed. at six and in may") == {"tuesday", "september", "wednesday"}
    assert calendar("We sat in the sun; Jan Berg may march. The Sun is a star.") == set()
