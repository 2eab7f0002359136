"""Errors of the package `qa`. Every message names the value that was wrong and what to do.

QuestionAnsweringError
├── QuestionError       a question or a history that cannot be used
├── QuestionSetError    a question set that cannot be read, or asks of documents that are not there
├── ReportError         a report that cannot be written, or a gate that cannot be used
├── ReaderError         a reader model is missing or does not load
├── BusyError           too many questions at once
├── TooFastError        too many questions from one caller
├── UploadError         a file that is not taken, or a document that is not there
├── WriterError         a language model cannot be used, is away or slow, or writes nothing that can be used
└── AnswerFileError     a file given to `quoth verify` that is not an exported answer
"""

import os
import re

from index.cache import cache_folder

_FOLDERS = re.compile(r"""(?<![\w.~/\\-])(?:[A-Za-z]:)?(?:[\\/][^\\/\s:;,'"()]+)+[\\/](?=[^\\/\s])""")


class QuestionAnsweringError(Exception):
    """Base of all errors that `qa` raises on purpose; `str(error)` is one line for a person."""


class QuestionError(QuestionAnsweringError):
    """A question cannot be asked as it stands."""


class QuestionSetError(QuestionAnsweringError):
    """A question set cannot be used."""


class ReportError(QuestionAnsweringError):
    """A report cannot be written, or a gate cannot be used."""


class ReaderError(QuestionAnsweringError):
    """A reader cannot be used."""


class AnswerFileError(QuestionAnsweringError):
    """A file does not hold exported answers."""


class WriterError(QuestionAnsweringError):
    """A language model cannot be used."""


class UploadError(QuestionAnsweringError):
    """A file is not taken."""


class BusyError(QuestionAnsweringError):
    """The queue is full."""


class TooFastError(QuestionAnsweringError):
    """A caller asks too fast."""


def one_line(error: Exception) -> str:
    """What is wrong, on one line, for a person who asks a server: no path of its machine is shown."""
    line = " ".join(str(error).split())
    return _FOLDERS.sub("", line.replace(f"{cache_folder()}{os.sep}", ""))
