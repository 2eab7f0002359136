"""The address of a store: where Milvus is, and the collection there that holds an index."""

import os
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from index.errors import StoreError

SCHEME = "milvus://"
_PORT = 19530
_COLLECTION = "quoth"
# Seconds that a call may take, retries counted in.
_TIMEOUT = 60.0
_HELP = (
    "give milvus://HOST:PORT/COLLECTION, with ?tls=1, ?database=NAME or ?timeout=SECONDS where needed, "
    "or the path of a .db for milvus-lite"
)
_TRUE = frozenset(("1", "true", "yes", "on"))


class Address(NamedTuple):
    """A parsed store. `place` is how it is shown: it holds no user and no password."""

    uri: str
    collection: str
    place: str
    token: str = ""
    database: str = ""
    timeout: float = _TIMEOUT

    @property
    def is_local(self) -> bool:
        """Whether milvus-lite serves it, in this process."""
        return "://" not in self.uri


def parse(store: str) -> Address:
    """The address that a person wrote; StoreError, without the password, when it is none.

    A user and password, or a token, stand in the URL (`milvus://USER:PASSWORD@HOST/…`) or in
    $QUOTH_MILVUS_TOKEN as `USER:PASSWORD`, where no other user of the machine sees them.
    """
    if not store.startswith(SCHEME):
        if "://" in store or not store.endswith(".db"):
            raise StoreError(f"{store.rpartition('@')[2]}: no address of a store; {_HELP}")
        return Address(uri=store, collection=_COLLECTION, place=store)
    try:
        parts = urlsplit(store)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        tls = options.pop("tls", "0").lower() in _TRUE
        database, timeout = options.pop("database", ""), float(options.pop("timeout", _TIMEOUT))
        port = parts.port or _PORT
    except ValueError:
        raise StoreError(f"{_shown(store)}: no address of a store; {_HELP}") from None
    collection = parts.path.strip("/")
    named = parts.hostname or ""
    is_named = named and collection.isascii() and collection.isidentifier()
    if not is_named or options or timeout <= 0:
        raise StoreError(f"{_shown(store)}: no address of a store; {_HELP}")
    host = f"[{named}]" if ":" in named else named
    given = ":".join(unquote(part) for part in (parts.username, parts.password) if part)
    return Address(
        uri=f"{'https' if tls else 'http'}://{host}:{port}",
        collection=collection,
        place=f"{SCHEME}{host}:{port}/{collection}",
        token=given or os.environ.get("QUOTH_MILVUS_TOKEN", ""),
        database=database,
        timeout=timeout,
    )


def _shown(store: str) -> str:
    return SCHEME + store.removeprefix(SCHEME).rpartition("@")[2]
