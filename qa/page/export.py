"""A conversation as a file: JSON that `quoth verify` checks, and a page of HTML that needs nothing else."""

import html
import json
from datetime import datetime

from qa.answer.citations import cited, parted
from qa.page.conversation import Conversation
from qa.page.quoting import date, documents_quoted, notes_on
from qa.page.rendering import CLOSEST, is_message, lead, where
from qa.types import Answer, Citation

_STYLE = """
:root{color-scheme:light dark}body{max-width:42rem;margin:3rem auto;padding:0 1.25rem;
font:1.05rem/1.65 Georgia,serif}h1,h2{font-family:system-ui,sans-serif;line-height:1.3}
h2{margin-top:2.5rem;font-size:1.15rem}
.short{font-size:1.4rem;font-weight:700;margin:.3rem 0}blockquote{margin:.8rem 0;padding-left:1rem;
border-left:3px solid #17594f}mark{background:#f5cb49;color:#24211b}
.where,.note,footer{font:.9rem/1.5 system-ui,sans-serif;opacity:.75}code{overflow-wrap:anywhere}
"""


def as_json(conversation: Conversation, when: datetime) -> str:
    """The answers, which `quoth verify` checks, with the date, the documents and the pinned quotes."""
    sources = {one.document_id: one.sha256 for one in cited(conversation.answers)}
    content = {
        "exported": when.isoformat(timespec="seconds"),
        "documents": [{"document_id": name, "sha256": sha256} for name, sha256 in sources.items()],
        "pinned": [citation.model_dump(mode="json") for citation in conversation.pinned],
        "answers": [answer.model_dump(mode="json") for answer in conversation.answers],
    }
    return json.dumps(content, indent=2, ensure_ascii=True)


def as_html(conversation: Conversation, when: datetime) -> str:
    """A page with no script, no link and nothing to fetch."""
    turns = "\n".join(map(_turn, conversation.answers))
    pinned = "".join(map(_quote, conversation.pinned))
    sources = {citation.document_id: citation.sha256 for citation in cited(conversation.answers)}
    checked = "".join(
        f"<li>{_text(document_id)} <code>SHA-256 {_text(sha256)}</code></li>"
        for document_id, sha256 in sources.items()
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>A conversation with Quoth</title><style>{_STYLE}</style></head>
<body><h1>A conversation with Quoth</h1>
<p class="where">{date(when)}. Documents quoted: {_text(documents_quoted(conversation))}.</p>
{f"<section><h2>Pinned quotes</h2>{pinned}</section>" if pinned else ""}
{turns}
<footer><p>Each quote is in its document at the characters named. The same conversation as JSON can be
checked: <code>quoth verify conversation.json --source …</code></p><ul>{checked}</ul></footer></body></html>
"""


def _turn(answer: Answer) -> str:
    said = f'<p class="short">{_text(answer.short)}</p>' if answer.short and answer.citations else ""
    above = answer.text if is_message(answer) else lead(answer)
    return (
        f"<section><h2>{_text(answer.question)}</h2>"
        + (f"<p>{_text(above)}</p>" if above else "")
        + said
        + _written(answer)
        + "".join(map(_quote, answer.citations))
        + (f"<p>{CLOSEST[answer.verdict]}:</p>" if answer.closest else "")
        + "".join(map(_quote, answer.closest))
        + "".join(f'<p class="note">{_text(note)}</p>' for note in notes_on(answer))
        + "</section>"
    )


def _written(answer: Answer) -> str:
    if answer.written is None or not answer.written.sentences:
        return ""
    items = "".join(
        f"<li>{_text(one.text)}</li>"
        if one.verdict == "supported"
        else f"<li><del>{_text(one.text)}</del> {_text('; '.join(one.reasons))}</li>"
        for one in answer.written.sentences
    )
    return f"<p>Written by {_text(answer.written.model)}, each sentence checked:</p><ul>{items}</ul>"


def _quote(citation: Citation) -> str:
    before, exact, after = map(_text, parted(citation))
    quote = f"{before}<mark>{exact}</mark>{after}" if exact else before + after
    place = _text(f"{where(citation)}, characters {citation.start} to {citation.end}")
    return f'<blockquote>{quote}<div class="where">{place}</div></blockquote>'


def _text(text: str) -> str:
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"))
