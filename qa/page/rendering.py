"""Answers as HTML for the chat; pure. Nothing of a question or a source can be read as markup."""

from urllib.parse import quote as percent_encoded

from qa.citations import parted
from qa.types import DISAGREEMENT, Answer, Citation

# On a refusal the exact words of the best guess are marked only from this share of the threshold on: below
# it they are noise, and of the sentences that come after the best guess nobody knows how sure they are.
_WORTH_MARKING = 0.5


def render(answer: Answer, *, name_documents: bool, key: str = "") -> str:
    """An answer or a refusal as one line of HTML; `name_documents` says of each quote where it stands.

    `key` tells the turn of a conversation, for what can be done with it. An answer that was forced, at a
    threshold of 0, is marked as no more than a guess.
    """
    cited = answer.citations if answer.answered else answer.closest
    marked = len(cited) if answer.answered else int(_is_worth_marking(answer))
    quotes = [_quoted(citation, place, mark=place <= marked) for place, citation in enumerate(cited, 1)]
    notes = [f"Confidence {answer.confidence:.0%}"]
    if answer.standalone_question != answer.question:
        notes.append(f"Asked as: {answer.standalone_question}")
    if name_documents or any(citation.page or citation.heading for citation in cited):
        notes += [f"[{place}] {where(citation)}" for place, citation in enumerate(cited, 1)]
    if answer.answered and answer.disagreement:
        notes.insert(0, DISAGREEMENT)
    foot = f'<ul class="q-notes">{"".join(f"<li>{plain(note)}</li>" for note in notes)}</ul>'
    if answer.answered:
        short = f'<p class="q-short">{plain(answer.short)}</p>' if answer.short else ""
        said = f'{short}<p class="q-said">{" ".join(quotes)}</p>{foot}</div>'
        if answer.threshold > 0.0:
            return f'<div class="q-turn q-answer" id="turn-{key}">{said}'
        label = f"The best guess, {answer.confidence:.0%} sure: the source may not say this"
        return f'<div class="q-turn q-answer q-guessed" id="turn-{key}"><h3>{plain(label)}</h3>{said}'
    terms = ", ".join(f"<b>{plain(term)}</b>" for term in answer.missing_terms)
    missing = f'<p class="q-missing">Words that occur nowhere in it: {terms}</p>' if terms else ""
    closest = "".join(f"<li>{quote}</li>" for quote in quotes)
    nearest = (
        f'<p class="q-label">The closest passages</p><ul class="q-closest">{closest}</ul>' if closest else ""
    )
    head = f'<div class="q-turn q-refusal" id="turn-{key}"><h3>Not stated in the source</h3>'
    return f"{head}{missing}{nearest}{foot}</div>"


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
    parts = [citation.document_id, citation.page and f"page {citation.page}", citation.heading]
    return ", ".join(part for part in parts if part)


def plain(text: str) -> str:
    """Text that neither HTML nor Markdown can read as markup: all of ASCII's punctuation as references."""
    return "".join(c if c.isalnum() or c == " " or c > "\x7f" else f"&#{ord(c)};" for c in text)


def _is_worth_marking(refusal: Answer) -> bool:
    return refusal.confidence >= _WORTH_MARKING * refusal.threshold


def _quoted(citation: Citation, place: int, *, mark: bool) -> str:
    """A quote, and the link that marks it in the panel."""
    before, exact, after = map(plain, parted(citation) if mark else ("", "", citation.quote))
    title = plain(f"{where(citation)}, characters {citation.start} to {citation.end}")
    quote = f"{before}<b>{exact}</b>{after}" if exact else before + after
    return (
        f'<span class="q-quote">{quote}</span>&nbsp;'
        f'<a class="q-cite" href="{plain(address(citation, mark=mark))}" title="{title}">[{place}]</a>'
    )
