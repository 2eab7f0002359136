"""What stands on a PDF's page but not in its text: values of form fields, and annotations."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from index.load.pdf_lines import same_row
from index.load.pdf_words import Word, page_frame

if TYPE_CHECKING:
    import pypdfium2

# Of a field's height, the size of the type in it; and the largest that is taken for one.
_SIZE = 0.7
_LARGEST = 12.0
_CHECKED = "☒"
# Width of a character, in sizes of type.
_WIDTH = 0.55


def read_fields(pdf: "pypdfium2.PdfDocument", page: "pypdfium2.PdfPage", words: Sequence[Word]) -> list[Word]:
    """The words of a page with the values of its fields, each after the word to its left."""
    values, found = list(_values(pdf, page)), list(words)
    if not values:
        return found
    for value in values:
        beside = [
            number for number, word in enumerate(found) if word.left < value.left and same_row(word, value)
        ]
        nearest = max(beside, key=lambda number: found[number].right, default=len(found) - 1)
        found.insert(nearest + 1, value)
    return [word._replace(order=number) for number, word in enumerate(found)]


def read_annotations(page: "pypdfium2.PdfPage") -> list[str]:
    """What the annotations of a page say."""
    import pypdfium2.raw as pdfium

    said = []
    for annotation in _annotations(page):
        if pdfium.FPDFAnnot_GetSubtype(annotation) not in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_POPUP):
            text = _string(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents")
            if text:
                said.append(" ".join(text.split()))
    return said


def _annotations(page: "pypdfium2.PdfPage") -> Iterator[Any]:
    import pypdfium2.raw as pdfium

    for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, number)
        if annotation:
            try:
                yield annotation
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)


def _values(pdf: "pypdfium2.PdfDocument", page: "pypdfium2.PdfPage") -> Iterator[Word]:
    import pypdfium2.raw as pdfium

    if pdf.formenv is None:
        return
    box = pdfium.FS_RECTF()
    _, _, place = page_frame(page)
    for annotation in _annotations(page):
        if pdfium.FPDFAnnot_GetSubtype(annotation) != pdfium.FPDF_ANNOT_WIDGET:
            continue
        text = _value(pdfium, pdf.formenv.raw, annotation)
        if text and pdfium.FPDFAnnot_GetRect(annotation, box):
            (x0, y0), (x1, y1) = place(box.left, box.top), place(box.right, box.bottom)
            left, top, right, bottom = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
            size = max(1.0, min(_LARGEST, _SIZE * (bottom - top)))
            right = min(right, left + _WIDTH * size * len(text))
            yield Word(text, left, top, right, bottom, size, bold=False, order=0, is_field=True)


def _value(pdfium: Any, form: Any, annotation: Any) -> str:  # noqa: ANN401 - PDFium's own, untyped
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        return _CHECKED if pdfium.FPDFAnnot_IsChecked(form, annotation) else ""
    if kind in (
        pdfium.FPDF_FORMFIELD_TEXTFIELD,
        pdfium.FPDF_FORMFIELD_COMBOBOX,
        pdfium.FPDF_FORMFIELD_LISTBOX,
    ):
        return " ".join(_string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation).split())
    return ""


def _string(ask: Any, *what: Any) -> str:  # noqa: ANN401
    """What PDFium writes into a buffer of UTF-16, of the length that it asks for."""
    length = ask(*what, None, 0)
    if length <= 2:
        return ""
    import ctypes

    import pypdfium2.raw as pdfium

    buffer = ctypes.create_string_buffer(length)
    ask(*what, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")
