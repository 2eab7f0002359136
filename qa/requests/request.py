"""Understand a request: its kind, the documents and the parts that it names, and how it is to be read."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from index.embed.weights import DEFAULT_SHA256
from index.text.terms import stems, words
from qa import messages
from qa.read.spans import Span
from qa.requests.collection import Piece, matter, piece
from qa.requests.comparing import COMPARING, compared
from qa.requests.entries import chosen, is_looked_up
from qa.requests.kinds import Judgement, judge
from qa.requests.outline import UNITS, Entry, names, number_of, outline
from qa.requests.parts import (
    Part,
    asks_for_text,
    bare_number,
    counts_things,
    find,
    find_named,
    find_whole,
    reference,
)
from qa.requests.versions import Versions
from qa.requests.where import wanted
from qa.retrieve.retriever import Retriever
from qa.retrieve.spelling import is_word
from qa.retrieve.titles import Meant, without_name
from qa.types import Citation, Kind, Verdict

# Of more documents parts and versions are not looked at: a name must tell which is meant.
MOST_DOCUMENTS = 200
# A question of a fact may also speak of a part of one of a few documents.
_MOST_FOR_A_QUESTION = 20
# Entries of a list that are cited together; they count as one sentence, as a list does.
_MOST_ENTRIES = 10
# How much more the text without a document's name tells than the text with it.
_MASKED = 1.2
# Where a question is more probable than this, also a likely guess is given before the machine speaks.
_MAYBE_QUESTION = 0.1
# What a request about a text is judged as, and what of these the text's sentences sum up.
_ABOUT_TEXT = frozenset({"document", "whole", "part"})
_TALK = frozenset({"machine", "smalltalk"})
_SUMMED = frozenset({"whole", "part", "document", "keyword"})
# What a text says about a topic is what the words of the topic find in it.
_SAYS_ABOUT = re.compile(
    r"what (?:does|do|did) this (?:say|state|tell us|mention) (?:about|on|of) (.+?)\W*", re.IGNORECASE
)
_SAYS = re.compile(r"what (?:does|do|did) this (?:say|state|contain|cover|tell us)\W*", re.IGNORECASE)


class Request(NamedTuple):
    """What is to be done.

    `question` is as it is to be read, with "this" for the name of a document or part. `documents` are those
    that are asked, of which the request names the `narrowed` ones. `parts` are those that it names. `message`
    is given instead of quotes. Where the request is not `is_certain`, `message` and narrowing are a guess:
    the source is asked first, and all of it where the narrowed part is silent. A message then yields to a
    guess of the verdict `yields_to` or a surer one. `unit` is the word for the place that is asked for
    ("clause"). `is_verbatim` tells that the parts are to be read, not summed up.
    """

    kind: Kind
    question: str
    documents: Collection[str] | None
    narrowed: tuple[str, ...] = ()
    parts: tuple[Part, ...] | None = None
    message: str | None = None
    is_certain: bool = True
    yields_to: Verdict = "answered"
    unit: str = ""
    is_verbatim: bool = False

    def is_told(self, verdict: Verdict) -> bool:
        """Whether the message is given where the source comes to a verdict."""
        return self.message is not None and verdict not in {"answered", self.yields_to}

    @property
    def of_source(self) -> "Request":
        """The same where the source answers: what was taken for talk is a question."""
        return self._replace(kind="question") if self.kind in _TALK else self


class Requests:
    """Understands the requests to an index. May be used from many threads at once."""

    def __init__(self, retriever: Retriever) -> None:
        self._index = retriever.index
        self.retriever = retriever
        self._outlines: dict[str, list[Entry]] = {}

    @cached_property
    def versions(self) -> Versions:
        """Which documents are versions of each other; of too many documents none."""
        ids = self._index.document_ids()
        return Versions(ids if len(ids) <= MOST_DOCUMENTS else (), lambda one: self._index.document(one).text)

    def outdated(self, request: Request, given: Iterable[Citation]) -> dict[str, str]:
        """The cited documents of a question that call themselves older versions, each with the newest one."""
        if request.kind not in {"question", "place"}:
            return {}
        found = {one.document_id: self.versions.newest(one.document_id) for one in given}
        return {old: newer.document_id for old, newer in found.items() if newer and newer.is_stated}

    def judge(self, text: str) -> Judgement:
        """What kind of request a text is."""
        is_known = self._index.embedder.fingerprint.startswith(DEFAULT_SHA256)
        return judge(text, self._index.embed_query(text) if is_known else None)

    def understand(self, text: str, documents: Collection[str] | None) -> Request:
        """The request that a text makes of some documents, or of all."""
        if pair := self._compared(text, documents):
            return Request("comparison", text, pair, pair)
        if place := self._for_place(text, documents):
            return place
        text = self._with_unit(text, documents)
        judged = self.judge(text)
        asked = Request(judged.kind, text, documents)
        if judged.kind in _TALK and not self._is_about_source(text):
            # "Are you hiring?" may be meant for those who wrote the source, so that is asked first.
            message = messages.MACHINE if judged.kind == "machine" else messages.SMALLTALK
            may_ask = judged.of("question") >= _MAYBE_QUESTION
            return asked._replace(
                message=message, is_certain=False, yields_to="likely" if may_ask else "answered"
            )
        if judged.kind in _TALK:
            judged = judged._replace(kind=judged.likelier("question", "keyword"))
            asked = asked._replace(kind=judged.kind)
        if about := self._of_collection(asked):
            return about
        if judged.kind == "collection":
            return asked._replace(message=messages.documents_held(self._ids(documents)))
        titles = self.retriever.titles
        masked = titles.masked(text)
        is_request = judged.is_about_text or (masked is not None and self.judge(masked).is_about_text)
        meant = titles.meant(text, documents, self._index.holds, is_request=is_request)
        if aged := None if meant and meant.is_sure else self.versions.meant(text, self._ids(documents)):
            bare = without_name(text, *aged.span)
            meant = Meant(aged.documents, bare, is_sure=False, bare=bare)
        if meant is None:
            return self._unnamed(asked, judged)
        kind = _agreed(judged, self.judge(meant.bare)) if is_request else judged.kind
        kind = "whole" if _SAYS.fullmatch(meant.bare) else kind
        if kind in {"whole", "part"}:
            meant = meant._replace(question=meant.bare)
        if topic := _SAYS_ABOUT.fullmatch(meant.question):
            meant, kind = meant._replace(question=topic[1]), "keyword"
        narrowed = self._narrowed(meant, documents)
        return self._with_parts(
            Request(kind, meant.question, meant.documents, narrowed, is_certain=meant.is_sure)
        )

    def _compared(self, text: str, documents: Collection[str] | None) -> tuple[str, ...]:
        """The two documents that a text asks to compare: those that it names, or the only two asked."""
        ids = self._ids(documents)
        if not 1 < len(ids) <= MOST_DOCUMENTS or not COMPARING.search(text):
            return ()
        named, rest = self.retriever.titles.named(text)
        if not named and (aged := self.versions.meant(text, ids)):
            named, rest = list(aged.last_two), text[: aged.span[0]] + text[aged.span[1] :]
        every = self._index.document_ids()
        holding = self.retriever.titles.holding
        return compared(rest, ids, named, lambda term: [every[row] for row in holding(term)])

    def _of_collection(self, asked: Request) -> Request | None:
        """The request for the documents about a matter, or for what documents are made of."""
        ids, text = self._ids(asked.documents), asked.question
        is_of_collection = asked.kind == "collection"
        sought = matter(text, is_of_collection=is_of_collection)
        if sought and (is_of_collection or len(ids) > 1):
            return asked._replace(kind="keyword", question=sought, is_certain=False)
        titles = self.retriever.titles
        asked_for = piece(titles.masked(text) or text)
        if asked_for is None:
            return None
        if meant := titles.meant(text, asked.documents, self._index.holds, is_request=True):
            ids = list(meant.documents)
        message = self._made_of(asked_for, ids)
        if message is None:
            return asked._replace(kind="question")
        return asked._replace(kind="collection", message=message, is_certain=False)

    def _made_of(self, asked_for: Piece, ids: Sequence[str]) -> str | None:
        """What is known of the headings or pages of documents; None where nothing is."""
        if len(ids) > MOST_DOCUMENTS:
            return None
        if asked_for == "heading":
            headings = {one: found for one in ids if (found := names(self.outline(one)))}
            return messages.headings_held(headings) if headings else None
        if asked_for == "page":
            pages = {one: count for one in ids if (count := len(self._index.document(one).pages))}
            return messages.pages_held(pages) if pages else None
        return None

    def _with_unit(self, text: str, documents: Collection[str] | None) -> str:
        """The text with "section" before the bare number of a part that there is."""
        place, ids = bare_number(text), self._ids(documents)
        if place is None or len(ids) > MOST_DOCUMENTS:
            return text
        number, section = number_of(text[slice(*place)]), UNITS["section"]
        entries = (entry for one in ids for entry in self.outline(one))
        is_part = any(entry.number == number and entry.unit in {"", section} for entry in entries)
        return f"{text[: place[0]]}section {text[place[0] :]}" if is_part else text

    def _for_place(self, text: str, documents: Collection[str] | None) -> Request | None:
        """The request for a place that a text makes; it is for what is to be found there."""
        asked = wanted(text) or ((masked := self.retriever.titles.masked(text)) and wanted(masked))
        if not asked or not asked.sought:
            return None
        meant = self.retriever.titles.meant(text, documents, self._index.holds, is_request=False)
        found = Request("place", asked.sought, documents, is_certain=False, unit=asked.unit)
        if meant:
            found = found._replace(documents=meant.documents, narrowed=self._narrowed(meant, documents))
        is_small = len(self._ids(found.documents)) <= _MOST_FOR_A_QUESTION
        return found._replace(parts=self._parts(found, find_named) or None) if is_small else found

    def _narrowed(self, meant: Meant, documents: Collection[str] | None) -> tuple[str, ...]:
        """The documents that a text names, where that leaves any out or is sure."""
        return meant.documents if len(meant.documents) < len(self._ids(documents)) or meant.is_sure else ()

    def _is_about_source(self, text: str) -> bool:
        """Whether a text holds an acronym or an uncommon word of the source: then it is no small talk."""
        return any(
            (not is_word(word) or (word.isupper() and len(word) > 1)) and self._index.holds(term)
            for word, term in zip(words(text), stems(words(text)), strict=True)
        )

    def entries(self, question: str, document_id: str) -> list[Span]:
        """The entries of a document's list that a question chooses; none where they are too many to cite."""
        found = chosen(self._index.document(document_id).text, question)
        spans = [Span(document_id, entry.start, entry.end, None, 0.0, 0) for entry in found]
        return spans if len(spans) <= _MOST_ENTRIES else []

    def counts_entries(self, question: str, document_id: str) -> bool:
        """Whether a document's list has entries that a question chooses, none of them asked what it says."""
        text = self._index.document(document_id).text
        found = chosen(text, question)
        return bool(found) and not (len(found) == 1 and is_looked_up(text, found[0], question))

    def _unnamed(self, asked: Request, judged: Judgement) -> Request:
        """A request in which no document's name was found."""
        if judged.kind in _ABOUT_TEXT:
            ids = self._ids(asked.documents)
            if name := self.retriever.titles.unknown(asked.question):
                return asked._replace(kind="document", message=messages.no_such_document(name, ids))
            if judged.kind == "document" and len(ids) > 1:
                return asked._replace(message=messages.no_such_document("", ids), is_certain=False)
        return self._with_parts(asked._replace(kind=_settled(judged)))

    def _with_parts(self, request: Request) -> Request:
        """The request narrowed to the parts of documents that it names."""
        named = reference(request.question)
        most = _MOST_FOR_A_QUESTION if request.kind == "question" else MOST_DOCUMENTS
        if request.kind not in {"part", "whole", "question"} or len(self._ids(request.documents)) > most:
            return request._replace(kind="question") if request.kind == "part" else request
        if request.kind == "whole":
            found = self._parts(request, find_whole)
            return request._replace(kind="part", parts=found) if found else request
        found = self._parts(request, find) if named or request.kind == "part" else ()
        if not found and (request.kind == "question" or (named is None and counts_things(request.question))):
            return request._replace(kind="question")
        if not found:
            return self._partless(request, is_named=named is not None)
        if named is None:
            return request._replace(parts=found, is_verbatim=asks_for_text(request.question))
        start, end = named.span
        question = without_name(request.question, start, end)
        if topic := _SAYS_ABOUT.fullmatch(question):
            return request._replace(kind="keyword", question=topic[1], parts=found)
        if asks_for_text(question):
            return request._replace(kind="part", question=question, parts=found, is_verbatim=True)
        if request.kind == "part" and self.judge(question).kind not in _SUMMED:
            return request._replace(kind="question", question=question, parts=found)
        is_certain = request.is_certain and request.kind == "part"
        return request._replace(question=question, parts=found, is_certain=is_certain)

    def _parts(self, request: Request, look: Callable[..., list[Part]]) -> tuple[Part, ...]:
        """The parts of the documents asked that a request names."""
        return tuple(
            part
            for one in self._ids(request.documents)
            for part in look(self._index.document(one), self.outline(one), request.question)
        )

    def _partless(self, request: Request, *, is_named: bool) -> Request:
        """A request about a part that is not there; the headings that are there tell for sure."""
        headings = [name for one in self._ids(request.documents) for name in names(self.outline(one))]
        is_certain = is_named and bool(headings)
        return request._replace(message=messages.no_such_part(headings), is_certain=is_certain)

    def outline(self, document_id: str) -> list[Entry]:
        """The headings of a document."""
        if document_id not in self._outlines:
            if len(self._outlines) > MOST_DOCUMENTS:
                self._outlines.clear()
            self._outlines[document_id] = outline(self._index.document(document_id))
        return self._outlines[document_id]

    def _ids(self, documents: Collection[str] | None) -> list[str]:
        """The ids asked, in the order of the index."""
        ids = self._index.document_ids()
        return list(ids) if documents is None else [one for one in ids if one in set(documents)]


def _agreed(named: Judgement, masked: Judgement) -> Kind:
    """The kind of a request that names a document, by how it is typed and by the text without the name.

    "GEO 2140 essay deadline" looks like keywords, "this essay deadline" like a request to sum up. What is
    left without the name counts a little more, since a name may be of anything.
    """
    kinds: tuple[Kind, ...] = ("question", "whole", "part", "keyword")
    return max(kinds, key=lambda kind: named.of(kind) + _MASKED * masked.of(kind))


def _settled(judged: Judgement) -> Kind:
    """The kind of a request whose document is known: one about "the document" may be any of these."""
    return (
        judged.likelier("question", "whole", "part", "keyword") if judged.kind == "document" else judged.kind
    )
