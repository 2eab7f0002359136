"""Word files: what a person sees is the text, and what was left out is said."""

from pathlib import Path

import pytest

from index.load.sources import find, load
from index.types import Document
from tests.office import WORD_NAMESPACES, paragraph, run, word_file

HIDDEN = "<w:vanish/>"


def read(folder: Path, body: str, **parts: str) -> Document:
    (folder / "a.docx").write_bytes(word_file(body, **parts))
    (document,) = load(*find([folder / "a.docx"]))
    return document


def levels(*forms: tuple[str, str]) -> str:
    return "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(forms)
    )


def item(text: str, level: int, number: int = 1) -> str:
    place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{place}</w:pPr>{run(text)}</w:p>"


def numbering(*definitions: str, more: str = "") -> str:
    return "".join(
        f'<w:abstractNum w:abstractNumId="{n}">{one}</w:abstractNum>' for n, one in enumerate(definitions)
    ) + "".join(
        f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(len(definitions))
    ) + more  # fmt: skip


def field(instruction: str, result: str) -> str:
    return (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result)}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def box(text: str) -> str:
    return f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"


def test_clauses_have_their_numbers_through_all_levels_and_forms(tmp_path: Path) -> None:
    forms = levels(("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)"), ("upperRoman", "%4"))
    clauses = [
        *(("Term", 0), ("It begins.", 1), ("Early.", 2), ("Late.", 2), ("It ends.", 1)),
        *(("Rent", 0), ("It is due.", 1), ("To a bank.", 2), ("Deep.", 3), ("Deeper.", 3)),
    ]
    body = "".join(item(text, level) for text, level in clauses)
    assert read(tmp_path, body, numbering=numbering(forms)).text.split("\n\n") == [
        *("1. Term", "1.1 It begins.", "(a) Early.\n(b) Late.", "1.2 It ends.", "2. Rent", "2.1 It is due."),
        *("(a) To a bank.", "I Deep.", "II Deeper."),
    ]


@pytest.mark.parametrize(
    ("form", "counted", "text"),
    [
        *(
            ("decimal", 12, "12"),
            ("decimalZero", 7, "07"),
            ("upperLetter", 28, "BB"),
            ("lowerLetter", 26, "z"),
        ),
        *(
            ("upperRoman", 1994, "MCMXCIV"),
            ("lowerRoman", 4, "iv"),
            ("ordinal", 22, "22nd"),
            ("ordinal", 11, "11th"),
        ),
    ],
)
def test_a_number_is_written_in_its_form(tmp_path: Path, form: str, counted: int, text: str) -> None:
    start = levels((form, "No. %1")).replace('<w:start w:val="1"/>', f'<w:start w:val="{counted}"/>')
    assert read(tmp_path, item("Oak", 0), numbering=numbering(start)).text == f"No. {text} Oak"


def test_a_list_that_starts_again_does_and_one_that_goes_on_does(tmp_path: Path) -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    parts = numbering(levels(("decimal", "%1.")), more=again)
    body = (
        item("A", 0)
        + item("B", 0)
        + paragraph("Between.")
        + item("C", 0, 2)
        + paragraph("x")
        + item("D", 0, 3)
    )
    assert read(tmp_path, body, numbering=parts).text == "1. A\n2. B\n\nBetween.\n\n1. C\n\nx\n\n2. D"


def test_a_heading_whose_style_is_numbered_has_its_number(tmp_path: Path) -> None:
    forms = levels(("decimal", "Article %1")).replace("<w:numFmt", '<w:pStyle w:val="H"/><w:numFmt', 1)
    styles = (
        '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Own">'
        '<w:name w:val="Own"/><w:basedOn w:val="H"/></w:style>'
    )
    body = paragraph("Scope", "H") + paragraph("Text.") + paragraph("Terms", "Own")
    document = read(tmp_path, body, styles=styles, numbering=numbering(forms))
    assert document.text == "Article 1 Scope\n\nText.\n\nArticle 2 Terms"
    assert [document.text[h.start : h.end] for h in document.headings] == [
        "Article 1 Scope",
        "Article 2 Terms",
    ]


def test_bullets_are_shown_and_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    body = paragraph("Modes:") + item("Bridge", 0) + item("Repeater", 0) + paragraph("End.")
    bullets = numbering(levels(("bullet", "\uf0b7")))
    assert read(tmp_path, body, numbering=bullets).text == "Modes:\n\n• Bridge\n• Repeater\n\nEnd."


def test_text_boxes_stand_after_the_paragraph_that_they_are_anchored_in_each_once(tmp_path: Path) -> None:
    modern = f"<w:drawing><wp:anchor><wps:wsp>{box('Call 4471.')}</wps:wsp></wp:anchor></w:drawing>"
    old = f"<w:pict><v:shape><v:textbox>{box('Call 4471.')}</v:textbox></v:shape></w:pict>"
    both = f"<mc:Choice>{modern}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    both = f"<mc:AlternateContent>{both}</mc:AlternateContent>"
    two = "".join(old.replace("Call 4471", ask) for ask in ("Ask Ada", "Ask Bo"))
    grouped = f"<w:pict><v:group>{two}</v:group></w:pict>"
    body = f"<w:p>{run('The pier.')}<w:r>{both}</w:r></w:p><w:p><w:r>{grouped}</w:r></w:p>{paragraph('End.')}"
    assert read(tmp_path, body).text == "The pier.\n\nCall 4471.\n\nAsk Ada.\n\nAsk Bo.\n\nEnd."


def test_results_of_fields_are_read_and_their_instructions_are_not(tmp_path: Path) -> None:
    nested = field("IF " + field("DOCPROPERTY x", "1"), "Ghent")
    simple = '<w:fldSimple w:instr="DATE">' + run("14 February") + "</w:fldSimple>"
    body = f"<w:p>{run('In ')}{nested}{run(' on ')}{simple}{run('.')}</w:p>"
    assert read(tmp_path, body).text == "In Ghent on 14 February."


def test_checkboxes_and_chosen_entries_of_forms_are_read(tmp_path: Path) -> None:
    def form(data: str) -> str:
        return (
            f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r><w:r>'
            '<w:instrText>FORM</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    entries = (
        '<w:ddList><w:result w:val="1"/><w:listEntry w:val="Red"/><w:listEntry w:val="Blue"/></w:ddList>'
    )
    ticked, empty = "<w:checkBox><w:checked/></w:checkBox>", '<w:checkBox><w:default w:val="0"/></w:checkBox>'
    body = f"<w:p>{form(ticked)}{run(' Paid ')}{form(empty)}{run(' Sent; colour ')}{form(entries)}</w:p>"
    assert read(tmp_path, body).text == "☒ Paid ☐ Sent; colour Blue"


def test_a_table_of_contents_is_left_out_and_that_is_said(tmp_path: Path) -> None:
    begin, end = field('TOC \\o "1-3"', "Scope 3").split(run("Scope 3"))
    body = f"<w:p>{begin}{run('Scope 3')}</w:p><w:p>{run('Terms 9')}{end}</w:p>{paragraph('Scope.')}"
    document = read(tmp_path, body)
    assert (document.text, document.note) == ("Scope.", "left out: the table of contents")


def test_hidden_and_deleted_text_and_comments_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    styles = (
        f'<w:style w:type="character" w:styleId="Off"><w:rPr>{HIDDEN}</w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="OffP"><w:basedOn w:val="Base"/></w:style>'
        f'<w:style w:type="paragraph" w:styleId="Base"><w:rPr>{HIDDEN}</w:rPr></w:style>'
    )
    new = run(" new", '<w:rStyle w:val="Off"/>')
    shown = run("Shown.").replace("<w:r>", '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr>')
    body = (
        f"<w:p>{run('The code')}{run(' 1234', HIDDEN)}<w:del><w:r><w:delText> was</w:delText></w:r></w:del>"
        f"<w:ins>{run(' is')}</w:ins><w:moveFrom>{run(' lost')}</w:moveFrom>"
        f"{new}{run(' kept.')}</w:p>"
        f"<w:p><w:pPr><w:pStyle w:val='OffP'/></w:pPr>{run('Not this.')}{shown}</w:p>"
    )
    comments = f'<w:comment w:id="0" w:author="Ada">{paragraph("Is it so?")}</w:comment>'
    document = read(tmp_path, body, styles=styles, comments=comments)
    assert document.text == "The code is kept.\n\nShown."
    assert document.note == "left out: hidden text, deleted text, 1 comment (Ada: “Is it so?”)"


def test_headers_come_first_and_footers_last_each_once_without_numbers_of_pages(tmp_path: Path) -> None:
    header = f"<w:p>{run('Owner: Petra Valentin')}<w:r><w:tab/></w:r>{run('Page ')}{field('PAGE', '1')}</w:p>"
    footer = f"<w:p>{run('Page ')}{field('PAGE', '1')}{run(' of ')}{field('NUMPAGES', '9')}</w:p>"
    document = read(
        tmp_path, paragraph("Body."), header=header, footer=footer + paragraph("Valid until June.")
    )
    assert document.text == "Owner: Petra Valentin\n\nBody.\n\nValid until June."


def test_a_header_that_is_not_shown_is_not_read(tmp_path: Path) -> None:
    document = read(tmp_path, paragraph("Body."), header=paragraph("Unused."), header_type="first")
    assert document.text == "Body."


def test_notes_stand_after_the_paragraph_or_table_that_refers_to_them(tmp_path: Path) -> None:
    first, second = (f'<w:r><w:footnoteReference w:id="{n}"/></w:r>' for n in (1, 2))
    table = f"<w:tbl><w:tr><w:tc><w:p>{run('Oak')}{second}</w:p></w:tc>{cell('9')}</w:tr></w:tbl>"
    notes = (
        f'<w:footnote w:id="0" w:type="separator">{paragraph("—")}</w:footnote>'
        f'<w:footnote w:id="1">{paragraph("By Ned Arkle.")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("Dry.")}</w:footnote>'
    )
    body = f"<w:p>{run('Built in 1964')}{first}{run('.')}</w:p>{paragraph('Next.')}{table}{paragraph('End.')}"
    assert read(tmp_path, body, footnotes=notes).text == (
        "Built in 1964.\n\nBy Ned Arkle.\n\nNext.\n\nOak | 9\n\nDry.\n\nEnd."
    )


def cell(*texts: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(map(paragraph, texts))}</w:tc>"


def test_a_row_is_a_line_with_a_place_for_each_column(tmp_path: Path) -> None:
    wide, down, again = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = [
        cell("Boat", "type") + cell("Half day") + cell("Full day"),
        cell("Skiff", properties=down) + cell("18") + cell("30"),
        cell(properties=again) + cell("") + cell("31"),
        cell("Closed", properties=wide) + cell("Sunday"),
    ]
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    assert read(tmp_path, body).text.splitlines() == [
        *("Boat type | Half day | Full day", "Skiff | 18 | 30", "Skiff |  | 31", "Closed |  | Sunday")
    ]


@pytest.mark.parametrize(("mark", "lines"), [("<w:tblHeader/>", 1), ('<w:tblHeader w:val="0"/>', 0), ("", 0)])
def test_a_row_that_repeats_on_each_page_is_the_header_of_its_table(
    tmp_path: Path, mark: str, lines: int
) -> None:
    first = f"<w:trPr>{mark}</w:trPr>{cell('Boat')}{cell('Berth')}"
    document = read(tmp_path, f"<w:tbl><w:tr>{first}</w:tr><w:tr>{cell('Ida')}{cell('B')}</w:tr></w:tbl>")
    assert document.text.splitlines() == ["Boat | Berth", *["--- | ---"] * lines, "Ida | B"]


def test_a_table_for_layout_is_read_cell_by_cell(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr>{cell('a')}{cell('b')}</w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{paragraph('One.')}{inner}</w:tc>{cell('Two.', 'Three.')}</w:tr></w:tbl>"
    assert read(tmp_path, body).text == "One.\n\na | b\n\nTwo.\n\nThree."


def test_a_file_in_the_strict_form_is_read_alike(tmp_path: Path) -> None:
    data = word_file(paragraph("Text."), strict=True)
    assert WORD_NAMESPACES["w"].encode() not in data
    (tmp_path / "a.docx").write_bytes(data)
    (document,) = load(*find([tmp_path / "a.docx"]))
    assert document.text == "Text."
