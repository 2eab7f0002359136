"""Questions of the source: never an answer, in any layout; what follows them takes over how well they fit."""

import html
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.read.faq import answering, is_question
from qa.retrieve.retriever import RetrievedPassage, Retriever

FAQ = [
    ("How long does delivery take?", "Parcels arrive within three working days. Express is quicker."),
    ("Can I cancel my order?", "Yes, until it has been handed to the carrier. Write to us."),
    ("Do you ship to Switzerland?", "No. We deliver to countries of the European Union only."),
    ("Where is your workshop?", "It is at 14 Tannery Street in Halvorsen."),
    ("Why was my payment declined?", "The most common cause is an expired card."),
]
ASKED = {
    "How long does delivery take?": "three working days",
    "when will a parcel arrive": "three working days",
    "Can I cancel my order?": "until it has been handed to the carrier",
    "Do you ship to Switzerland?": "No.",
    "Where is your workshop?": "14 Tannery Street",
    "why has a payment been declined": "expired card",
}


def page(body: str) -> str:
    return f"<!doctype html><html><body><h1>FAQ</h1>{body}</body></html>"


def each(form: Callable[[str, str], str], between: str = "\n\n") -> str:
    return between.join(form(question, answer) for question, answer in FAQ)


escape = html.escape
LAYOUTS = {
    "blocks.txt": each(lambda q, a: f"{q}\n{a}"),
    "paragraphs.txt": each(lambda q, a: f"{q}\n\n{a}"),
    "letters.txt": each(lambda q, a: f"Q: {q}\nA: {a}"),
    "lines.txt": each(lambda q, a: f"Q. {q} A. {a}", "\n"),
    "numbers.txt": each(lambda q, a: f"7. {q}\n   {a}"),
    "running.txt": each(lambda q, a: f"{q} {a}", " "),
    "bold.md": each(lambda q, a: f"**{q}** {a}"),
    "bold-lines.md": each(lambda q, a: f"**{q}**\n\n{a}"),
    "headings.md": each(lambda q, a: f"### {q}\n\n{a}"),
    "table.md": "| Question | Answer |\n| --- | --- |\n" + each(lambda q, a: f"| {q} | {a} |", "\n"),
    "list.md": each(lambda q, a: f"- {q}\n  {a}", "\n"),
    "quoted.md": each(lambda q, a: f"> {q}\n\n{a}"),
    "definitions.html": page(f"<dl>{each(lambda q, a: f'<dt>{escape(q)}</dt><dd>{escape(a)}</dd>')}</dl>"),
    "headings.html": page(each(lambda q, a: f"<h3>{escape(q)}</h3><p>{escape(a)}</p>")),
    "breaks.html": page(each(lambda q, a: f"<p><b>{escape(q)}</b><br>{escape(a)}</p>")),
    "table.html": page(
        f"<table>{each(lambda q, a: f'<tr><td>{escape(q)}</td><td>{escape(a)}</td></tr>')}</table>"
    ),
}


def read(folder: Path, text: str, question: str) -> tuple[list[RetrievedPassage], list[RetrievedPassage]]:
    """The passages of a text as they are retrieved, and as they may answer, in the order of the text."""
    path = folder / "faq.md"
    path.write_text(text, encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=96))
    found = sorted(Retriever(index).search(question, 20), key=lambda one: one.hit.passage.start)
    return found, [answering(question, one) for one in found]


def said(passages: list[RetrievedPassage]) -> list[str]:
    return [
        one.hit.passage.text[s.start - one.hit.passage.start : s.end - one.hit.passage.start]
        for one in passages
        for s in one.sentences
    ]


def test_what_follows_a_question_takes_over_its_fit_and_the_question_is_none_of_the_answers(
    tmp_path: Path,
) -> None:
    text = (
        "It rains. Who sails the red boat? Anna does. She likes it. Who cooks? Boris.\n\n# Crew\n\nFive came."
    )
    before, after = read(tmp_path, text, "Who sails the red boat?")
    rains, sails, does, likes, cooks, boris, came = (s for one in before for s in one.sentences)
    kept = [s for one in after for s in one.sentences]
    assert said(after) == ["It rains.", "Anna does.", "She likes it.", "Boris.", "Five came."]
    assert [s.score for s in kept] == pytest.approx(
        [
            rains.score,
            max(does.score, sails.score),
            max(likes.score, 0.9 * sails.score),
            max(boris.score, cooks.score),
            came.score,
        ]
    )
    assert [s.heading for s in kept] == [
        None,
        (sails.start, sails.end),
        (sails.start, sails.end),
        (cooks.start, cooks.end),
        None,
    ]
    assert (kept[1].cosine, kept[1].share) == (sails.cosine, sails.share)


def test_questions_stay_where_one_is_asked_for_save_the_one_that_is_asked(tmp_path: Path) -> None:
    text = "The chair asked: who pays? What did the chair ask in May? Nobody spoke."
    _, after = read(tmp_path, text, "What did the chair ask?")
    assert said(after) == ["The chair asked: who pays?", "Nobody spoke."]
    _, after = read(tmp_path, text, "Who spoke?")
    assert said(after) == ["Nobody spoke."]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("How long does it take?", True),
        ("**Can I use MinIO instead?**", True),
        ("| Is it open? |", True),
        ("“Who pays?”", True),
        ("Really?!", True),
        ("¿Dónde está? )", True),
        ("She asked, “Who pays?”", False),
        ('He asked the committee "who pays?"', False),
        ('He closed by asking "Are we all agreed?', False),
        ("It was recorded for his album What's Wrong with This Picture?", False),
        ("Moderated by John Daly and Bennett Cerf, What's My Line?", False),
        ("My parcel is late, what can I do?", True),
        ("In May, will Anna come to Rome?", True),
        ("**What Happens Next?**", True),
        ("It takes a day.", False),
        ("See page?id=3 for more.", False),
        ("", False),
    ],
)
def test_a_sentence_that_asks_is_told_from_one_that_reports_it(sentence: str, expected: bool) -> None:
    assert is_question(sentence) is expected


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_question_of_the_source_is_given_as_an_answer_whatever_the_layout(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(LAYOUTS[name], encoding="utf-8")
    answerer = Answerer(Index.from_sources([path]))
    for question, expected in ASKED.items():
        answer = answerer.answer(question, threshold=0.0)
        assert expected in answer.text, (question, answer.text)
        quoted = [citation.quote for citation in answer.citations]
        if name.startswith("table"):  # a row is quoted whole
            quoted = [answer.short or ""]
        assert not any(asked in quote for quote in quoted for asked, _ in FAQ)
        assert answer.short not in {None, "Who", "How long", "Why", "Where"}


def test_a_bare_yes_or_no_is_cited_with_the_sentence_that_explains_it(tmp_path: Path) -> None:
    path = tmp_path / "faq.txt"
    path.write_text(LAYOUTS["blocks.txt"], encoding="utf-8")
    answer = Answerer(Index.from_sources([path])).answer("Do you ship to Switzerland?")
    assert [citation.quote for citation in answer.citations] == [
        "No.",
        "We deliver to countries of the European Union only.",
    ]
    assert answer.short == "No"
    assert answer.verdict != "silent"


def test_a_source_of_questions_alone_answers_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "exam.txt"
    path.write_text("\n".join(question for question, _ in FAQ), encoding="utf-8")
    answerer = Answerer(Index.from_sources([path]))
    for question in ASKED:
        answer = answerer.answer(question)
        assert (answer.verdict, answer.short, answer.confidence) == ("silent", None, 0.0)
