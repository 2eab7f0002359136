"""Mail, subtitles, slides, books, data and other formats: what is kept, what is left out, and where it stands."""

import json
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path

import pytest

from index.errors import SourceError
from index.load.sources import find, load
from index.types import Document
from qa.answer.citations import cite
from tests.office import relations, zipped


def read(folder: Path, name: str, data: bytes | str) -> Document:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    (document,) = load(*find([folder / name]))
    return document


def refusal(folder: Path, name: str, data: bytes | str) -> str:
    with pytest.raises(SourceError) as caught:
        read(folder, name, data)
    return str(caught.value).removeprefix(f"{folder}/{name} ")


def headings(document: Document) -> list[tuple[str, int]]:
    return [(document.text[one.start : one.end], one.level) for one in document.headings]


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Carla Müller <carla@example.org>"
    message["Subject"] = "Die Öfen – now"
    message["Date"] = "Tue, 5 Mar 2024 10:12:00 +0000"
    message.set_content("They arrive on 19 March.\n")
    message.add_alternative("<p>Not this.</p>", subtype="html")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="plan.pdf")
    return message


MAIL = (
    "Die Öfen – now\n\nFrom: Carla Müller <carla@example.org>\nDate: Tue, 5 Mar 2024 10:12:00 +0000\n"
    "Subject: Die Öfen – now\n\nThey arrive on 19 March."
)


def test_a_mail_is_its_fields_and_its_text_and_attachments_are_named(tmp_path: Path) -> None:
    document = read(tmp_path, "a.eml", bytes(mail()).replace(b"Date: Tue, 05", b"Date: Tue, 5"))
    assert document.text == MAIL
    assert document.title == "Die Öfen – now"
    assert document.note == "left out: 1 attachment (plan.pdf): give them as sources of their own"


def test_a_mail_in_html_alone_is_read_as_a_page(tmp_path: Path) -> None:
    data = "Subject: S\nContent-Type: text/html; charset=iso-8859-1\n\n<p>Caf\xe9</p><script>no</script>"
    assert read(tmp_path, "a.eml", data.encode("latin-1")).text == "S\n\nSubject: S\n\nCafé"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("packed", ["8bit", "base64"])
def test_a_mail_in_utf_16_is_read_whatever_it_says_of_its_text(
    tmp_path: Path, encoding: str, packed: str
) -> None:
    said = "Zoë – 19 März"
    body = b64encode(said.encode("cp1252")).decode() if packed == "base64" else said
    data = f"From: a@b.org\nContent-Type: text/plain; charset=cp1252\nContent-Transfer-Encoding: {packed}\n\n{body}"
    assert read(tmp_path, "a.eml", data.encode(encoding)).text == f"From: a@b.org\n\n{said}"


def test_each_mail_of_a_mailbox_has_its_subject_as_a_heading(tmp_path: Path) -> None:
    one = b"From a@b Tue Mar  5 10:12:00 2024\nSubject: One\n\nFirst.\n>From here.\n\n"
    document = read(tmp_path, "a.mbox", one + one.replace(b"One", b"Two"))
    assert headings(document) == [("One", 1), ("Two", 1)]
    assert document.text.count("\n\nFirst.\nFrom here.") == 2


def test_subtitles_are_speech_and_the_time_is_the_place(tmp_path: Path) -> None:
    cues = (
        "1\n00:00:01,000 --> 00:00:04,200\nANNA: the bridge was paid\n\n2\n00:00:04,200 --> 00:00:06,000\n"
        "<i>for by the county</i> BEN: and who\n\n3\n01:02:03,500 --> 01:02:05,000 X1:40\ndesigned &amp; built it\n"
    )
    document = read(tmp_path, "a.srt", cues)
    assert (
        document.text == "ANNA: the bridge was paid for by the county\n\nBEN: and who\n\ndesigned & built it"
    )
    places = [(document.text[place.start :].split()[0], place.label) for place in document.places]
    assert places == [("ANNA:", "0:01"), ("for", "0:04"), ("designed", "1:02:03")]
    start = document.text.index("county")
    assert cite(document, start, start + 6, score=0.0).place == "0:04"


def test_web_subtitles_are_read_without_notes_styles_and_lines_that_are_shown_again(tmp_path: Path) -> None:
    text = (
        "WEBVTT - Talk\n\nNOTE made by hand\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:02.000 align:start\n"
        "<v.loud Ann Bo>Hello\n\n00:02.000 --> 00:03.000\n<v Ann Bo>Hello\nall of you\n"
    )
    assert read(tmp_path, "a.vtt", text).text == "Ann Bo: Hello all of you"


@pytest.mark.parametrize("first", ["WEBVTT\n", "1", "On WEBVTT files.\n"])
def test_a_text_stays_character_for_character_where_it_looks_like_subtitles(
    tmp_path: Path, first: str
) -> None:
    text = f"{first}\n00:00:01,000 --> 00:00:02,000\nHello\n"
    assert read(tmp_path, "a.txt", text).text == text


def test_data_is_a_line_for_each_value_behind_its_path_and_a_table_for_rows(tmp_path: Path) -> None:
    content = {
        "server": {"port": 8080, "on": True, "tags": ["a", "b"], "none": None},
        "people": [{"name": "Ann", "age": 3}, {"name": "Bo", "age": 4}],
        "deep": [[1.50, 2], {"k": "two\nlines"}],
    }
    document = read(tmp_path, "a.json", json.dumps(content).replace("1.5,", "1.50,"))
    assert document.text == (
        "server.port: 8080\nserver.on: true\nserver.tags: a, b\n\npeople:\nname | age\n--- | ---\nAnn | 3\nBo | 4\n\n"
        "deep[0]: 1.50, 2\ndeep[1].k: two lines"
    )
    assert cite(document, document.text.index("Bo"), len(document.text), score=0.0).place == "people"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (
            [{"id": "A-1", "tags": ["ui", "safari"], "by": None}, {"id": "A-2", "tags": [], "by": "Mina"}],
            "id | tags | by\n--- | --- | ---\nA-1 | ui, safari\nA-2 |  | Mina",
        ),
        (
            [
                {"name": "Ada", "home": {"city": "Linz", "zip": 4020}},
                {"name": "Ben", "home": {"city": "Graz"}},
            ],
            "name | home.city | home.zip\n--- | --- | ---\nAda | Linz | 4020\nBen | Graz",
        ),
        (  # its entries are themselves a table
            [{"no": 1, "sold": [{"what": "tea", "cups": 2}]}, {"no": 2, "sold": []}],
            "[0].no: 1\n[0].sold[0].what: tea\n[0].sold[0].cups: 2\n[1].no: 2",
        ),
        (  # prose
            [{"title": "Tides", "text": "x" * 401}, {"title": "Winds", "text": "y"}],
            f"[0].title: Tides\n[0].text: {'x' * 401}\n[1].title: Winds\n[1].text: y",
        ),
    ],
)
def test_lists_and_records_within_the_records_of_a_table_are_cells(
    tmp_path: Path, records: list[object], expected: str
) -> None:
    text = read(tmp_path, "a.json", json.dumps(records)).text
    assert "\n".join(filter(None, text.splitlines())) == expected


def test_yaml_keeps_values_as_they_are_written(tmp_path: Path) -> None:
    document = read(tmp_path, "a.yml", "a: 010\nb: &x yes\nc: *x\n---\nd: 2024-03-05\n")
    assert document.text == "a: 010\n\nb: yes\n\nc: yes\n\nd: 2024-03-05"


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("a.json", '{"a": 1,\n}', "is not valid JSON in line 2: check it there"),
        ("a.json", "[" * 100_000, "nests its values too deeply: split it up"),
        ("a.yaml", "a: [\n", "is not valid YAML in line 2: check it there"),
        ("a.eml", "no mail", "is no mail: it has no sender, date or subject; save it again as .eml"),
        ("a.mbox", "no box", "is no mailbox: give an .mbox file, or single mails as .eml"),
        ("a.rtf", "no rtf", "is not rich text or is broken: save it again as .rtf"),
        ("a.srt", "no cue", "holds no subtitles: check that it is a .vtt or .srt file"),
        ("a.pptx", "no zip", "is broken or not a presentation: save it again as .pptx"),
        ("a.epub", "no zip", "is broken or not an EPUB: save it again as .epub"),
        ("a.odt", "no zip", "is broken or not an OpenDocument text: save it again as .odt"),
    ],
)
def test_what_is_not_of_its_format_is_refused_in_one_line(
    tmp_path: Path, name: str, data: str, what: str
) -> None:
    assert refusal(tmp_path, name, data) == what


def test_rich_text_is_what_it_shows(tmp_path: Path) -> None:
    data = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}{\stylesheet{\s1\outlinelevel0 H;}}"
        r"{\info{\title No}}{\header Owner: Ann\par}\pard\s1 Scope\par\pard Caf\'e9 {\v hidden }\u8211?\b  bold{\footnote A "
        r"note.}\par{\f1 \'cc\'e8\'f0}{\*\unknown no}\par\trowd\intbl A\cell B\par b\cell\row\intbl C\cell D\cell\row\pard "
        r"{\field{\*\fldinst PAGE}{\fldrslt 7}}End\{\}\par}"
    )
    document = read(tmp_path, "a.rtf", data)
    assert document.text == "Owner: Ann\n\nScope\n\nCafé – bold\n\nA note.\n\nМир\n\nA | B b\nC | D\n\n7End{}"
    assert headings(document) == [("Scope", 1)]
    assert document.note == "left out: hidden text"


OPEN_DOCUMENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:'
    'style:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:automatic-styles>'
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" text:display-levels="2" '
    'style:num-suffix=")"/></text:list-style></office:automatic-styles><office:body><office:text>{}</office:text>'
    "</office:body></office:document-content>"
)


def test_an_open_document_is_read_with_numbers_notes_and_tables(tmp_path: Path) -> None:
    item = "<text:list-item><text:p>{}</text:p></text:list-item>"
    body = (
        '<text:h text:outline-level="2">Scope</text:h><text:p>Oak<text:note><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>A note.</text:p></text:note-body></text:note> is<office:annotation><text:p>No."
        '</text:p></office:annotation> dry.</text:p><text:list text:style-name="L"><text:list-item><text:p>One</text:p>'
        f"<text:list>{item.format('Inner')}</text:list></text:list-item>{item.format('Two')}</text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>"
        "<text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    document = read(tmp_path, "a.odt", zipped({"content.xml": OPEN_DOCUMENT.replace("{}", body)}))
    assert document.text == "Scope\n\nOak is dry.\n\nA note.\n\n1. One\n\n1.a) Inner\n2. Two\n\na | b"
    assert (headings(document), document.note) == ([("Scope", 2)], "left out: 1 comment")


def test_form_controls_of_an_open_document_are_what_they_show(tmp_path: Path) -> None:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"'
        for name, kind in (("form", "form"), ("draw", "drawing"))
    )
    forms = (
        '<form:text form:id="a" form:current-value="Ann" form:value="Bob"/><form:password form:id="b" '
        'form:current-value="no"/><form:checkbox form:id="c" form:label="paid" form:current-state="checked"/><form:radio '
        'form:id="d" form:label="cash"/><form:listbox form:id="e"><form:option form:label="North"/><form:option '
        'form:label="South" form:current-selected="true"/></form:listbox><form:button form:id="f" form:label="Send"/>'
        '<form:fixed-text form:id="g" form:label="Berth:"/>'
    )
    shown = "".join(f'<draw:control draw:control="{name}"/>' for name in "abcdgef")
    body = f"<office:forms {names}><form:form>{forms}</form:form></office:forms><text:p {names}>Name: {shown}</text:p>"
    document = read(tmp_path, "a.odt", zipped({"content.xml": OPEN_DOCUMENT.replace("{}", body)}))
    assert document.text == "Name: Ann ☒ paid ☐ cash Berth: South"


@pytest.mark.parametrize("headed", [True, False])
def test_a_row_of_names_is_the_header_where_the_file_says_so(tmp_path: Path, headed: bool) -> None:
    def row(*texts: str) -> str:
        cells = "".join(f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in texts)
        return f"<table:table-row>{cells}</table:table-row>"

    first = row("Boat", "Berth")
    head = f"<table:table-header-rows>{first}</table:table-header-rows>" if headed else first
    body = f"<table:table>{head}{row('Ida', 'B')}</table:table>"
    document = read(tmp_path, "a.odt", zipped({"content.xml": OPEN_DOCUMENT.replace("{}", body)}))
    assert document.text.splitlines() == ["Boat | Berth", *["--- | ---"] * headed, "Ida | B"]


def test_slides_are_pages_with_titles_tables_and_notes_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    names = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )

    def box(text: str, kind: str) -> str:
        place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
        return f"<p:sp>{place}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"

    def slide(*shapes: str, show: str = "1") -> str:
        return f'<p:sld {names} show="{show}"><p:cSld><p:spTree>{"".join(shapes)}</p:spTree></p:cSld></p:sld>'

    cells = "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{t}</a:t></a:r></a:p></a:txBody></a:tc>" for t in "xy")
    rows = f'<a:tblPr firstRow="1"/><a:tr>{cells}</a:tr><a:tr>{cells}</a:tr>'
    table = f"<p:graphicFrame><a:tbl>{rows}</a:tbl></p:graphicFrame>"
    ids = "".join(f'<p:sldId r:id="s{n}"/>' for n in (2, 1, 3))
    targets = relations({f"s{n}": f"slides/slide{n}.xml" for n in (1, 2, 3)})
    data = zipped(
        {
            "_rels/.rels": relations({"officeDocument": "ppt/presentation.xml"}),
            "ppt/presentation.xml": f"<p:presentation {names}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": targets,
            "ppt/slides/slide1.xml": slide(box("7", "sldNum"), table),
            "ppt/slides/slide2.xml": slide(
                box("Text.", "body"), f"<p:grpSp>{box('Title', 'title')}</p:grpSp>"
            ),
            "ppt/slides/slide3.xml": slide(box("Gone.", "body"), show="0"),
            "ppt/slides/_rels/slide2.xml.rels": relations({"notesSlide": "../notesSlides/n.xml"}),
            "ppt/notesSlides/n.xml": slide(box("Said aloud.", "body"), box("2", "sldNum")),
        }
    )
    document = read(tmp_path, "a.pptx", data)
    assert document.text == "Title\n\nText.\n\nSaid aloud.\n\nx | y\n--- | ---\nx | y"
    assert document.pages == (0, document.text.index("x | y"), len(document.text))
    assert (headings(document), document.note) == ([("Title", 1)], "left out: 1 hidden slide")


BOOK = (
    '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Tides'
    '</dc:title></metadata><manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/><item id="a" href="a.xhtml" '
    'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="n"/><itemref idref="b"/><itemref idref="a"/>'
    "</spine></package>"
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="x/c.opf"/>'
    "</rootfiles></container>"
)


def test_a_book_is_its_chapters_in_reading_order(tmp_path: Path) -> None:
    members = {
        "META-INF/container.xml": CONTAINER,
        "x/c.opf": BOOK,
        "x/nav.xhtml": "<p>Contents</p>",
        "x/b b.xhtml": "<html><head><title/></head><body><h1>Ebb</h1><p>Out.</p></body></html>",
        "x/a.xhtml": "<html><body><h2>Flood</h2><p>In.</p></body></html>",
    }
    document = read(tmp_path, "a.epub", zipped({**members}))
    assert document.text == "Ebb\n\nOut.\n\nFlood\n\nIn."
    assert (document.title, headings(document)) == ("Tides", [("Ebb", 1), ("Flood", 2)])
    locked = '<e><c xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherReference URI="x/a.xhtml"/></c></e>'
    protected = zipped({**members, "META-INF/encryption.xml": locked})
    assert refusal(tmp_path, "b.epub", protected) == "is protected (DRM): give a copy without protection"


def test_a_log_is_read_character_for_character(tmp_path: Path) -> None:
    text = "2024-03-05 10:12 INFO started\r\n2024-03-05 10:13 ERROR stopped\r\n"
    assert read(tmp_path, "a.log", text).text == text
