"""Sessions: each visitor's own documents and choice, apart from everybody else's, and their end.

A visitor is known by a secret that only the browser holds. The folder is named by its hash, made when the
first document comes, and locked while a server uses it. What is neither kept nor in use goes, also what a
killed server left behind.

A session ends two minutes after its page was closed. A page that falls silent without being closed is that of
a laptop that sleeps, of a phone that shows something else, or of a browser that crashed: its documents and
conversations stay for a day. The time in which the server's own machine sleeps counts for nothing.
"""

import hashlib
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import BusyError, TooFastError, UploadError
from qa.serve.conversations import Conversations
from qa.serve.indexing import cause
from qa.serve.upload_folders import KEEP, remove_unused
from qa.serve.uploads import Library


def awake() -> float:
    """Seconds that this machine has been awake."""
    if sys.platform == "win32":
        import ctypes

        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        return ticks.value / 10_000_000
    return time.monotonic()  # stops while Linux or macOS sleep, as the timers of a page do


class Session:
    """One visitor: own documents, and what was chosen to be asked, or not, and removed from the list."""

    def __init__(self, library: Library, address: str, *, shared: bool, lock: FileLock | None = None) -> None:
        self.library = library
        self.address = address
        self.shared = shared
        self.choice: dict[str, bool] = {}
        self.removed: set[str] = set()
        # Where all share their documents, a conversation is still its visitor's alone, and never on disk.
        self.conversations = Conversations(library.folder if lock else None)
        self.ends = 0.0
        self._lock = lock
        self._over = False
        self._claiming = threading.Lock()

    @property
    def kept(self) -> bool:
        """Whether the documents stay after the session."""
        return self.shared or (self.library.folder / KEEP).exists()

    @property
    def holds_something(self) -> bool:
        """Whether there is something that is this visitor's alone: documents, or a conversation."""
        return self._lock is not None or len(self.conversations) > 0

    def keep(self, kept: bool) -> None:
        """Have documents and conversations stay after the session, or not.

        UploadError when the disk does not allow it.
        """
        if self.shared:
            return
        note = self.library.folder / KEEP
        with _on_disk("your choice"):
            if kept:
                self._claim()
                note.touch()
                self.conversations.keep_in(self.library.folder)
            else:
                self.conversations.keep_in(None)
                note.unlink(missing_ok=True)

    @contextmanager
    def receiving(self, name: str) -> Iterator[Path]:
        """A place for a file that is received and then added; UploadError for a fault of the disk."""
        with _on_disk(name):
            self._claim()
            with self.library.receiving() as file:
                yield file

    def end(self) -> None:
        """End the session; its folder goes in the background unless it is kept."""
        with self._claiming:
            self._over = True
        if not self.shared:
            release = self._lock.release if self._lock else lambda: None
            self.library.close(remove=not self.kept, then=release)

    def _claim(self) -> None:
        """Have the folder, locked."""
        with self._claiming:
            if self._over:
                raise UploadError("the session is over; load the page again")
            if self._lock is None and not self.shared:
                self._lock = _locked(self.library.folder)


class Sessions:
    """All sessions of a server. `root` holds their folders; `shared`, when given, is one library for all.

    May be used from many threads. A thread of its own ends the sessions whose time is over.
    """

    leaving_seconds = 120
    idle_seconds = 30 * 60
    silent_seconds = 24 * 3600
    most = 1000
    most_of_an_address = 100

    def __init__(
        self,
        root: Path,
        library: Callable[[Path], Library],
        *,
        shared: Path | None = None,
        clock: Callable[[], float] = awake,
    ) -> None:
        self._root = root
        self._library = library
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._shared_lock = _lock_shared(shared) if shared else None
        self._shared = library(shared) if shared else None
        for folder in root.glob("*"):
            if folder.is_dir() and not (folder / KEEP).exists():
                remove_unused(folder)
        self._watcher = threading.Thread(target=self._watch, name="quoth-sessions", daemon=True)
        self._watcher.start()

    def find(self, token: str | None) -> Session | None:
        """The session of a secret, which lasts on; None when there is none."""
        with self._changed:
            self.end_idle()
            session = self._sessions.get(token or "")
            if session is None and token and self._is_kept(token):
                session = self._reopen(token)
            if session:
                lasts = self.silent_seconds if session.holds_something else self.idle_seconds
                session.ends = self._clock() + lasts
            return session

    def arrive(self, token: str | None, address: str) -> tuple[str, Session]:
        """The session of a secret, or a new one; see `begin`.

        Raises BusyError rather than give a new secret to whom kept documents belong.
        """
        with self._changed:
            if token and (session := self.find(token)):
                return token, session
            if token and self._is_kept(token):
                raise BusyError("your kept documents are in use by another server; load the page again soon")
            return self.begin(address)

    def begin(self, address: str = "") -> tuple[str, Session]:
        """A new session and its secret, which has two minutes to come back.

        Raises TooFastError when the address has as many as it may, BusyError when the server has.
        """
        with self._changed:
            self.end_idle()
            if (
                sum(session.address == address for session in self._sessions.values())
                >= self.most_of_an_address
            ):
                raise TooFastError(
                    f"there are {self.most_of_an_address} sessions from your address, the most; "
                    "close a page of Quoth and come again in two minutes"
                )
            if len(self._sessions) >= self.most:
                raise BusyError(f"there are {self.most} sessions, the most; come again in a few minutes")
            token = secrets.token_urlsafe(24)
            shared = self._shared is not None
            session = Session(self._shared or self._library(self._folder(token)), address, shared=shared)
            self._add(token, session)
            return token, session

    def leave(self, token: str | None) -> None:
        """The visitor closed the page: the session ends soon, unless another page of it is heard of."""
        with self._changed:
            if session := self._sessions.get(token or ""):
                session.ends = min(session.ends, self._clock() + self.leaving_seconds)
                self._changed.notify()

    def close(self) -> None:
        """End all sessions."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            for token in list(self._sessions):
                self._sessions.pop(token).end()
            if self._shared:
                release = self._shared_lock.release if self._shared_lock else lambda: None
                self._shared.close(remove=False, then=release)
        self._watcher.join()

    def end_idle(self) -> None:
        """End the sessions whose time is over."""
        with self._changed:
            now = self._clock()
            for token in [token for token, session in self._sessions.items() if session.ends <= now]:
                self._sessions.pop(token).end()

    def _watch(self) -> None:
        """Sleep until the next session ends; a session that was heard of meanwhile has moved on."""
        with self._changed:
            while not self._closed:
                self.end_idle()
                ends = min((session.ends for session in self._sessions.values()), default=None)
                self._changed.wait(None if ends is None else max(0.0, ends - self._clock()))

    def _add(self, token: str, session: Session) -> None:
        session.ends = self._clock() + self.leaving_seconds
        self._sessions[token] = session
        self._changed.notify()

    def _reopen(self, token: str) -> Session | None:
        """The session of kept documents; None when another server has it."""
        folder, lock = self._folder(token), None
        try:
            lock = _locked(folder)
        except Timeout:
            return None
        except OSError:
            pass  # nobody can write there; what is there can still be read
        session = Session(self._library(folder), "", shared=False, lock=lock)
        self._add(token, session)
        return session

    def _is_kept(self, token: str) -> bool:
        return (self._folder(token) / KEEP).exists()

    def _folder(self, token: str) -> Path:
        return self._root / hashlib.sha256(token.encode()).hexdigest()[:32]


@contextmanager
def _on_disk(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UploadError(f"{what} cannot be kept on the server: {cause(error)}; try again later") from error


def _locked(folder: Path) -> FileLock:
    """A folder and the lock on it; Timeout when another server has it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(folder / "lock", thread_local=False)
    lock.acquire(timeout=0)
    return lock


def _lock_shared(folder: Path) -> FileLock | None:
    """The lock on a folder that all visitors share; None where nobody can write."""
    try:
        return _locked(folder)
    except Timeout:
        raise BusyError(
            f"{folder}: another server keeps documents there; stop it or give another folder with --shared"
        ) from None
    except OSError:
        return None
