"""The cells of a row of a table: which one a question asks for, and which may hold its answer; pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.text.terms import terms
from index.types import Passage, Range
from qa.language.polarity import is_yes_or_no
from qa.read.columns import columns_asked, content_terms, is_yes_or_no_column, label_terms, named_marks
from qa.read.cues import kind_asked
from qa.read.rows import Row, row_at
from qa.read.spans import Span

if TYPE_CHECKING:
    from qa.retrieve.retriever import RetrievedPassage


def cell_asked(question: str, passage: Passage, row: Row) -> Range | None:
    """The cell of a row whose label the question names, if it names one; never one that it holds itself.

    Of a pair without a header it is the second, when the question names the first. A cell of another kind
    than is asked for is none, as what is to be done for "Who does action 5?".
    """
    wanted = frozenset(terms(question))
    texts = row.texts(passage.text)
    labels = row.labels or (("", texts[0]) if len(texts) == 2 else ())
    named = [
        place
        for place, (label, text) in enumerate(zip(labels, texts, strict=False))
        if (said := content_terms(label)) and said <= wanted and text and not frozenset(terms(text)) <= wanted
    ]
    if len(named) > 1 and not is_yes_or_no(question):
        named = [place for place in named if not _says_yes_or_no(row, place)]
    kind = columns_asked(question, row.columns, texts)
    if kind and kind.is_strict:
        named = [place for place in named if place in kind.places]
    return row.cells[named[0]] if len(named) == 1 else None


def cells_for(question: str, passage: Passage, row: Row) -> list[Range]:
    """The cells of a row that may hold an answer: each says something that the question does not.

    They are those of the kind that is asked for, if its table has such columns; none where it surely has not.
    Else, where a time or an amount is asked for, they are those with a figure, if any are. A bare yes or no
    answers no other question than one for it.
    """
    wanted = frozenset(terms(question))
    texts = row.texts(passage.text)
    telling = [
        place
        for place, text in enumerate(texts)
        if not wanted.issuperset(terms(text)) or (text and _says_yes_or_no(row, place))
    ]
    if kind := columns_asked(question, row.columns, texts):
        fitting = [row.cells[place] for place in telling if place in kind.places]
        if fitting or not any(texts[place] for place in kind.places if place < len(texts)):
            return fitting
    if not is_yes_or_no(question):
        telling = [place for place in telling if not _says_yes_or_no(row, place)] or telling
    figures = [place for place in telling if any(map(str.isdigit, texts[place]))]
    kept = (kind_asked(question) in {"time", "amount"} and figures) or telling
    return [row.cells[place] for place in kept or range(len(texts))]


def asks_for_its_number(question: str, passage: Passage, row: Row) -> bool:
    """Whether a question asks how many rows like this one there are, which no row tells."""
    kind = columns_asked(question, row.columns, row.texts(passage.text))
    return kind is not None and not kind.places


def is_of_another_column(question: str, row: Row, place: Range) -> bool:
    """Whether a range of a row is a bare yes or no below a label that shares no word with the question."""
    number = next((n for n, cell in enumerate(row.cells) if cell[0] <= place[0] < cell[1]), None)
    return (
        number is not None
        and _says_yes_or_no(row, number)
        and not frozenset(terms(question)) & label_terms(row.labels[number])
    )


def lacks_column(question: str, span: Span, passages: "Sequence[RetrievedPassage]") -> bool:
    """Whether a question asks for a yes or no, and a span is a row that says some, but of other things."""
    passage = passages[span.passage].hit.passage
    row = row_at(passage, span.start - passage.start)
    return (
        row is not None
        and span.highlight is None
        and is_yes_or_no(question)
        and any(map(is_yes_or_no_column, row.columns))
        and not named_marks(question, row.columns)
    )


def _says_yes_or_no(row: Row, place: int) -> bool:
    return place < len(row.columns) and is_yes_or_no_column(row.columns[place])
