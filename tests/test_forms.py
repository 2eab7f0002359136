"""One word in all its forms: printed one way and asked another, it is found and never said to be missing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index, IndexSettings
from index.testing import HashEmbedder
from index.text.terms import Vocabulary, asked, forms, stems, terms
from qa.retrieve.retriever import Retriever
from qa.retrieve.spelling import family
from qa.settings import RetrievalSettings

# What is printed, and what is asked; each way round.
SAME = [
    # numbers
    ("18,000", "18000"),
    ("18 000", "18000"),
    ("18\u202f000", "18,000"),
    ("18'000", "18 000"),
    ("18.000", "18,000"),
    ("1,234,567", "1234567"),
    ("7.5", "7,5"),
    ("9.90", "9.9"),
    ("5.00", "5"),
    ("１８０００", "18000"),
    ("twelve", "12"),
    ("twenty-five", "25"),
    ("fourth", "4th"),
    ("twenty-first", "21st"),
    # with a unit or scale
    ("33 cl", "33cl"),
    ("33 cl", "33 centilitres"),
    ("3 m", "3m"),
    ("3 m", "3 metres"),
    ("10 meters", "10m"),
    ("64GB", "64 GB"),
    ("64GB", "64 gigabytes"),
    ("5 kg", "5kg"),
    ("5kg", "5 kilograms"),
    ("5-kg", "5 kilogrammes"),
    ("3 kg", "3\u00a0kg"),
    ("10%", "10 per cent"),
    ("10 %", "10 percent"),
    ("10%", "ten percent"),
    ("€1.5m", "1.5 million euros"),
    ("EUR 1.5 million", "€1,500,000"),
    ("$10k", "10,000 dollars"),
    ("£500", "500 pounds"),
    ("2 bn", "2 billion"),
    ("1.2 million", "1,200,000"),
    # dates and times
    ("March 4, 2024", "4 March 2024"),
    ("March 4, 2024", "04/03/2024"),
    ("04/03/2024", "2024-03-04"),
    ("4 Mar 2024", "4 March 2024"),
    ("4.3.2024", "4 March 2024"),
    ("2nd of May 2021", "May 2, 2021"),
    ("2/5/21", "2 May 2021"),
    ("Feb 5th, 2021", "2/5/21"),
    ("4th of March", "March 4"),
    ("MARCH 4TH, 2024", "2024/03/04"),
    ("Sept 2024", "September 2024"),
    ("7pm", "7 pm"),
    ("7 p.m.", "19:00"),
    ("7.30pm", "19:30"),
    ("12am", "0:00"),
    # words that are joined, broken or written with other characters
    ("e-mail", "email"),
    ("co-operate", "cooperate"),
    ("infor-\nmation", "information"),
    ("infor-\r\n  mation", "information"),
    ("well-\nknown", "well-known"),
    ("trans\u00adatlantic", "transatlantic"),
    ("trans\u00ad\natlantic", "transatlantic"),
    ("zero\u200bwidth", "zerowidth"),
    ("Cafe\u0301", "Café"),
    ("Odéon", "Odeon"),
    ("Łódź", "Lodz"),
    ("ﬁlm", "film"),
    ("ＷＩＤＥ", "wide"),
    ("_emphasis_", "emphasis"),
    ("U.S.", "US"),
    ("Ph.D", "PhD"),
    ("O'Brien", "O’Brien"),
    ("O'Brien", "OBrien"),
    ("Jones’s", "Jones"),
    ("COVID-19", "Covid19"),
    ("88120-A", "88120A"),
    ("CO₂", "CO2"),
    # inflections and spellings
    ("went", "go"),
    ("bought", "buys"),
    ("found", "find"),
    ("leaves", "leaf"),
    ("children", "child's"),
    ("understood", "understanding"),
    ("criteria", "criterion"),
    ("colour", "colors"),
    ("analyse", "analyzed"),
    ("organisation", "organization"),
    ("apologised", "apologize"),
    ("centre", "centers"),
    ("travelling", "traveled"),
    ("catalogue", "catalog"),
    ("programme", "program"),
    ("defence", "defense"),
    ("grey", "gray"),
    ("paediatric", "pediatric"),
    ("policemen", "policeman"),
    ("analyses", "analysis"),
]
OTHERS = ("The tide turned at noon.", "No ship was seen that winter.", "Nobody wrote down who had come home.")


def build(texts: list[str]) -> Index:
    """An index of texts, each a document."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            (Path(folder) / f"{number}.txt").write_bytes(text.encode())
        return Index.from_sources([folder], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))


@pytest.mark.parametrize(("one", "other"), [*SAME, *((other, one) for one, other in SAME)])
def test_what_is_printed_one_way_is_found_when_it_is_asked_another(one: str, other: str) -> None:
    retriever = Retriever(build([f"It is {one} here.", *OTHERS]), RetrievalSettings(mode="bm25"))
    assert retriever.missing_words(f"Is it {other} there?") == []
    hits = retriever.retrieve(other, 4)
    assert hits[0].passage.document_id == "0.txt"
    assert hits[0].score > 0
    assert [hit.score for hit in hits[1:]] == [0, 0, 0]


DIFFERENT = [
    ("18,000", "1,800"),
    ("18,000", "18"),
    ("7.5", "75"),
    ("33cl", "50cl"),
    ("3 m", "10 m"),
    ("1.5 million", "1.5 billion"),
    ("March 4, 2024", "2024-05-06"),
    ("04/03/2024", "5 March 2023"),
    ("7pm", "7 am"),
    ("twelve", "13"),
    ("Zürich", "Zurzach"),
    ("organ", "organise"),
    ("prom", "promise"),
    ("treat", "treatise"),
    ("flower", "flour"),
    ("prize", "prise"),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_another_thing_keeps_terms_of_its_own(one: str, other: str) -> None:
    assert {*terms(one)} != {*terms(other)}
    found = {term for one in asked(other) for way in one.every for term in way}
    assert not found <= {*terms(one)}


def test_a_date_of_digits_is_read_both_ways_round_where_both_exist() -> None:
    ways = {
        token: one.ways for token, one in forms(["04/03/2024", "31/12/99", "12/31/1999", "2/30/24"]).items()
    }
    assert ways["04/03/2024"] == (("2024-03-04", "2024-04-03"), ("2024-03-04",), ("2024-04-03",))
    assert ways["31/12/99"] == ways["12/31/1999"] == (("1999-12-31",),)
    assert ways["2/30/24"] == ()
    assert set(stems(["March", "April"])) < set(terms("due on 04/03/2024"))


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What does the document say about zebras?", ["zebras"]),
        ("What is meant by ZEBRA, what happened, and who is called so?", ["ZEBRA"]),
        ("Which chapter, page or article mentions a zebra?", ["zebra"]),
        ("What does RNA stand for?", ["RNA"]),
        ("How old, how tall and how heavy is the Zebra?", ["Zebra"]),
        ("In which year and on what date did it happen?", []),
        ("Who paid €5,500 for 33cl on March 4, 2024?", ["5,500", "33cl", "March", "4", "2024"]),
        ("Is the e-book on TV?", ["e-book", "TV"]),
        ("When did the tides turn at High-Tide?", ["High"]),
        ("Who founded it?", []),  # "founder" is there
    ],
)
def test_words_that_only_put_the_question_are_not_missing(question: str, missing: list[str]) -> None:
    assert Retriever(build(["The founder paid for it.", *OTHERS])).missing_words(question) == missing


FAMILIES = """
founder founded foundation; analyse analysis analytical; decide decision; invade invasion; absent absence;
divide division; pregnant pregnancy; music musician musical; active activity; govern government governor;
tall taller tallest; large largest; assist assistant assistance; reproduce reproduction; suspend suspension;
own owner; run runner; act actor
"""


@pytest.mark.parametrize("words", [line.split() for line in FAMILIES.replace("\n", " ").split(";")])
def test_words_of_one_family_are_known(words: list[str]) -> None:
    found = stems(words)
    for term in found:
        if len(term) >= 3:
            others = {other for other in found if other[:3] == term[:3]}
            assert others <= {term, *family(term, found)}


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("event", "even evening eventual"),
        ("court", "course courier"),
        ("lease", "least leash"),
        ("international", "internet interview internal"),
        ("contract", "contrary contrast"),
        ("commit", "common commune"),
        ("far", "farm farmer"),
        ("2024", "20245"),
        ("sea", "seat season"),
    ],
)
def test_words_of_other_families_that_start_alike_are_told_apart(word: str, others: str) -> None:
    assert family(*stems([word]), stems(others.split())) == []


def test_the_nearest_of_a_family_comes_first() -> None:
    assert family("founder", ["foundri", "found", "foundat", "bird"])[0] == "found"


def test_a_word_of_the_family_is_searched_for_where_the_word_itself_does_not_occur() -> None:
    texts = ["Rosa Lind is its founder.", *OTHERS]
    by_words = Retriever(build(texts), RetrievalSettings(mode="bm25"))
    assert by_words.retrieve("founded", 1)[0].passage.document_id == "0.txt"
    by_words = Retriever(build([*texts, "It was founded here."]), RetrievalSettings(mode="bm25"))
    assert by_words.retrieve("founded", 1)[0].passage.document_id == "4.txt"


@pytest.mark.parametrize(
    ("printed", "question", "read"),
    [
        ("Opened on 04/03/2024.", "Who opened it on March 4, 2024?", "Who opened it on 04/03/2024?"),
        ("Opened on March 4, 2024.", "Opened 2024-03-04?", "Opened March 4, 2024?"),
        ("A rent of 18000 EUR.", "What costs 18,000 EUR?", "What costs 18000 EUR?"),
        ("Cola, 33 cl, 1.20.", "How much is a 33cl cola?", "How much is a 33 cl cola?"),
        ("It has twelve rooms.", "Which has 12 rooms?", "Which has twelve rooms?"),
        ("Opens at 7 pm.", "What opens at 19:00?", "What opens at 7 pm?"),
        ("On March 4, 2024 and 04/03/2024.", "Who, on 04/03/2024?", "Who, on 04/03/2024?"),
        ("Nothing of it.", "Who, on 04/03/2024?", "Who, on 04/03/2024?"),
        ("The seed was sown.", "Who has 2 seeds?", "Who has 2 seeds?"),
    ],
)
def test_the_reader_sees_figures_as_the_passages_write_them(printed: str, question: str, read: str) -> None:
    retriever = Retriever(build([printed, *OTHERS]))
    assert retriever.respelt(question, retriever.search(question, 1)).question == read


PIECES = st.sampled_from(
    [
        *(
            "March ",
            "4",
            "4th ",
            ", ",
            "2024",
            "/",
            "-",
            ".",
            ":",
            " ",
            "\n",
            "m",
            "kg ",
            "pm",
            "%",
            "€",
            "\u00ad",
        ),
        *(
            "İ",
            "ﬁ",
            "e\u0301",
            "_",
            "'s ",
            "word",
            "found ",
            "U.",
            "twenty",
            "one ",
            "18,000",
            "٣",
            "²",
            "½",
            "\u200b",
        ),
    ]
)


def each(text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for found in asked(text):
        yield found.written, found.terms
        yield from ((way, way) for way in (*found.ways, found.more))


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_any_text_has_whole_terms_which_its_numbers_stand_for(text: str) -> None:
    for written, found in each(text):
        assert len(written) == len(found)
        assert all(term and not any(c.isspace() for c in term) for term in found)
    vocabulary = Vocabulary()
    numbers = vocabulary.numbers(text)
    assert [list(vocabulary.terms)[number] for number in numbers] == terms(text)
    # In the order of first occurrence, whatever was met before.
    assert list(dict.fromkeys(numbers)) == list(range(len(vocabulary.terms)))
    assert vocabulary.numbers(text) == numbers
