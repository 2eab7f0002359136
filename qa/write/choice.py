"""The writer that the command line and the environment ask for."""

import os
from importlib.util import find_spec

from qa.errors import WriterError
from qa.write.checks import Checker
from qa.write.endpoint import Endpoint
from qa.write.writer import Writer

KEY = "QUOTH_LLM_KEY"


def load_writer(url: str | None, model: str | None, *, strict: bool) -> Writer | None:
    """The writer at an address, None where none is given; its key is in $QUOTH_LLM_KEY.

    WriterError when it cannot be used; nothing is asked yet.
    """
    if not url:
        if model:
            raise WriterError("--llm-model: there is no address to ask; give one with --llm URL")
        return None
    endpoint = Endpoint(url, model or "", key=os.environ.get(KEY, ""))
    if find_spec("httpx2") is None:
        raise WriterError("--llm needs the package httpx2; get it with: pip install 'quoth[llm]'")
    return Writer(endpoint, Checker(), strict=strict)
