"""Word files (.docx): what is shown and printed, with what was left out in the note."""

from collections import Counter

from index.load.extracted import Blocks, Extracted, left_out
from index.load.limits import Limits
from index.load.package import RELATIONSHIP as R
from index.load.package import Element, Package, texts
from index.load.word.body import Body, Parts
from index.load.word.numbering import Numbering
from index.load.word.styles import Styles, W, child, is_on, value

_WORD = "a Word file"
_DOCX = ".docx"
# Of each comment, so much is told in the note, and of so many comments.
_COMMENT_LENGTH = 80
_MOST_COMMENTS = 3
_UNCOUNTED = frozenset(("hidden text", "deleted text", "the table of contents"))


def extract_docx(data: bytes, limits: Limits) -> Extracted:
    """The text in reading order: headers, body, footers; notes and text boxes after the block they belong to.

    Raises UnreadableError for what is encrypted, broken, not Word's or too large when unpacked.
    """
    package = Package(data, limits, _WORD, _DOCX, old=".doc")
    main = next((one.target for one in package.relations("") if one.kind == "officeDocument"), "")
    root = package.xml(main) if main else None
    body = child(root, "body")
    if body is None:
        raise package.broken()
    related = {relation.kind: relation.target for relation in package.relations(main)}

    def part(kind: str) -> Element | None:
        return package.xml(related[kind]) if kind in related else None

    parts = Parts(
        Styles(part("styles")),
        Numbering(part("numbering")),
        _notes(part("footnotes"), "footnote") | _notes(part("endnotes"), "endnote"),
        Counter(),
    )
    blocks = Blocks()
    writer = Body(parts, blocks)
    edges = _edges(package, main, body, even=bool(is_on(child(part("settings"), "evenAndOddHeaders"))))
    headers, footers = (
        [line for edge in edges[where] for line in writer.header_lines(edge)] for where in edges
    )
    for line in dict.fromkeys(headers):
        blocks.add(line)
    writer.write(body)
    for line in dict.fromkeys(footers):
        blocks.add(line)
    return blocks.extracted(note=_note(parts.left_out, part("comments")))


def _notes(root: Element | None, kind: str) -> dict[tuple[str, str], Element]:
    found = () if root is None else root.findall(W + kind)
    return {
        (kind, value(note, "id") or ""): note for note in found if value(note, "type") in {None, "normal"}
    }


def _edges(package: Package, main: str, body: Element, *, even: bool) -> dict[str, list[Element]]:
    """The headers and the footers that are shown, each once, in order."""
    ids = {relation.id: relation.target for relation in package.relations(main)}
    names: dict[str, list[str]] = {"header": [], "footer": []}
    for section in body.iter(W + "sectPr"):
        shown = {"default", "first" * bool(is_on(child(section, "titlePg"))), "even" * even}
        for where, known in names.items():
            for reference in section.findall(f"{W}{where}Reference"):
                name = ids.get(reference.get(R + "id", ""), "")
                if name and value(reference, "type") in shown and name not in known:
                    known.append(name)
    return {
        where: [root for name in known if (root := package.xml(name)) is not None]
        for where, known in names.items()
    }


def _note(things: Counter[str], comments: Element | None) -> str | None:
    """What was left out; of comments also what the first of them say."""
    told = []
    for comment in () if comments is None else comments.findall(W + "comment"):
        said = " ".join(texts(comment, W + "t").split())
        if len(said) > _COMMENT_LENGTH:
            said = f"{said[: _COMMENT_LENGTH - 1]}…"
        told.append(f"{value(comment, 'author') or 'somebody'}: “{said}”")
    note = left_out({**things, "comment": len(told)}, _UNCOUNTED)
    if note and told:
        more = " …" if len(told) > _MOST_COMMENTS else ""
        note = f"{note} ({'; '.join(told[:_MOST_COMMENTS])}{more})"
    return note
