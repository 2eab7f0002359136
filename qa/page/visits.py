"""Visits: each visitor's own documents and choice, apart from everybody else's, and their end.

A visitor is known by a secret that only the browser holds; the folder is named by its hash. A folder is
locked while a server uses it. What is neither kept nor in use goes, also what a killed server left behind.
"""

import hashlib
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import QuestionError
from qa.page.library import Library
from qa.page.talk import Talk

_KEEP = "keep"
_MOST = 1000
_MOST_TALKS = 20


class Visit:
    """One visitor: own documents, and which of all are left out when a question is asked."""

    def __init__(self, library: Library, *, shared: bool) -> None:
        self.library = library
        self.shared = shared
        self.left_out: set[str] = set()
        self.talks: dict[str, Talk] = {}
        self.ends = 0.0
        self.lock: FileLock | None = None

    def remember(self, talk: Talk) -> None:
        """Keep a conversation as it is now, for its export; the oldest ones are forgotten."""
        self.talks.pop(talk.id, None)
        self.talks[talk.id] = talk
        for old in list(self.talks)[:-_MOST_TALKS]:
            del self.talks[old]

    def talk(self, talk_id: str) -> Talk:
        """A conversation of this visit; QuestionError when there is none."""
        if talk_id not in self.talks:
            raise QuestionError("the conversation is over; ask again")
        return self.talks[talk_id]

    @property
    def kept(self) -> bool:
        """Whether the documents stay after the visit."""
        return self.shared or (self.library.folder / _KEEP).exists()

    def keep(self, kept: bool) -> None:
        """Have the documents stay after the visit, or not."""
        if kept:
            self.library.folder.mkdir(parents=True, exist_ok=True)
            (self.library.folder / _KEEP).touch()
        else:
            (self.library.folder / _KEEP).unlink(missing_ok=True)

    def chosen(self, documents: Collection[str]) -> list[str]:
        """Those of the documents that are asked."""
        return [document_id for document_id in documents if document_id not in self.left_out]


class Visits:
    """All visits of a server. `root` holds their folders; `shared`, when given, is one library for all."""

    idle_seconds = 30 * 60
    leaving_seconds = 120

    def __init__(
        self,
        root: Path,
        library: Callable[[Path], Library],
        *,
        shared: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self._library = library
        self._shared = library(shared) if shared else None
        self._clock = clock
        self._visits: dict[str, Visit] = {}
        self._lock = threading.Lock()
        for folder in root.glob("*"):
            if not (folder / _KEEP).exists():
                self._clear(folder)

    def find(self, token: str | None) -> Visit | None:
        """The visit of a secret, which lasts on; None when there is none."""
        with self._lock:
            self._end_idle()
            visit = self._visits.get(token or "")
            if visit is None and token and (self._folder(token) / _KEEP).exists():
                visit = self._open(token)
            if visit:
                visit.ends = self._clock() + self.idle_seconds
            return visit

    def begin(self) -> tuple[str, Visit]:
        """A new visit and its secret."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            if len(self._visits) >= _MOST:
                self._end(min(self._visits, key=lambda one: self._visits[one].ends))
            visit = self._open(token)
            assert visit is not None  # nobody else has this token
            return token, visit

    def leave(self, token: str | None) -> None:
        """The visitor closed the page: the visit ends soon, unless another page of it is heard of."""
        with self._lock:
            if visit := self._visits.get(token or ""):
                visit.ends = min(visit.ends, self._clock() + self.leaving_seconds)

    def close(self) -> None:
        """End all visits."""
        with self._lock:
            for token in list(self._visits):
                self._end(token)
            if self._shared:
                self._shared.close(remove=False)

    def end_idle(self) -> None:
        """End the visits that nothing was heard of for too long."""
        with self._lock:
            self._end_idle()

    def _end_idle(self) -> None:
        now = self._clock()
        for token in [token for token, visit in self._visits.items() if visit.ends < now]:
            self._end(token)

    def _open(self, token: str) -> Visit | None:
        folder = self._folder(token)
        lock = None
        if self._shared is None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(folder / "lock", thread_local=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return None  # another server has it
        visit = Visit(self._shared or self._library(folder), shared=self._shared is not None)
        visit.lock = lock
        visit.ends = self._clock() + self.idle_seconds
        self._visits[token] = visit
        return visit

    def _end(self, token: str) -> None:
        visit = self._visits.pop(token)
        if visit.lock is not None:
            visit.library.close(remove=not visit.kept, then=visit.lock.release)

    def _clear(self, folder: Path) -> None:
        try:
            with FileLock(folder / "lock", thread_local=False).acquire(timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            return
        shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, token: str) -> Path:
        return self._root / hashlib.sha256(token.encode()).hexdigest()[:32]
