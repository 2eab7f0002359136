"""What somebody who is not at this machine is told of an error: one line, and no path of the machine."""

import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from index.errors import IndexingError
from qa.errors import QuestionAnsweringError, one_line
from qa.serve.operations import FORMS

ERRORS = (QuestionAnsweringError, IndexingError, ValidationError)


def told(error: Exception) -> str:
    """The line for an error of ERRORS. What is wrong with an index is told to whoever runs the server."""
    if isinstance(error, ValidationError):
        return misshapen(error.errors()[0])
    if isinstance(error, IndexingError):  # names folders of this machine
        sys.stderr.write(f"quoth: {' '.join(str(error).split())}\n")
        return "the documents cannot be read; tell whoever runs this server, who sees why"
    return one_line(error)


def misshapen(details: Mapping[str, Any]) -> str:
    """The line for one of pydantic's errors: the argument, what is wrong with it and its form."""
    place = () if details["type"] == "json_invalid" else details["loc"]
    name = ".".join(map(str, place)) or "body"
    form = FORMS.get(str(place[0])) if place else "a JSON object"
    wrong = f"{name}: {details['msg'].removeprefix('Value error, ')}"
    return f"{wrong}; give {form}" if form else wrong
