"""A connection to Milvus, whose errors are one line each. The only importer of pymilvus."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from index.errors import StoreError
from index.store.addresses import Address

# The first that has all that is used here.
_OLDEST = (2, 5)
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
# What Milvus and gRPC say, in lower case, and what it means for a person.
_MEANINGS = (
    (("fail connecting", "unavailable", "failed to connect", "connection refused"),
     "no Milvus answers there; start it or check the address"),
    (("deadline", "timeout", "timed out"),
     "Milvus took longer than {timeout:g} s; try again, or allow more with ?timeout=SECONDS"),
    (("quota", "exhausted", "no space", "disk full", "out of memory"),
     "Milvus is full; give it space and run the same command again, which goes on where it stopped"),
    (("auth", "permission", "denied"),
     "Milvus refuses the user or password; give them in $QUOTH_MILVUS_TOKEN as USER:PASSWORD"),
    (("not exist", "not found", "released", "not loaded"),
     "the index that was opened there is gone, since newer ones replaced it; open it again"),
)  # fmt: skip


class Connection:
    """Calls of a Milvus client. May be used from many threads at once."""

    def __init__(self, address: Address) -> None:
        self.address = address
        # Else its core prints what it mends by itself, such as a connection that slept.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        try:
            import pymilvus
        except ImportError as error:
            raise StoreError(
                f"{address.place}: Milvus needs more packages; install them with: pip install 'quoth[milvus]'"
            ) from error
        _silence()
        options = {"token": address.token, "db_name": address.database, "timeout": address.timeout}
        if certificate := os.environ.get("QUOTH_MILVUS_CA"):
            options["server_pem_path"] = certificate
        with self._told():
            self._client: Any = pymilvus.MilvusClient(address.uri, **options)
            self._require_version(str(self._client.get_server_version()))

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - pymilvus has no types
        """What a method of the client returns; StoreError when it fails.

        A server that is briefly away, or asks for slower calls, is asked again within the timeout. It is the
        address's unless one is given.
        """
        with self._told():
            allowed = {"timeout": self.address.timeout} | options
            return getattr(self._client, method)(*arguments, **allowed)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, RpcError, ConnectionError, ValueError) as error:
            # Neither the cause nor its words: they may hold the password.
            raise StoreError(
                f"{self.address.place}: {self._meaning(getattr(error, 'message', '') or str(error))}"
            ) from None

    def _meaning(self, said: str) -> str:
        low = said.lower()
        for signs, meaning in _MEANINGS:
            if any(sign in low for sign in signs):
                return meaning.format(timeout=self.address.timeout)
        line = " ".join(said.split())[:200]
        return f"Milvus says: {line.replace(self.address.token, '***') if self.address.token else line}"

    def _require_version(self, version: str) -> None:
        found = _VERSION.match(version)
        if found and (int(found[1]), int(found[2])) < _OLDEST:
            oldest = ".".join(map(str, _OLDEST))
            raise StoreError(f"{self.address.place}: Milvus {version} is too old; {oldest} or newer will do")


def _silence() -> None:
    """Have pymilvus and milvus-lite log nothing: an error is told in one line, and theirs hold addresses."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"pymilvus", "milvus_lite"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
