"""Splitting into passages: offsets, limits, paragraphs, headings, wrapped lines."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.settings import IndexSettings
from index.split.passages import split
from index.split.sentences import paragraphs, sentences
from index.text.terms import words
from index.types import Document, Heading

TRICKY = st.text(
    alphabet=st.one_of(
        st.sampled_from("abc İıßﬁﬀ😀👩‍👩‍👧 שלום مرحبا \r\n\t.!?\"'()-#*|0123456789\u2028\x0c\x00"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=400,
)


def document(text: str, headings: tuple[Heading, ...] = ()) -> Document:
    return Document(id="d", source="d", sha256="", text=text, headings=headings)


def count_words(texts: list[str]) -> list[int]:  # one token a word, as the double has it
    return [len(words(text)) for text in texts]


def texts_of(text: str, **options: int) -> list[str]:
    chunks = split(document(text), count_words, IndexSettings(**options))
    return [text[chunk.start : chunk.end] for chunk in chunks]


@given(TRICKY, st.integers(16, 40), st.integers(0, 40), st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_offsets_are_ordered_within_bounds_and_lose_no_word(
    text: str, limit: int, merge: int, overlap: int
) -> None:
    options = IndexSettings(max_tokens=limit, merge_tokens=merge, overlap=overlap)
    chunks = split(document(text), count_words, options)
    covered = set()
    for chunk in chunks:
        assert 0 <= chunk.start < chunk.end <= len(text)
        assert text[chunk.start : chunk.end].strip() == text[chunk.start : chunk.end]
        for start, end in chunk.sentences:
            assert chunk.start <= start < end <= chunk.end
            assert text[start:end].strip() == text[start:end]
            assert any(map(str.isalnum, text[start:end]))
        covered.update(range(chunk.start, chunk.end))
    assert all(place in covered for place, character in enumerate(text) if character.isalnum())
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)


@given(
    st.lists(
        st.sampled_from(["One two three.", "Four five!", "Six?", "Seven eight nine ten eleven."]), max_size=40
    )
)
@settings(max_examples=100, deadline=None)
def test_no_passage_exceeds_the_limit_and_sentences_stay_whole(parts: list[str]) -> None:
    text = " ".join(parts)
    found = texts_of(text, max_tokens=16)
    assert all(len(words(passage)) <= 14 for passage in found)
    assert " ".join(found) == text


def test_a_paragraph_ends_at_a_blank_line_whatever_the_line_ends_are() -> None:
    for newline in ("\n", "\r\n", "\r"):
        text = f"One.{newline}Still one.{newline} \t{newline}Two."
        assert [text[a:b] for a, b in paragraphs(text)] == [f"One.{newline}Still one.", "Two."]


def test_without_blank_lines_each_line_is_a_paragraph() -> None:
    text = "First paragraph here.\nSecond paragraph here.\r\nThird."
    expected = ["First paragraph here.", "Second paragraph here.", "Third."]
    assert [text[a:b] for a, b in paragraphs(text)] == expected


def test_wrapped_prose_without_blank_lines_is_one_paragraph_and_its_lines_do_not_end_sentences() -> None:
    text = "The quick brown fox jumps over\nthe lazy dog, and then it goes\nto sleep now. It was\na long day."
    assert paragraphs(text) == [(0, len(text))]
    found = [text[a:b] for a, b in sentences(text, 0, len(text))]
    assert found == [text[: text.index(" It was")], "It was\na long day."]


def test_abbreviations_and_decimals_do_not_end_sentences() -> None:
    text = "Dr. Smith paid $3.5 million, e.g. in the U.S. market. He left."
    found = [text[a:b] for a, b in sentences(text, 0, len(text))]
    assert found == ["Dr. Smith paid $3.5 million, e.g. in the U.S. market.", "He left."]


@pytest.mark.parametrize(
    "parts",
    [
        ["The third term is x³/(3!)+x⁴/(4!) or less.", "It is small."],
        ["The rent is in Schedule A.", "The deposit is in Schedule B.", "It is due."],
        ["The shop closes at 3.5 p.m.", "Mr. Smith left.", "It opens at 9 a.m. Monday to Friday."],
        ["Bring No. 5 of the list.", "No. 5 is Mr. Hall's.", "He is on p. 12."],
        ["See Fig. 3 and Sec. 4.2 (approx. 5 kg).", "2. The landlord repairs the roof.", "J. R. Hall pays."],
        [
            "The U.S. Senate met at 3 p.m. EST on Monday.",
            "St. Mary is near.",
            "He took vitamin C.",
            "Doctors agree.",
        ],
    ],
)
def test_abbreviations_and_letters_end_sentences_only_where_a_sentence_ends(parts: list[str]) -> None:
    text = " ".join(parts)
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == parts


def test_items_of_a_list_are_sentences_of_their_own() -> None:
    text = "Bring:\n- a rope\n- two lamps\n1. one knife"
    assert [text[a:b] for a, b in sentences(text, 0, len(text))] == [
        "Bring:",
        "- a rope",
        "- two lamps",
        "1. one knife",
    ]


def test_a_heading_starts_a_passage_stays_with_its_text_and_is_no_sentence() -> None:
    text = "Intro here.\n\n# Costs\nIt is ten euros.\n\n# Dates\n\nIt is in May."
    headings = tuple(Heading(start=text.index(w), end=text.index(w) + 5, level=1) for w in ("Costs", "Dates"))
    chunks = split(document(text, headings), count_words, IndexSettings(merge_tokens=96))
    assert [text[c.start : c.end] for c in chunks] == [
        "Intro here.",
        "# Costs\nIt is ten euros.",
        "# Dates\n\nIt is in May.",
    ]
    assert [[text[a:b] for a, b in c.sentences] for c in chunks] == [
        ["Intro here."],
        ["It is ten euros."],
        ["It is in May."],
    ]


def test_a_question_stays_in_the_passage_of_what_follows_it() -> None:
    text = "A b c d.\n\nWho sails?\n\nAnna sails the boat.\n\n**Who cooks?**\n\nBoris."
    chunks = split(document(text), count_words, IndexSettings(merge_tokens=6))
    assert [text[c.start : c.end] for c in chunks] == [
        "A b c d.",
        "Who sails?\n\nAnna sails the boat.",
        "**Who cooks?**\n\nBoris.",
    ]
    # Before a heading it stays where it is, and a heading before it goes with it.
    text = "Who sails?\n\n# Crew\n\nWho cooks?\n\nBoris cooks for all of us.\n\n# End"
    headings = tuple(
        Heading(start=text.index(w), end=text.index(w) + len(w), level=1) for w in ("Crew", "End")
    )
    chunks = split(document(text, headings), count_words, IndexSettings(merge_tokens=4))
    assert [text[c.start : c.end] for c in chunks] == [
        "Who sails?",
        "# Crew\n\nWho cooks?\n\nBoris cooks for all of us.",
        "# End",
    ]
    # Nor does a paragraph that is cut for its length end a passage with one.
    text = " ".join(f"Who is it {n}? It is the man number {n}." for n in range(9))
    chunks = split(document(text), count_words, IndexSettings(max_tokens=22))
    assert len(chunks) > 3
    assert not any(text[c.start : c.end].endswith("?") for c in chunks)


def test_short_paragraphs_are_joined_up_to_the_setting_and_no_further() -> None:
    text = "One two.\n\nThree four.\n\nFive six."
    assert texts_of(text, merge_tokens=4) == ["One two.\n\nThree four.", "Five six."]
    assert texts_of(text, merge_tokens=0) == ["One two.", "Three four.", "Five six."]


def test_neighbouring_passages_share_as_many_sentences_as_overlap_says() -> None:
    one, two, three, four, five = (f"{who} sat on the mat." for who in ("Ann", "Bob", "Cid", "Dan", "Eve"))
    text = " ".join([one, two, three, four, five])
    assert texts_of(text, max_tokens=17, overlap=1) == [f"{one} {two} {three}", f"{three} {four} {five}"]
    assert texts_of(text, max_tokens=17, overlap=0) == [f"{one} {two} {three}", f"{four} {five}"]


def test_a_sentence_longer_than_the_limit_is_cut_at_white_space() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    found = texts_of(text, max_tokens=32)
    assert " ".join(found) == text
    assert max(len(words(passage)) for passage in found) <= 30


def test_a_text_of_one_endless_word_still_fits() -> None:
    text = "x" * 5000
    chunks = split(document(text), lambda texts: [len(t) for t in texts], IndexSettings(max_tokens=130))
    assert "".join(text[c.start : c.end] for c in chunks) == text
    assert max(c.end - c.start for c in chunks) <= 128


def count_as_a_word_piece_model(texts: Sequence[str]) -> list[int]:
    """A word without end is one token, white space none, and any other character one."""
    return [sum(1 if len(word) > 100 else len(word) for word in text.split()) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "One word." + " " * 100_000 + "Another.",
        "One line.\n" + "\n" * 100_000 + "Another.",
        "a." * 50_000,
        '."' * 50_000 + "a",
        "?!" * 50_000 + " b. " + "x." * 50_000 + " c",
    ],
    ids=["a word", "spaces", "blank lines", "full stops", "quotation marks", "marks"],
)
def test_no_passage_is_longer_than_sixteen_characters_a_token(text: str) -> None:
    chunks = split(document(text), count_as_a_word_piece_model, IndexSettings(max_tokens=102))
    assert max(chunk.end - chunk.start for chunk in chunks) <= 1600
    covered = {place for chunk in chunks for place in range(chunk.start, chunk.end)}
    assert all(place in covered for place, character in enumerate(text) if character.isalnum())


def test_a_piece_of_a_word_with_more_tokens_than_fit_is_a_passage_all_the_same() -> None:
    text = "😀x" * 100
    chunks = split(document(text), lambda texts: [4 * len(t) for t in texts], IndexSettings(max_tokens=16))
    assert "".join(text[chunk.start : chunk.end] for chunk in chunks) == text


def test_tokens_are_counted_for_a_bounded_number_of_characters_at_once() -> None:
    asked: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        asked.append(sum(map(len, texts)))
        return count_words(list(texts))

    text = "The ferry sailed to Oban on a calm day. " * 20_000 + "x" * 500_000
    split(document(text), count, IndexSettings())
    assert sum(asked) > 1_000_000
    assert max(asked) < 210_000


def test_many_headings_in_a_row_are_cut_into_passages() -> None:
    text = "# A\n" * 5_000
    headings = tuple(Heading(start=at + 2, end=at + 3, level=1) for at in range(0, len(text), 4))
    chunks = split(document(text, headings), count_words, IndexSettings(max_tokens=102))
    assert [chunk.end - chunk.start for chunk in chunks] == [399] * 50
    assert not any(chunk.sentences for chunk in chunks)


@pytest.mark.parametrize("text", ["", "   \n\n\t", "--- *** ...", "\ufeff"])
def test_text_without_a_letter_or_digit_gives_no_passage(text: str) -> None:
    assert texts_of(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cola, 33 cl: 1.20\nCola, 50 cl: 1.80\nCable, 3 m: 9.90", 3),
        ("Bus 14\r\nTram 2\r\nFerry 7\r\nOffice", 4),
        ("Bus 14\nTram 2", 2),
        ("Bus\nTram\nFerry 7", 3),
        ("In the year 1825 the harbour\nwas built for 300 ships by\nWalter Campbell in 2 years", 1),
        ("It cost 5 pounds,\nAnn paid 3 of them,\nBen paid 2", 1),
        ("Ada Quill\n12 Mill Lane\nadaq@hill.example\nMobile 0555 010 203", 4),  # a contact card
        ("You need:\n200 g flour\na pinch of salt\nOven at 180 °C", 4),  # a recipe, with one small letter
        ("Treasurer's report\nThe balance was 3,164 pounds on the last day of a long and costly year.", 2),
        ("The harbour was built in a single year by men of the island under the eye of one\nWalter Hall", 1),
        ("The house was sold to\nWalter Hall", 1),  # no line ends with "to"
        ("> The barrels that we ordered\n> for you in June came late\n> Walter Hall", 1),  # a quoted mail
        ("It cost 5 pounds.\nAnn paid 3 of them.\nBen paid 2.", 3),  # by its full stops
    ],
)
def test_short_lines_are_a_sentence_each_where_no_prose_goes_on(text: str, expected: int) -> None:
    found = sentences(text, 0, len(text))
    assert len(found) == expected
    assert " ".join(text[start:end] for start, end in found).split() == text.split()


@pytest.mark.parametrize(
    "lines",
    [
        (
            "**Present:** Ruth Delaney (chair), Marek Zielinski (treasurer), Joan Abara, Colin Pike",
            "**Apologies:** Geoff Lamb",
        ),
        (
            "Scope: all staff who connect from outside the office to the internal\nsystems of the company",
            "Contact: security@tallow.example",
        ),
        (
            "Blood group: A",
            "Weight: 70 kg",
            "Seen by: Dr Ines Moll, who will call the family again in the week",
        ),
        (
            "host: db1.internal",
            "port: 5432",
            "comment: Holds the sessions of all that are logged in",
            "owner: Jo",
        ),
    ],
)
def test_a_line_with_a_label_ends_the_sentence_of_the_label_before(lines: tuple[str, ...]) -> None:
    text = "\n".join(lines)
    assert [text[start:end] for start, end in sentences(text, 0, len(text))] == list(lines)


@pytest.mark.parametrize(
    "text",
    [
        "The committee met in June and has a rule for all that come\nNote: bring a cup and a plate",
        "The ferry leaves at ten from\nPorthmere: it calls at two quays and is back before it is\ndark.",
    ],
)
def test_one_label_in_a_paragraph_does_not_part_the_lines_of_its_prose(text: str) -> None:
    assert sentences(text, 0, len(text)) == [(0, len(text))]


@pytest.mark.parametrize(("source", "expected"), [("a.json", 4), ("a.YAML", 4), ("a.txt", 1)])
def test_each_line_of_data_is_a_sentence_whatever_it_begins_and_ends_with(source: str, expected: int) -> None:
    text = (
        "what is sold: a pot of tea with\nwhat it costs a guest: 3 and\nwho sells it: Mina or\nwhen: at ten"
    )
    (chunk,) = split(Document(id="d", source=source, sha256="", text=text), count_words, IndexSettings())
    assert len(chunk.sentences) == expected
