"""The readers by name: the trained one that ships, the sentence baseline, any of Hugging Face."""

import os
from functools import cache

from qa.read.onnx_model import OnnxSpanModel
from qa.read.reader import ExtractiveReader, Reader, SentenceReader

SHIPPED, SENTENCE = "quoth", "sentence"


def load_reader(name: str | os.PathLike[str] = SHIPPED) -> Reader:
    """The reader of a name: "quoth" ships, "sentence" is the baseline, any other is Hugging Face's.

    Models are loaded at the first question, and raise ReaderError when they are not there.
    """
    if name == SHIPPED:
        return _shipped()
    if name == SENTENCE:
        return SentenceReader()
    from qa.read.huggingface import HuggingFaceSpanModel

    return ExtractiveReader(HuggingFaceSpanModel(os.fspath(name)))


@cache
def _shipped() -> Reader:
    """One for the process, which loads its model once."""
    return ExtractiveReader(OnnxSpanModel())
