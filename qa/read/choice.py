"""The readers by name: the trained one that ships, the sentence baseline, any of Hugging Face."""

import os
from functools import cache

from qa.read import window_model
from qa.read.baseline import SentenceReader
from qa.read.calibration import Ranking, shipped_calibration
from qa.read.onnx_model import OnnxSpanModel
from qa.read.reader import ExtractiveReader, Reader
from qa.read.second import SecondReader

SHIPPED, FAST, SENTENCE = "quoth", "fast", "sentence"


def load_reader(name: str | os.PathLike[str] = SHIPPED) -> Reader:
    """The reader of a name: "quoth", "fast", "sentence", or a model of Hugging Face.

    "quoth" ships, "fast" is the same without the second reading, "sentence" is the baseline. Models are
    loaded at the first question, and raise ReaderError when they are not there.
    """
    if name == SHIPPED:
        return _shipped()
    if name == FAST:
        return ExtractiveReader(OnnxSpanModel())
    if name == SENTENCE:
        return SentenceReader()
    from qa.read.huggingface import HuggingFaceSpanModel

    return ExtractiveReader(HuggingFaceSpanModel(os.fspath(name)))


def second_reader_of(reader: Reader) -> SecondReader | None:
    """What reads again after a reader: after the one that ships, the larger model that ships with it."""
    return _second() if reader is _shipped() else None


def prepare(reader: Reader) -> None:
    """Load what reads again after a reader, beside what goes on."""
    if second := second_reader_of(reader):
        second.prepare()


@cache
def _second() -> SecondReader:
    return SecondReader(
        window_model.shipped(), shipped_calibration(SecondReader.calibration).ranking or Ranking()
    )


@cache
def _shipped() -> Reader:
    """One for the process, which loads its model once."""
    return ExtractiveReader(OnnxSpanModel())
