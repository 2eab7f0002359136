"""Items of lists are read with the numbers that a person sees."""

from pathlib import Path

import pytest

from index.load.sources import find, load
from index.split.sentences import paragraphs, sentences
from index.types import Document
from tests.office import relations, zipped


def read(tmp_path: Path, name: str, data: str | bytes) -> Document:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    (document,) = load(*find([path]))
    return document


def said(document: Document) -> list[str]:
    text = document.text
    return [text[a:b] for place in paragraphs(text) for a, b in sentences(text, *place)]


# Each as Chromium shows it.
@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<ol start=3><li>Put it back<li>Go</ol>", ["3. Put it back", "4. Go"]),
        ("<ol start=-1><li>a<li>b</ol>", ["-1. a", "0. b"]),
        ("<ol reversed><li>c<li hidden>x<li>b</ol>", ["2. c", "1. b"]),
        ("<ol reversed start=9><li>c<li>b</ol>", ["9. c", "8. b"]),
        ("<ol><li>a<li value=7>b<li>c</ol>", ["1. a", "7. b", "8. c"]),
        ("<ol type=a><li>x<li>y</ol>", ["a. x", "b. y"]),
        ("<ol type=A start=26><li>x<li>y</ol>", ["Z. x", "AA. y"]),
        ("<ol type=i start=3><li>x<li type=I>y</ol>", ["iii. x", "IV. y"]),
        (
            "<ol><li>Open it<ol type=a><li>lid<li>box</ol><li><ul><li>old</ul><li>Shut</ol>",
            ["1. Open it", "a. lid", "b. box", "2. old", "3. Shut"],
        ),
        ("<ol><li><h2>Cut</h2><p>Twice.</ol>", ["1. Cut", "Twice."]),
        ("<style>.n {list-style: inside lower-alpha}</style><ul class=n><li>x<li>y</ul>", ["a. x", "b. y"]),
        ("<ol style='list-style: none'><li>x<li>y</ol>", ["x", "y"]),
        ("<style>li.k {display: block}</style><ol><li class=k>x<li>y</ol>", ["x", "2. y"]),
        ("<style>ol {list-style-type: hebrew}</style><ol><li>x</ol>", ["x"]),
        ("<nav><ol><li>Home<li>Shop</ol></nav>", ["Home", "Shop"]),
        ("<ul><li>x<li>y</ul>", ["x", "y"]),
        ("<table><tr><td><ol><li>a<li>b</ol><td>c<tr><td>d<td>e</table>", ["1. a 2. b | c", "d | e"]),
    ],
)
def test_items_of_a_page_have_the_numbers_that_a_browser_shows(
    tmp_path: Path, html: str, lines: list[str]
) -> None:
    document = read(tmp_path, "a.html", f"<body>{html}</body>")
    assert [line for line in document.text.split("\n") if line] == lines
    assert said(document) == lines


def test_a_number_before_a_heading_is_of_the_heading(tmp_path: Path) -> None:
    document = read(tmp_path, "a.html", "<ol><li><h2>Cut</h2><p>Twice.</ol>")
    assert [document.text[one.start : one.end] for one in document.headings] == ["1. Cut"]


def test_items_of_a_book_have_numbers(tmp_path: Path) -> None:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="c.opf"/></rootfiles></container>'
    )
    chapter = '<html><body><ol type="i" start="2"><li>Salt</li><li>Ice</li></ol></body></html>'
    members = {"META-INF/container.xml": container, "c.opf": package, "a.xhtml": chapter}
    document = read(tmp_path, "a.epub", zipped({**members}))
    assert document.text == "ii. Salt\niii. Ice"
    assert said(document) == ["ii. Salt", "iii. Ice"]


def test_lists_of_an_open_document_go_on_where_they_say_so(tmp_path: Path) -> None:
    """As LibreOffice shows them."""

    def items(*words: str) -> str:
        return "".join(f"<text:list-item><text:p>{word}</text:p></text:list-item>" for word in words)

    def listed(content: str, *, style: str = "L", more: str = "") -> str:
        return f'<text:list text:style-name="{style}" {more}>{content}</text:list><text:p>-</text:p>'

    goes_on = 'text:continue-numbering="true"'
    nested = "<text:list-item><text:list {}>{}</text:list></text:list-item>"
    body = (
        listed(items("one", "two"), more='xml:id="first"')
        + listed(items("three"), more=goes_on)
        + listed(items("new"))
        + listed(items("other"), style="M", more='xml:id="other"')
        + listed(items("four"), more='text:continue-list="first"')
        + listed(nested.format("", items("inner", "next")), more=goes_on)
        + listed(nested.format(goes_on, items("third")) + items("five"), more=goes_on)
        + listed(items("more"), style="M", more='text:continue-list="other"')
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "style")
    )
    level = '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}"/>'
    styles = (
        f'<text:list-style style:name="L">{level.format(1, 1, ".")}{level.format(2, "a", ")")}'
        "</text:list-style>"
        f'<text:list-style style:name="M">{level.format(1, "A", ".")}</text:list-style>'
    )
    content = (
        f"<office:document-content{names}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    document = read(tmp_path, "a.odt", zipped({"content.xml": content}))
    assert " ".join(document.text.split()) == (
        "1. one 2. two - 3. three - 1. new - A. other - 4. four - a) inner b) next - c) third 5. five - "
        "B. more -"
    )


def test_items_of_slides_have_the_numbers_that_are_shown(tmp_path: Path) -> None:
    names = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )

    def line(text: str, kind: str = "", *, level: int = 0, start: int = 1) -> str:
        number = f'<a:buAutoNum type="{kind}" startAt="{start}"/>' if kind else ""
        return f'<a:p><a:pPr lvl="{level}">{number}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'

    lines = (
        line("Open", "arabicPeriod", start=3)
        + line("lid", "alphaLcParenR", level=1)
        + line("box", "alphaLcParenR", level=1)
        + line("Shut", "arabicPeriod", start=3)
        + line("lock", "alphaLcParenR", level=1)
        + line("Plain")
        + line("Again", "arabicPeriod", start=3)
        + line("Roman", "romanUcParenBoth")
    )
    other = line("New", "arabicPeriod")
    body = "".join(f"<p:sp><p:txBody>{one}</p:txBody></p:sp>" for one in (lines, other))
    slide = f"<p:sld {names}><p:cSld><p:spTree>{body}</p:spTree></p:cSld></p:sld>"
    data = zipped(
        {
            "_rels/.rels": relations({"officeDocument": "ppt/presentation.xml"}),
            "ppt/presentation.xml": f'<p:presentation {names}><p:sldIdLst><p:sldId r:id="s"/></p:sldIdLst>'
            "</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations({"s": "slide.xml"}),
            "ppt/slide.xml": slide,
        }
    )
    shown = "3. Open\na) lid\nb) box\n4. Shut\na) lock\nPlain\n3. Again\n(I) Roman\n\n1. New"
    assert read(tmp_path, "a.pptx", data).text == shown
