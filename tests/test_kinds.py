"""What each kind of request is given: sums, parts, one document, the collection, keywords, fixed messages."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.verification import verify_answers
from qa.messages import FOUND, MACHINE, REFUSAL, SMALLTALK
from qa.page.conversation import Conversation
from qa.page.export import as_html
from qa.page.rendering import render, where
from qa.read.baseline import SentenceReader
from qa.requests.request import Request
from qa.types import Answer
from tests.uploading import pdf

BOOK = """# The keeper

## Chapter 1: The arrival

Edda Voss came to the island of Holm in October 1902. She carried two trunks and a cage with a canary.

## Chapter 2: The winter

In December the lamp failed for three long nights. Edda lit a fire on the rocks for the herring fleet.

## Chapter 3: The visit

An inspector arrived in May with two clerks from the ministry. The inspector measured the tower of the island.
"""
REPORTS = {
    "report1.txt": "Sales in the north region grew by four per cent. The main risk is the rent in Hamburg.",
    "report2.txt": "Sales in the south region fell by three per cent. The main risk is the lack of drivers.",
    "report3.txt": "Sales in the west region stayed the same. The main risk is the renewal of a contract.",
}


def answerer(folder: Path, files: dict[str, str]) -> Answerer:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    index = Index.from_sources(
        [folder], folder.with_name("index"), embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0)
    )
    return Answerer(index, reader=SentenceReader())


@pytest.fixture
def reports(tmp_path: Path) -> Answerer:
    return answerer(tmp_path / "reports", REPORTS)


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    "question", ["summarise chapter 2", "What does chapter 2 say?", "Sum up the winter", "the second chapter"]
)
def test_a_request_about_a_part_is_given_sentences_of_that_part_alone(tmp_path: Path, question: str) -> None:
    answer = answerer(tmp_path / "book", {"book.md": BOOK}).answer(question)
    assert (answer.kind, answer.verdict, answer.confidence) == ("part", "answered", None)
    assert quotes(answer) == [
        "In December the lamp failed for three long nights.",
        "Edda lit a fire on the rocks for the herring fleet.",
    ]


CLAUSES = """LEASE

1. Use
1.1 The flat is a private home only.
1.2 Dogs are not allowed. Two cats may be kept in the flat with consent.
1.3 Smoking is forbidden inside the flat.

2. Repairs
2.1 The owner repairs the roof and the walls of the house.
"""
CLAUSE = ["1.2 Dogs are not allowed.", "Two cats may be kept in the flat with consent."]
USE = ["1.1 The flat is a private home only.", *CLAUSE, "1.3 Smoking is forbidden inside the flat."]


@pytest.mark.parametrize(
    "question", ["What does section 1 say?", "read me section 1", "quote section 1 in full"]
)
def test_a_part_that_is_to_be_read_is_given_whole_with_its_numbers(tmp_path: Path, question: str) -> None:
    answer = answerer(tmp_path / "lease", {"lease.txt": CLAUSES}).answer(question)
    assert (answer.kind, answer.verdict, answer.chosen_of) == ("part", "answered", None)
    assert quotes(answer) == USE
    assert answer.text == "\n".join([USE[0], " ".join(CLAUSE), USE[-1]])
    assert verify_answers([answer], [tmp_path / "lease"]) == []


@pytest.mark.parametrize(
    "question", ["What does 1.2 say?", "read me 1.2", "what is 1.2?", "Quote 1.2 in full"]
)
def test_a_clause_is_found_by_its_bare_number(tmp_path: Path, question: str) -> None:
    assert quotes(answerer(tmp_path / "lease", {"lease.txt": CLAUSES}).answer(question)) == CLAUSE


def test_a_bare_number_that_no_clause_has_is_no_part(tmp_path: Path) -> None:
    answer = answerer(tmp_path / "lease", {"lease.txt": CLAUSES}).answer("What does 9.9 say?")
    assert answer.text == "There is no such part. The headings are: LEASE, 1. Use, 2. Repairs."


def test_of_a_long_part_ten_sentences_are_read_and_the_answer_says_of_how_many(tmp_path: Path) -> None:
    rooms = "attic barn cellar den entry forge garage hall inn jetty kiln loft".split()
    text = "# House\n\n## 1. Rooms\n\n" + "".join(
        f"The {room} has been painted twice since the year {1900 + at}. " for at, room in enumerate(rooms)
    )
    house = answerer(tmp_path / "house", {"house.md": text})
    answer = house.answer("What does section 1 say?")
    assert (len(answer.citations), answer.chosen_of) == (10, 12)
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(starts)
    assert "10 of its 12 sentences are shown" in as_html(Conversation(answers=(answer,)), datetime.now(UTC))
    assert "10 of its 12 sentences are shown" in unescape(render(answer, name_documents=False))
    summed = house.answer("sum up section 1")
    assert (len(summed.citations), summed.chosen_of) == (3, None)


def test_a_unit_that_is_none_with_a_number_is_a_question(tmp_path: Path) -> None:
    text = (
        "# Club\n\n## Actions\n\n| No. | Action |\n|---|---|\n| 1 | Book the hall |\n| 2 | Write to Ann |\n"
    )
    club = answerer(tmp_path / "club", {"club.md": text})
    assert club.answer("what is action 2", threshold=0.0).kind == "question"


def test_a_question_within_a_part_is_answered_from_that_part(tmp_path: Path) -> None:
    book = answerer(tmp_path / "book", {"book.md": BOOK})
    answer = book.answer("Who came to the island in chapter 3?", threshold=0.0)
    assert "inspector" in answer.text
    assert "Edda" not in answer.text


def test_where_there_is_no_such_part_the_headings_are_listed(tmp_path: Path) -> None:
    answer = answerer(tmp_path / "book", {"book.md": BOOK}).answer("summarise chapter 7")
    assert (answer.kind, answer.verdict, answer.citations) == ("part", "silent", ())
    assert answer.text == (
        "There is no such part. The headings are: The keeper, Chapter 1: The arrival, Chapter 2: The winter, "
        "Chapter 3: The visit."
    )


def test_a_sum_holds_statements_that_stand_alone_and_has_no_confidence(tmp_path: Path) -> None:
    text = (
        "Minutes of the club\n\nHowever, nobody came to the meeting on the first day of May. "
        "The club of Holm was founded by twelve keepers in October 1902.\n\n| Name | Fee of the year |\n"
        "| Ada | 12 pounds a year for all |\n\nHe was the oldest member that the club has ever had.\n"
    )
    answer = answerer(tmp_path / "club", {"club.md": text}).answer("What is this about?")
    assert (answer.kind, answer.verdict, answer.confidence) == ("whole", "answered", None)
    assert quotes(answer) == ["The club of Holm was founded by twelve keepers in October 1902."]


@pytest.mark.parametrize("name", ["report2.txt", "report2", "Report 2", "REPORT_2"])
def test_a_document_that_is_named_is_summed_up_alone_and_the_answer_says_so(
    reports: Answerer, name: str
) -> None:
    answer = reports.answer(f"Summarise {name}")
    assert (answer.verdict, answer.confidence, answer.narrowed) == ("answered", None, ("report2.txt",))
    assert {citation.document_id for citation in answer.citations} == {"report2.txt"}
    assert "Asked of report2.txt only" in as_html(Conversation(answers=(answer,)), datetime.now(UTC))
    assert "Asked of report2" in render(answer, name_documents=True).replace("&#46;", ".")


def test_a_question_of_a_document_that_is_named_is_asked_of_it(reports: Answerer) -> None:
    for number, risk in ((1, "rent in Hamburg"), (2, "lack of drivers"), (3, "renewal of a contract")):
        answer = reports.answer(f"What is the main risk in report{number}?", threshold=0.0)
        assert risk in answer.text
        assert answer.narrowed == (f"report{number}.txt",)
        assert answer.missing_terms == ()


def test_a_word_of_the_files_name_is_not_missing(tmp_path: Path) -> None:
    asked = answerer(tmp_path / "fees", {f"{year}/fees.txt": "The fee is low." for year in (2023, 2024)})
    answer = asked.answer("Which fee was zebra in 2024?", threshold=0.0)
    assert answer.missing_terms == ("zebra",)
    assert answer.narrowed == ("2024/fees.txt",)


def test_a_document_that_is_not_there_is_said_to_be_none(reports: Answerer) -> None:
    answer = reports.answer("Summarise report9.txt")
    assert (answer.verdict, answer.kind) == ("silent", "document")
    assert answer.text == (
        "There is no document called report9.txt. There are 3 documents: report1.txt, "
        "report2.txt, report3.txt."
    )


def test_the_documents_are_counted_and_named_those_asked_alone(reports: Answerer) -> None:
    answer = reports.answer("Which documents do you have?")
    assert (answer.kind, answer.verdict, answer.confidence) == ("collection", "answered", None)
    assert answer.text == "There are 3 documents: report1.txt, report2.txt, report3.txt."
    narrowed = reports.answer("How many documents are there?", documents=["report3.txt"])
    assert narrowed.text == "There is 1 document: report3.txt."


@pytest.mark.parametrize(
    "question",
    ["Which document mentions drivers?", "is there a file about drivers?", "any files about drivers"],
)
def test_the_document_about_a_matter_is_told_by_a_passage_of_it(reports: Answerer, question: str) -> None:
    answer = reports.answer(question, threshold=0.0)
    assert answer.kind == "keyword"
    assert (answer.citations[0].document_id, answer.citations[0].quote) == (
        "report2.txt",
        "The main risk is the lack of drivers.",
    )


def test_headings_are_listed_and_what_is_not_known_is_not_told(tmp_path: Path) -> None:
    book = answerer(tmp_path / "book", {"book.md": BOOK, "notes.txt": "The lamp is old."})
    told = (
        "There are 4 headings: The keeper, Chapter 1: The arrival, Chapter 2: The winter, "
        "Chapter 3: The visit."
    )
    for question in ("list the headings", "what chapters are there?", "How many sections does it have?"):
        answer = book.answer(question, documents=["book.md"])
        assert (answer.kind, answer.verdict, answer.text) == ("collection", "answered", told)
    assert book.answer("list the headings of book.md").text == told
    for question in (
        "How many pages are there?",
        "how many words are in the document?",
        "What is the title?",
        "list the headings of notes.txt",
    ):
        asked = book.requests.understand(question, None)
        assert (asked.kind, asked.message) == ("question", None)


def test_pages_are_counted_where_a_format_has_pages(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf("The lamp is old.", "The fee is low.", "The boat is red."))
    (tmp_path / "notes.txt").write_text("The lamp is old.", encoding="utf-8")
    index = Index.from_sources([tmp_path], tmp_path / "index", embedder=HashEmbedder())
    answer = Answerer(index, reader=SentenceReader()).answer("How many pages does report.pdf have?")
    assert (answer.kind, answer.text) == ("collection", "There are 3 pages: 3 in report.pdf.")


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("hello", "smalltalk", SMALLTALK),
        ("Thanks!", "smalltalk", SMALLTALK),
        ("who are you", "machine", MACHINE),
    ],
)
def test_small_talk_gets_one_fixed_line_also_within_a_conversation(
    reports: Answerer, text: str, kind: str, message: str
) -> None:
    history = [{"role": "user", "text": "Who is Edda Voss?"}, {"role": "assistant", "text": "A keeper."}]
    answer = reports.answer(text, history=history)
    assert (answer.kind, answer.text, answer.standalone_question) == (kind, message, text)
    assert (answer.confidence, answer.citations, answer.closest) == (None, (), ())
    shown = render(answer, name_documents=True)
    assert "q-refusal" not in shown
    assert "Nothing" not in shown


GUESTS = (
    "We have free wifi in all rooms. Breakfast costs 9 euros. We are looking for a night porter from May. "
    "Our site sets no cookies. We speak English and Dutch. Customers may close an account at any time."
)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("do you do breakfast", "Breakfast costs 9 euros."),
        ("do you use cookies", "Our site sets no cookies."),
        ("can you close my account just like that", "Customers may close an account at any time."),
    ],
)
def test_you_may_mean_those_who_wrote_the_source_so_it_is_asked_before_the_program_speaks(
    tmp_path: Path, question: str, quote: str
) -> None:
    answer = answerer(tmp_path / "house", {"house.txt": GUESTS}).answer(question)
    assert answer.kind == "question"
    assert answer.verdict in {"answered", "likely"}
    assert answer.citations[0].quote == quote


@pytest.mark.parametrize("text", ["what model are you", "are you a robot", "who made you", "good evening"])
def test_what_only_the_program_can_be_asked_is_told_though_the_source_is_asked_first(
    tmp_path: Path, text: str
) -> None:
    answer = answerer(tmp_path / "house", {"house.txt": GUESTS}).answer(text)
    assert answer.text in {MACHINE, SMALLTALK}
    assert answer.verdict == "silent"


def test_a_message_yields_to_an_answer_and_where_a_question_is_probable_to_a_likely_one() -> None:
    told = Request("machine", "are you hiring", None, message=MACHINE)
    assert [told.is_told(verdict) for verdict in ("answered", "likely", "silent")] == [False, True, True]
    maybe = told._replace(yields_to="likely")
    assert [maybe.is_told(verdict) for verdict in ("answered", "likely", "silent")] == [False, False, True]
    assert not told._replace(message=None).is_told("silent")
    assert (told.of_source.kind, told._replace(kind="part").of_source.kind) == ("question", "part")


def test_at_a_threshold_of_nothing_there_is_always_an_answer(reports: Answerer) -> None:
    forced = reports.answer("hello", threshold=0.0)
    assert (forced.verdict, forced.confidence) == ("answered", None)


def test_bare_keywords_find_the_best_passages_or_nothing(reports: Answerer) -> None:
    found = reports.answer("west region sales")
    assert (found.kind, found.verdict, found.confidence, found.short) == ("keyword", "likely", None, None)
    assert found.citations[0].document_id == "report3.txt"
    assert FOUND.rstrip(":") in as_html(Conversation(answers=(found,)), datetime.now(UTC))
    nothing = reports.answer("quantum bananas")
    assert (nothing.kind, nothing.verdict, nothing.text) == ("keyword", "silent", REFUSAL)


def test_what_stands_at_one_place_is_listed_once_below_an_answer(reports: Answerer) -> None:
    answer = reports.answer("What is the main risk?", threshold=0.0)
    first, other = answer.citations[0], answer.citations[0].model_copy(update={"document_id": "other.txt"})
    shown = render(answer.model_copy(update={"citations": (first, other, first)}), name_documents=True)
    lines = unescape(re.sub("<[^>]*>", "\n", shown)).splitlines()
    assert [line for line in lines if line.startswith("[1] [3]")] == [f"[1] [3] {where(first)}"]
    assert f"[2] {where(other)}" in lines


def test_an_acronym_is_answered_by_the_words_that_it_stands_for(tmp_path: Path) -> None:
    text = "RPO stands for recovery point objective. The Mean Time To Repair (MTTR) was 42 minutes in June."
    asked = answerer(tmp_path / "terms", {"terms.txt": text})
    for acronym, words in (("MTTR", "Mean Time To Repair"), ("RPO", "recovery point objective")):
        answer = asked.answer(f"What does {acronym} stand for?")
        assert (answer.verdict, answer.short) == ("answered", words)
        assert answer.citations[0].quote.count(words) == 1


def test_words_and_their_acronym_are_read_for_each_other(tmp_path: Path) -> None:
    texts = {
        "a.txt": "The Key Performance Indicators are reported every Monday. Lunch is reported to be good.",
        "b.txt": "PTO: paid time off. Each person has 25 days of PTO a year. Nobody has 30 days of sun.",
    }
    asked = answerer(tmp_path / "acronyms", texts)
    kpis = asked.answer("When are KPIs reported?", threshold=0.0)
    assert kpis.citations[0].quote == "The Key Performance Indicators are reported every Monday."
    assert kpis.missing_terms == ()
    assert (
        "when are paid time off"
        not in asked.finder.wordings.of("How much paid time off is there?", None).questions
    )
    assert (
        asked.finder.wordings.of("How much paid time off is there?", None).questions[1]
        == "How much PTO is there?"
    )


def test_the_newest_version_is_cited_beside_an_older_one(tmp_path: Path) -> None:
    texts = {
        "policy_2021.txt": "Unused days of leave expire at the end of the year.",
        "policy_2023.txt": "This version replaces all others. Unused days of leave may be kept for a year.",
    }
    asked = answerer(tmp_path / "policy", texts)
    asked.finder.calibration = asked.finder.calibration.model_copy(update={"threshold": 0.3, "likely": 0.1})
    answer = asked.answer("What happens to unused days of leave?", threshold=0.3)
    assert {citation.document_id for citation in answer.citations} == set(texts)
    older = asked.answer("What happens to unused days of leave in policy_2021?", threshold=0.0)
    assert {citation.document_id for citation in older.citations} == {"policy_2021.txt"}


def test_fixed_messages_verify_and_altered_ones_do_not(reports: Answerer, tmp_path: Path) -> None:
    answers = [
        reports.answer(text) for text in ("hello", "who are you", "List all documents", "report9.txt?")
    ]
    exported = [Answer.model_validate(json.loads(answer.model_dump_json())) for answer in answers]
    assert verify_answers(exported, [str(tmp_path / "reports")]) == []
    altered = [answer.model_copy(update={"text": "It took 90 days."}) for answer in exported]
    assert len(verify_answers(altered, [str(tmp_path / "reports")])) == len(altered)
