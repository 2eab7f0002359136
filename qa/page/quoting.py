"""An answer or a conversation as text to be used elsewhere: plain, as Markdown, or as a footnote."""

import re
from datetime import datetime
from typing import Literal

from qa.answer.citations import cited
from qa.messages import DISAGREEMENT, chosen, narrowed_to, read_as, replaced, sureness
from qa.page.conversation import Conversation
from qa.page.rendering import CLOSEST, is_message, lead, where
from qa.types import Answer, Citation

Form = Literal["plain", "markdown", "footnote"]
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])|(?m:^(\s*)([-+>]|\d+[.)]))")


def copied(answer: Answer, form: Form) -> str:
    """What is copied of an answer: what it says, its quotes, and where each stands."""
    shown = answer.citations or answer.closest
    if form == "footnote":
        return "\n".join(f"{where(one)}: “{_line(one.quote)}”" for one in shown)
    if form == "markdown":
        return as_markdown(answer)
    short = [answer.short] if answer.short and answer.citations else []
    head = [lead(answer)] if lead(answer) else [answer.text] if is_message(answer) else []
    quotes = [f"“{_line(one.quote)}” ({where(one)})" for one in shown]
    return "\n\n".join([*head, *short, *quotes])


def as_markdown(answer: Answer) -> str:
    """An answer with its question, its quotes as blocks and its notes."""
    head = lead(answer) or (answer.text if is_message(answer) else "")
    short = f"**{escaped(_line(answer.short))}**" if answer.short and answer.citations else ""
    closest = f"{CLOSEST[answer.verdict]}:" if answer.closest else ""
    notes = [f"*{escaped(note)}*" for note in notes_on(answer)]
    blocks = [
        f"## {escaped(_line(answer.question))}", escaped(head), short, *map(_block, answer.citations),
        closest, *map(_block, answer.closest), *notes,
    ]  # fmt: skip
    return "\n\n".join(block for block in blocks if block)


def conversation_as_markdown(conversation: Conversation, when: datetime) -> str:
    """A conversation with the date, the names of its documents and the pinned quotes."""
    pinned = ["## Pinned quotes", *map(_block, conversation.pinned)] if conversation.pinned else []
    blocks = [
        "# A conversation with Quoth",
        f"{date(when)}. Documents quoted: {escaped(documents_quoted(conversation))}.",
        *pinned, *map(as_markdown, conversation.answers),
    ]  # fmt: skip
    return "\n\n".join(blocks) + "\n"


def documents_quoted(conversation: Conversation) -> str:
    """The names of the documents that a conversation quotes."""
    names = dict.fromkeys(one.document_id for one in (*cited(conversation.answers), *conversation.pinned))
    return ", ".join(names) or "none"


def notes_on(answer: Answer) -> list[str]:
    """What is said of an answer below its quotes."""
    notes = []
    if answer.chosen_of:
        notes.append(chosen(len(answer.citations), answer.chosen_of))
    if answer.confidence is not None:
        notes.append(sureness(answer.confidence, answer.threshold))
    if answer.about:
        notes.append(f"Understood as a follow-up about {answer.about}: {answer.standalone_question}")
    if answer.disagreement:
        notes.append(DISAGREEMENT)
    if answer.narrowed:
        notes.append(narrowed_to(answer.narrowed))
    if answer.respelt:
        notes.append(read_as(answer.respelt))
    if answer.outdated:
        notes.append(replaced(answer.outdated))
    if answer.missing_terms and answer.verdict == "silent":
        notes.append(f"Not in the documents: {', '.join(answer.missing_terms)}")
    return notes


def date(when: datetime) -> str:
    """A day as it is written: 9 November 2026."""
    return f"{when.day} {when:%B %Y}"


def escaped(text: str) -> str:
    """Text in which Markdown reads no markup."""
    return _MARKUP.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", text)


def _block(citation: Citation) -> str:
    quote = "\n".join(f"> {escaped(line)}" for line in citation.quote.splitlines() if line.strip())
    return f"{quote}\n>\n> {escaped(where(citation))}"


def _line(text: str) -> str:
    return " ".join(text.split())
