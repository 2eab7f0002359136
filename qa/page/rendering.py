"""Answers as HTML for the chat; pure. Nothing of a question or a source can be read as markup."""

from collections.abc import Sequence
from textwrap import shorten
from urllib.parse import quote as percent_encoded

from index.text.surrogates import encodable
from index.text.tables import cells_of
from qa.answer.citations import parted, recognition
from qa.answer.comparison import headed
from qa.messages import DISAGREEMENT, FOUND, LIKELY, chosen, is_fixed, narrowed_to, read_as, replaced
from qa.types import Answer, Citation, Comparison, WrittenSentence

# What stands above an answer of a verdict, and above the further sentences.
LEADS = {"likely": LIKELY, "silent": "Nothing in the documents seems to answer this"}
FOREIGN = "This {} does not seem to be in English; Quoth reads other languages poorly"
CLOSEST = {"likely": "Other close passages", "silent": "The closest passages"}
# Characters of the columns' names that are said of a row.
_LONGEST_HEADER = 80
_CLASSES = {"answered": "q-answer", "likely": "q-answer q-likely", "silent": "q-refusal"}


def render(answer: Answer, *, name_documents: bool, key: str = "", foreign: bool = False) -> str:
    """An answer, a likely guess or a refusal as one line of HTML.

    `foreign` tells that the question is in another language than English.
    `name_documents` says of each quote where it stands. `key` tells the turn of a conversation, for what can
    be done with it. An answer that was forced, at a threshold of 0, is marked as no more than a guess.
    """
    shown = _shown(answer)
    quotes = [
        # Of the sentences that come after a guess nobody knows how sure they are.
        _quoted(citation, place, mark=place <= len(answer.citations))
        for place, citation in enumerate(shown, 1)
    ]
    read = len(answer.citations) + len(answer.closest)
    given, further = quotes[: len(answer.citations)], quotes[len(answer.citations) : read]
    if answer.located:
        given = [f"{plain(line)}: {quote}" for line, quote in zip(answer.located, given, strict=True)]
    head = _head(answer)
    if is_message(answer):
        given = [plain(answer.text)]
    look = "q-short q-located" if answer.located else "q-short"
    short = f'<p class="{look}">{plain(answer.short)}</p>' if answer.short and given else ""
    said = f'{short}<p class="q-said">{" ".join(given)}</p>' if given else ""
    if answer.compared:
        said = _compared(answer.compared, given)
    return (
        f'<div class="q-turn {_class(answer)}" id="turn-{key}">{head}{_written(answer, shown)}{said}'
        f"{_missing(answer)}{_closest(answer, further)}{_notes(answer, shown, name_documents, foreign)}</div>"
    )


def _shown(answer: Answer) -> tuple[Citation, ...]:
    """All that an answer cites, each once, in the order of its numbers."""
    shown = (*answer.citations, *answer.closest)
    places = {(one.document_id, one.start, one.end) for one in shown}
    written = [one for sentence in _sentences(answer) for one in sentence.citations]
    others = {(one.document_id, one.start, one.end): one for one in written}
    return (*shown, *(one for place, one in others.items() if place not in places))


def _sentences(answer: Answer) -> Sequence[WrittenSentence]:
    return answer.written.sentences if answer.written else ()


def _compared(comparison: Comparison, quotes: Sequence[str]) -> str:
    """The quotes of a comparison under headings, what is said of one matter side by side."""
    return "".join(
        f'<p class="q-label">{plain(heading)}</p><ul class="q-closest">'
        + "".join(f"<li>{'<br>'.join(row)}</li>" for row in rows)
        + "</ul>"
        for heading, rows in headed(comparison, quotes)
    )


def _written(answer: Answer, shown: Sequence[Citation]) -> str:
    """What a language model wrote: each sentence with what supports it, or struck and with what is wrong."""
    if answer.written is None:
        return ""
    numbers = {(one.document_id, one.start, one.end): place for place, one in enumerate(shown, 1)}
    items = []
    for sentence in answer.written.sentences:
        links = "".join(
            _link(one, numbers[one.document_id, one.start, one.end], mark=False) for one in sentence.citations
        )
        text = plain(sentence.text)
        if sentence.verdict == "unsupported":
            reasons = plain("; ".join(sentence.reasons))
            text = f'<del>{text}</del> <span class="q-why-struck">Not supported: {reasons}</span>'
        items.append(f"<li>{text}&nbsp;{links}</li>")
    listed = f'<ul class="q-written">{"".join(items)}</ul>' if items else ""
    by = plain(f"Written by {answer.written.model}, each sentence checked against the source")
    problem = f'<p class="q-unwritten">{plain(answer.written.problem)}</p>' if answer.written.problem else ""
    return f'<p class="q-label">{by}</p>{listed}{problem}' if listed or problem else ""


def is_message(answer: Answer) -> bool:
    """Whether an answer is a fixed message that stands for itself: no refusal, and nothing is quoted."""
    return not answer.citations and is_fixed(answer.text)


def lead(answer: Answer) -> str:
    """What stands above the quotes, "" where nothing does."""
    if is_message(answer):
        return ""
    return FOUND if answer.kind == "keyword" and answer.verdict == "likely" else LEADS.get(answer.verdict, "")


def _class(answer: Answer) -> str:
    return f"{_look(answer)} q-follow-up" if answer.about else _look(answer)


def _look(answer: Answer) -> str:
    if is_message(answer) or (answer.kind == "keyword" and answer.citations):
        return "q-answer"
    return "q-answer q-guessed" if _is_forced(answer) else _CLASSES[answer.verdict]


def _is_forced(answer: Answer) -> bool:
    return answer.answered and answer.threshold == 0.0 and answer.confidence is not None


def _head(answer: Answer) -> str:
    if above := lead(answer):
        return f"<h3>{plain(above)}</h3>"
    if _is_forced(answer):
        head = f"The best guess, {answer.confidence:.0%} sure: the documents may not say this"
        return f"<h3>{plain(head)}</h3>"
    return ""


def _missing(answer: Answer) -> str:
    terms = ", ".join(f"<b>{plain(term)}</b>" for term in answer.missing_terms)
    silent = answer.verdict == "silent"
    return f'<p class="q-missing">Not in the documents: {terms}</p>' if terms and silent else ""


def _closest(answer: Answer, quotes: Sequence[str]) -> str:
    if not quotes:
        return ""
    items = "".join(f"<li>{quote}</li>" for quote in quotes)
    return f'<p class="q-label">{CLOSEST[answer.verdict]}</p><ul class="q-closest">{items}</ul>'


def _notes(answer: Answer, shown: Sequence[Citation], name_documents: bool, foreign: bool) -> str:
    notes = [FOREIGN.format("question")] if foreign else []
    if answer.disagreement:
        notes.append(DISAGREEMENT)
    if answer.chosen_of:
        notes.append(chosen(len(answer.citations), answer.chosen_of))
    if answer.narrowed:
        notes.append(narrowed_to(answer.narrowed))
    if answer.respelt:
        notes.append(read_as(answer.respelt))
    if answer.outdated:
        notes.append(replaced(answer.outdated))
    if answer.confidence is not None:
        what = "the first of these" if answer.verdict == "silent" else "this"
        notes.append(f"{answer.confidence:.0%} sure that {what} is right")
    if answer.about:
        notes.append(f"Understood as a follow-up about {answer.about}")
    if name_documents or any(
        one.page or one.place or one.heading or one.header or one.recognised is not None for one in shown
    ):
        numbers: dict[str, list[str]] = {}
        for place, citation in enumerate(shown, 1):
            numbers.setdefault(where(citation), []).append(f"[{place}]")
        notes += [f"{' '.join(found)} {there}" for there, found in numbers.items()]
    return f'<ul class="q-notes">{"".join(f"<li>{plain(note)}</li>" for note in notes)}</ul>'


def asked(question: str) -> str:
    """A question as HTML: a heading, so that a screen reader goes from one to the next."""
    return f'<h2 class="q-asked">{plain(question)}</h2>'


def problem(line: str) -> str:
    """An error's one line as HTML."""
    return f'<div class="q-turn q-problem">{plain(line)}</div>'


def address(citation: Citation, *, mark: bool = True) -> str:
    """The fragment that opens the page at a citation; `sha` tells whether the document is still the same."""
    exact = "&exact={}-{}".format(*citation.highlight) if citation.highlight and mark else ""
    document = percent_encoded(citation.document_id, safe="")
    return f"#document={document}&at={citation.start}-{citation.end}{exact}&sha={citation.sha256[:12]}"


def linked(citation: Citation) -> dict[str, str]:
    """A quote in its three parts, where it stands and the address that opens it, for the page's script."""
    before, exact, after = encodable(list(parted(citation)))
    return {
        "href": address(citation),
        "where": where(citation),
        "before": before,
        "exact": exact,
        "after": after,
    }


def where(citation: Citation) -> str:
    """Where a quote stands, for a person."""
    page = citation.page and f"page {citation.page}"
    columns = citation.header and ", ".join(filter(None, cells_of(citation.header.quote)))
    header = columns and f"below “{shorten(columns, _LONGEST_HEADER, placeholder=' …')}”"
    parts = [citation.document_id, page, citation.place, citation.heading, header, recognition(citation)]
    return ", ".join(part for part in parts if part)


def plain(text: str) -> str:
    """Text that neither HTML nor Markdown can read as markup: all of ASCII's punctuation as references."""
    return "".join(c if c.isalnum() or c == " " or c > "\x7f" else f"&#{ord(c)};" for c in text)


def _quoted(citation: Citation, place: int, *, mark: bool) -> str:
    """A quote, and the link that marks it in the panel."""
    before, exact, after = map(plain, parted(citation) if mark else ("", "", citation.quote))
    quote = f"{before}<b>{exact}</b>{after}" if exact else before + after
    return f'<span class="q-quote">{quote}</span>&nbsp;{_link(citation, place, mark=mark)}'


def _link(citation: Citation, place: int, *, mark: bool) -> str:
    title = plain(where(citation))
    return f'<a class="q-cite" href="{plain(address(citation, mark=mark))}" title="{title}">[{place}]</a>'
