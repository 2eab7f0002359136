"""The rows of a table that a question chooses by a column of yes and no: "Which tasks are done?"; pure."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.text.terms import terms
from qa.language.polarity import is_yes_or_no, negations
from qa.read.columns import choosing_marks, content_terms, label_terms, says_yes
from qa.read.rows import Row, row_at
from qa.read.spans import Span

if TYPE_CHECKING:
    from qa.retrieve.retriever import RetrievedPassage

_CHOOSING = re.compile(r"\W*(?:and\s+|so\s+)?(?:which|what|who|list|name|show)\b", re.IGNORECASE)
# How far a row that says no is put below those that say yes, in log-odds: too far to be shown beside them.
_BELOW = 1.0
# How far the rows that are chosen are put below the best of them: near enough to be shown beside it, and not
# so near that the answer counts as unsure, since they do not contradict each other.
_BESIDE = 0.6


def with_chosen_rows(
    question: str, spans: Sequence[Span], passages: "Sequence[RetrievedPassage]"
) -> list[Span]:
    """The spans, best first; of the rows of a table those that a question rules out below, as unfit.

    The question holds the label of a column of yes and no, and asks which rows say yes, or no where it
    denies. The rows that do are shown alike. Of rows that hold more of the question than others, as those of
    one owner, only these are chosen from; where none of them is chosen and others exist, all stay.
    """
    if not _CHOOSING.match(question) or is_yes_or_no(question):
        return list(spans)
    found: dict[tuple[str, str], dict[int, tuple[bool, frozenset[str]]]] = defaultdict(dict)
    for place, span in enumerate(spans):
        passage = passages[span.passage].hit.passage
        row = row_at(passage, span.start - passage.start)
        if row and (known := _chosen(question, row, row.texts(passage.text))) is not None:
            found[span.document_id, row.table][place] = known
    settled = list(spans)
    for every in found.values():
        held = [words for _, words in every.values()]
        group = {
            place: chosen
            for place, (chosen, words) in every.items()
            if not any(words < other for other in held)
        }
        if not any(group.values()) and len(group) < len(every):
            continue
        best = max((spans[place] for place in group), key=lambda span: span.score)
        top = best.score
        first = next((place for place, chosen in group.items() if chosen), None)
        for place, chosen in group.items():
            score = top - _BESIDE if chosen else min(spans[place].score, top - _BELOW)
            settled[place] = spans[place]._replace(score=score, unfit=spans[place].unfit or not chosen)
        if first is not None:
            # That the table answers, the readers tell best by the row that they like best.
            settled[first] = settled[first]._replace(
                score=top,
                margin=best.margin,
                answerable=best.answerable,
                support=best.support,
                second_margin=best.second_margin,
                second_answerable=best.second_answerable,
                around=best.around,
            )
    return sorted(settled, key=lambda span: -span.score)


def _chosen(question: str, row: Row, texts: Sequence[str]) -> tuple[bool, frozenset[str]] | None:
    """Whether a question chooses a row, and which of its terms the row's other cells hold; None if unsure."""
    marks, denied = choosing_marks(question, row.columns), negations(question)
    if not marks or max(marks) >= len(texts) or denied > 1 or (denied and len(marks) > 1):
        return None
    labels = frozenset[str]().union(*(label_terms(row.columns[place].label) for place in marks))
    others = " ".join(text for place, text in enumerate(texts) if says_yes(row.columns[place], text) is None)
    said = {says_yes(row.columns[place], texts[place]) for place in marks}
    return said == {not denied}, (content_terms(question) - labels) & frozenset(terms(others))
