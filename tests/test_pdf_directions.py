"""Right-to-left text of a PDF, drawn as it is seen, is read as a person reads it."""

import io
from pathlib import Path

import matplotlib
import pytest
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from index.load.limits import Limits
from index.load.pdf import extract_pdf
from index.load.pdf_directions import as_read

FONT, SIZE = "DejaVu", 11
registerFont(TTFont(FONT, str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")))


def read(*rows: tuple[str, ...], step: float = 15) -> str:
    """The text of a page that shows each row from left to right, cells 120 points apart."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.setFont(FONT, SIZE)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            canvas.drawString(60 + 120 * place, 700 - step * number, cell)
    canvas.save()
    return extract_pdf(stream.getvalue(), Limits()).text


def drawn(*words: str) -> str:
    """What a person sees from left to right of words that run left: each is given as it is read."""
    return " ".join(word if word.isascii() else word[::-1] for word in words)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (drawn("1901", "בשנת", "John", "Smith", "ידי", "על"), "על ידי John Smith בשנת 1901"),
        (drawn("שנים.", "12", "Harbour", "Works", "Ltd", "של"), "של Harbour Works Ltd 12 שנים."),
        (drawn("مارس", "19", "في", "John", "Smith", "قبل", "من", "بني"), "بني من قبل John Smith في 19 مارس"),
        (
            drawn("The", "word", "עולם", "שלום", "means", "hello", "to", "all"),
            "The word שלום עולם means hello to all",
        ),
        ("איה Pythonו R תפש", "שפת R ו Python היא"),
        ("1,250 (מ״עמ) ריחמה", "המחיר (מע״מ) 1,250"),
    ],
)
def test_words_are_in_the_order_of_reading_and_letters_too(seen: str, said: str) -> None:
    assert read((seen,)) == said


def test_a_table_that_runs_left_is_read_from_the_right() -> None:
    rows = [(drawn("טלפון"), drawn("שם")), ("0101 555", drawn("דנה")), ("0102 555", drawn("רון"))]
    assert read(*rows).splitlines() == ["שם | טלפון", "דנה | 555 0101", "רון | 555 0102"]


def test_a_sign_for_lam_and_alef_is_read_with_lam_first() -> None:
    assert as_read("اإلى", [40, 30, 30, 20]) == "الإى"
    assert as_read("اىلإ", [10, 20, 30, 40]) == "إلىا"


def test_a_line_that_runs_right_stays() -> None:
    assert read(("Works (Ltd) of 1886",)) == "Works (Ltd) of 1886"
