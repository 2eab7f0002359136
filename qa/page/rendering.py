"""Answers as HTML for the chat; pure. Nothing of a question or a source can be read as markup."""

from collections.abc import Sequence
from urllib.parse import quote as percent_encoded

from qa.answer.citations import parted, recognition
from qa.messages import DISAGREEMENT, FOUND, LIKELY, is_fixed, narrowed_to
from qa.types import Answer, Citation

# What stands above an answer of a verdict, and above the further sentences.
LEADS = {"likely": LIKELY, "silent": "Nothing in the source seems to answer this"}
CLOSEST = {"likely": "Also near", "silent": "The closest passages"}
_CLASSES = {"answered": "q-answer", "likely": "q-answer q-likely", "silent": "q-refusal"}


def render(answer: Answer, *, name_documents: bool, key: str = "") -> str:
    """An answer, a likely guess or a refusal as one line of HTML.

    `name_documents` says of each quote where it stands. `key` tells the turn of a conversation, for what can
    be done with it. An answer that was forced, at a threshold of 0, is marked as no more than a guess.
    """
    shown = (*answer.citations, *answer.closest)
    quotes = [
        # Of the sentences that come after a guess nobody knows how sure they are.
        _quoted(citation, place, mark=place <= len(answer.citations))
        for place, citation in enumerate(shown, 1)
    ]
    given, further = quotes[: len(answer.citations)], quotes[len(answer.citations) :]
    head = _head(answer)
    if is_message(answer):
        given = [plain(answer.text)]
    short = f'<p class="q-short">{plain(answer.short)}</p>' if answer.short and given else ""
    said = f'{short}<p class="q-said">{" ".join(given)}</p>' if given else ""
    return (
        f'<div class="q-turn {_class(answer)}" id="turn-{key}">{head}{said}'
        f"{_missing(answer)}{_closest(answer, further)}{_notes(answer, shown, name_documents)}</div>"
    )


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
        return (
            f"<h3>{plain(f'The best guess, {answer.confidence:.0%} sure: the source may not say this')}</h3>"
        )
    return ""


def _missing(answer: Answer) -> str:
    terms = ", ".join(f"<b>{plain(term)}</b>" for term in answer.missing_terms)
    silent = answer.verdict == "silent"
    return f'<p class="q-missing">Words that occur nowhere in it: {terms}</p>' if terms and silent else ""


def _closest(answer: Answer, quotes: Sequence[str]) -> str:
    if not quotes:
        return ""
    items = "".join(f"<li>{quote}</li>" for quote in quotes)
    return f'<p class="q-label">{CLOSEST[answer.verdict]}</p><ul class="q-closest">{items}</ul>'


def _notes(answer: Answer, shown: Sequence[Citation], name_documents: bool) -> str:
    notes = [DISAGREEMENT] if answer.disagreement else []
    if answer.narrowed:
        notes.append(narrowed_to(answer.narrowed))
    if answer.confidence is not None:
        what = "the first of these" if answer.verdict == "silent" else "this"
        notes.append(f"{answer.confidence:.0%} sure that {what} is right")
    if answer.about:
        notes.append(f"Understood as a follow-up about {answer.about}")
    if name_documents or any(
        one.page or one.heading or one.header or one.recognised is not None for one in shown
    ):
        notes += [f"[{place}] {where(citation)}" for place, citation in enumerate(shown, 1)]
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


def where(citation: Citation) -> str:
    """Where a quote stands, for a person."""
    page = citation.page and f"page {citation.page}"
    header = citation.header and f"below {citation.header.quote}"
    parts = [citation.document_id, page, citation.heading, header, recognition(citation)]
    return ", ".join(part for part in parts if part)


def plain(text: str) -> str:
    """Text that neither HTML nor Markdown can read as markup: all of ASCII's punctuation as references."""
    return "".join(c if c.isalnum() or c == " " or c > "\x7f" else f"&#{ord(c)};" for c in text)


def _quoted(citation: Citation, place: int, *, mark: bool) -> str:
    """A quote, and the link that marks it in the panel."""
    before, exact, after = map(plain, parted(citation) if mark else ("", "", citation.quote))
    title = plain(f"{where(citation)}, characters {citation.start} to {citation.end}")
    quote = f"{before}<b>{exact}</b>{after}" if exact else before + after
    return (
        f'<span class="q-quote">{quote}</span>&nbsp;'
        f'<a class="q-cite" href="{plain(address(citation, mark=mark))}" title="{title}">[{place}]</a>'
    )
