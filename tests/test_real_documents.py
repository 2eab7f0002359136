"""What real documents hold: powers, formulas, lines within cells, odd mails and cues."""

from pathlib import Path

import pytest

from index.load.sources import find, load
from tests.office import run, word_file, zipped

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def read(folder: Path, name: str, data: bytes | str) -> str:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    (document,) = load(*find([folder / name]))
    return document.text


def part(name: str, inner: str) -> str:
    return f"<m:{name}>{inner}</m:{name}>"


def term(text: str) -> str:
    return part("r", part("t", text))


def open_document(body: str, styles: str) -> bytes:
    declared = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "style")
    )
    content = (
        f"<office:document-content {declared}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def test_a_power_is_no_digit_of_its_base(tmp_path: Path) -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    word = word_file(f"<w:p>{run('10')}{run('-6', raised)}{run(' m on the 21')}{run('st', raised)}</w:p>")
    style = (
        '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    span = '<text:span text:style-name="T1">-6</text:span>'
    assert read(tmp_path, "a.docx", word) == "10⁻⁶ m on the 21st"
    assert read(tmp_path, "a.html", "<p>10<sup>-6</sup> m on the 21<sup>st</sup>") == "10⁻⁶ m on the 21st"
    assert read(tmp_path, "a.rtf", r"{\rtf1 10{\super -6} m and 5\super 2\nosupersub 3}") == "10⁻⁶ m and 5²3"
    assert read(tmp_path, "a.odt", open_document(f"<text:p>10{span} m</text:p>", style)) == "10⁻⁶ m"


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        (part("sSup", part("e", term("r")) + part("sup", term("2"))), "r²"),
        (part("sSup", part("e", term("a+b")) + part("sup", term("n-1"))), "(a+b)^(n-1)"),
        (part("f", part("num", term("n-1")) + part("den", term("2"))), "(n-1)/2"),
        (part("f", part("num", term("7")) + part("den", term("15"))) + term("b"), "(7/15)b"),
        (part("rad", part("deg", "") + part("e", term("x+1"))), "√(x+1)"),
        (part("d", part("e", term("x")) + part("e", term("y"))), "(x, y)"),
        (
            part(
                "nary",
                part("naryPr", '<m:chr m:val="∑"/>')
                + part("sub", term("k=1"))
                + part("sup", term("n"))
                + part("e", term("k")),
            ),
            "∑(k=1…n)k",
        ),
        (part("eqArr", part("e", term("x=1")) + part("e", term("y=2"))), "x=1, y=2"),
    ],
)
def test_a_formula_of_word_keeps_its_powers_fractions_and_bounds(
    tmp_path: Path, inner: str, said: str
) -> None:
    body = f"<w:p>{run('It is ')}<m:oMath {MATH}>{inner}</m:oMath>{run(' here.')}</w:p>"
    assert read(tmp_path, "a.docx", word_file(body)) == f"It is {said} here."


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<msup><mi>r</mi><mn>2</mn></msup>", "r²"),
        (
            "<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mrow><mi>n</mi><mo>-</mo><mn>1</mn></mrow></msup>",
            "(a+b)^(n-1)",
        ),
        ("<mfrac><mrow><mi>n</mi><mo>-</mo><mn>1</mn></mrow><mn>2</mn></mfrac>", "(n-1)/2"),
        ("<mfrac linethickness=0><mi>n</mi><mi>k</mi></mfrac>", "n k"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        (
            "<mfrac><mn>7</mn><mn>15</mn></mfrac><mi>b</mi><mo>=</mo><msqrt><mn>3</mn></msqrt><mi>y</mi>",
            "(7/15)b=(√3)y",
        ),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "³√x"),
        (
            "<munderover><mo>∑</mo><mrow><mi>k</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
            "<msub><mi>a</mi><mi>k</mi></msub>",
            "∑(k=1…n)ak",
        ),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0304"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable>",
            "1 2, 3",
        ),
        (
            "<semantics><mrow><mi>f</mi><mo>\u2061</mo><mo>(</mo><mi>x</mi><mo>)</mo></mrow>"
            "<annotation encoding=t>f(x)</annotation></semantics>",
            "f(x)",
        ),
        ("<mphantom><mi>z</mi></mphantom><mi>y</mi>", "y"),
    ],
)
def test_a_formula_of_a_page_keeps_its_powers_fractions_and_bounds(
    tmp_path: Path, inner: str, said: str
) -> None:
    page = f"<p>It is <math>{inner}</math> here.<math display=block>{inner}</math>"
    assert read(tmp_path, "a.html", page) == f"It is {said} here.\n\n{said}"


def test_lines_within_a_cell_of_a_page_are_one_line_of_its_row(tmp_path: Path) -> None:
    page = "<table><tr><td>Length<br>of index<td>in pages</tr><tr><td>long<td>3 to<br>5</tr></table>"
    assert read(tmp_path, "a.html", page) == "Length of index | in pages\nlong | 3 to 5"


@pytest.mark.parametrize("cell", [f"{'word ' * 70}<br>Tel. 5", "<pre>a\nb</pre>"])
def test_lines_of_a_table_that_lays_out_a_page_stay(tmp_path: Path, cell: str) -> None:
    lines = read(tmp_path, "a.html", f"<table><tr><td>Menu<td>{cell}</tr></table>").splitlines()
    assert lines[-1] in {"Tel. 5", "b"}


def test_a_speaker_is_called_by_the_whole_name(tmp_path: Path) -> None:
    cues = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Speaker A>OK,\nwe record\n\n00:02.000 --> 00:03.000\n"
        "<v Neil deGrasse>Didn't we?\n"
    )
    assert read(tmp_path, "a.vtt", cues) == "Speaker A: OK, we record\n\nNeil deGrasse: Didn't we?"
    part_one = "1\n00:00:01,000 --> 00:00:02,000\nPREMIÈRE PARTIE : la ville\n"
    assert read(tmp_path, "a.srt", part_one) == "PREMIÈRE PARTIE : la ville"


def test_a_message_within_a_mail_that_is_packed_is_named_and_not_read(tmp_path: Path) -> None:
    mail = (
        "From: a@b.org\nSubject: S\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        "Content-Type: text/plain\n\nHello.\n--x\nContent-Type: message/rfc822; name=old.eml\n"
        "Content-Transfer-Encoding: base64\n\nTWltZS1WZXJzaW9u\n--x--\n"
    )
    assert read(tmp_path, "a.eml", mail).endswith("\n\nHello.")


def test_a_message_of_a_mailbox_may_lack_all_fields(tmp_path: Path) -> None:
    head = "From a@b Tue Mar  5 10:12:00 2024"
    box = f"{head}\nX-Id: 1\n\nFirst.\n\n{head}\nSubject: Two\n\nSecond.\n"
    assert read(tmp_path, "a.mbox", box) == "First.\n\nTwo\n\nSubject: Two\n\nSecond."


def test_a_character_of_rich_text_may_take_two_units(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "a.rtf", r"{\rtf1\uc1 \u-10240?\u-8398? and \u-10240? end}")
        == "\U00010332 and \ufffd end"
    )


def test_how_lists_of_rich_text_are_numbered_is_no_text(tmp_path: Path) -> None:
    levels = r"{\list{\listlevel{\leveltext \'02\'00.}{\levelnumbers \'01}}{\listname L1;}}"
    assert read(tmp_path, "a.rtf", r"{\rtf1 " + levels + "One.}") == "One."
