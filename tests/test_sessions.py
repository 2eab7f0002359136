"""When sessions end, what goes with them, and what no other session can take away."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock

from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.errors import BusyError, TooFastError, UploadError
from qa.page.conversation import Conversation
from qa.read.baseline import SentenceReader
from qa.serve.build_threads import Builders
from qa.serve.sessions import Sessions
from qa.serve.upload_folders import sessions_folder
from qa.serve.uploads import Library, UploadLimits
from qa.types import Answer
from tests.browsing import sessions_in
from tests.uploading import HARBOUR, files, put, settled


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Kept(NamedTuple):
    """Sessions with a clock of their own."""

    sessions: Sessions
    clock: Clock
    root: Path
    open: Callable[..., Sessions]
    wait: Callable[[], None]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    clock, root = Clock(), tmp_path / "sessions"
    with Builders() as builders:

        def library(folder: Path) -> Library:
            return Library(
                folder, HashEmbedder(), lambda index: Answerer(index, reader=SentenceReader()), builders,
                UploadLimits(),
            )  # fmt: skip

        def wait() -> None:
            builders.submit(int).result(timeout=60)

        def open_again(folder: Path = root) -> Sessions:
            return Sessions(folder, library)

        yield Kept(Sessions(root, library, clock=clock), clock, root, open_again, wait)


MINUTE, DAY = 60, 24 * 3600


@pytest.mark.parametrize(
    ("says_so", "seconds"), [(True, 2 * MINUTE), (False, DAY)], ids=["closed", "fallen silent"]
)
def test_documents_go_two_minutes_after_the_page_was_closed_and_a_day_after_it_fell_silent(
    kept: Kept, says_so: bool, seconds: int
) -> None:
    token, session = kept.sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    settled(session.library)
    assert kept.sessions.find(token) is session
    if says_so:
        kept.sessions.leave(token)
    kept.clock.now += seconds - 1
    kept.sessions.end_idle()
    assert files(session.library) == {"harbour.txt": HARBOUR}
    kept.clock.now += 1
    kept.sessions.end_idle()
    assert kept.sessions.find(token) is None
    kept.wait()
    assert list(kept.root.iterdir()) == []


def test_a_session_without_documents_lasts_half_an_hour_and_never_had_a_folder(kept: Kept) -> None:
    token, session = kept.sessions.begin()
    assert kept.sessions.find(token) is session
    kept.clock.now += 30 * MINUTE - 1
    assert kept.sessions.find(token) is session
    kept.clock.now += 30 * MINUTE
    assert kept.sessions.find(token) is None
    assert not kept.root.exists()


def test_a_secret_that_never_comes_back_is_forgotten_after_two_minutes(kept: Kept) -> None:
    token, _ = kept.sessions.begin()
    kept.clock.now += 2 * MINUTE
    assert kept.sessions.find(token) is None


def test_documents_go_on_a_server_that_nobody_asks_anything(kept: Kept) -> None:
    sessions = kept.open()
    token, session = sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    sessions.leaving_seconds = 0
    sessions.leave(token)
    deadline = time.monotonic() + 60
    while any(kept.root.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    sessions.close()


def test_the_thread_that_ends_sessions_ends_with_the_server(kept: Kept) -> None:
    sessions = kept.open()
    sessions.begin()
    assert sessions._watcher.is_alive()
    sessions.close()
    assert not sessions._watcher.is_alive()


def test_a_page_that_is_loaded_again_keeps_the_session(kept: Kept) -> None:
    token, session = kept.sessions.begin()
    kept.sessions.leave(token)
    kept.clock.now += 60
    assert kept.sessions.find(token) is session
    kept.clock.now += 600
    assert kept.sessions.find(token) is session


def test_documents_that_are_kept_are_there_for_their_owner_alone_after_a_new_start(kept: Kept) -> None:
    token, session = kept.sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    settled(session.library)
    session.keep(True)
    other, _ = kept.sessions.begin()
    kept.sessions.close()
    kept.wait()
    again = kept.open()
    assert again.find(other) is None
    assert again.find("guess") is None
    found = again.find(token)
    assert found is not None
    assert settled(found.library)["harbour.txt"].state == "ready"
    found.keep(False)
    again.close()
    kept.wait()
    assert list(kept.root.iterdir()) == []


def test_what_was_kept_under_the_name_of_before_is_found_unless_a_server_uses_it(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, session = kept.sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    settled(session.library)
    session.keep(True)
    kept.sessions.close()
    kept.wait()
    monkeypatch.setenv("QUOTH_CACHE", str(tmp_path / "cache"))
    before, used = tmp_path / "cache" / "visits", tmp_path / "cache" / "visits" / "used"
    shutil.copytree(kept.root, before)
    used.mkdir()
    with FileLock(used / "lock"):
        found = kept.open(sessions_folder())
    again = found.find(token)
    assert again is not None
    assert settled(again.library)["harbour.txt"].state == "ready"
    assert files(again.library) == {"harbour.txt": HARBOUR}
    assert list(before.iterdir()) == [used]
    found.close()


def test_what_a_killed_server_left_behind_goes_at_the_next_start_unless_it_is_in_use(kept: Kept) -> None:
    left = kept.root / ("0" * 32) / "documents"
    left.mkdir(parents=True)
    (left / "secret.txt").write_text("secret", encoding="utf-8")
    token, session = kept.sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    kept.open()
    assert list(kept.root.iterdir()) == [session.library.folder]
    assert kept.sessions.find(token) is session
    assert files(session.library) == {"harbour.txt": HARBOUR}


def test_sessions_are_bounded_for_each_address_and_a_new_one_ends_no_other(kept: Kept) -> None:
    kept.sessions.most_of_an_address, kept.sessions.most = 2, 3
    first = [kept.sessions.begin("192.0.2.1") for _ in range(2)]
    put(first[0][1], "harbour.txt", HARBOUR)
    with pytest.raises(TooFastError, match="there are 2 sessions from your address, the most; close a page"):
        kept.sessions.begin("192.0.2.1")
    other = kept.sessions.begin("192.0.2.2")
    with pytest.raises(BusyError, match="there are 3 sessions, the most; come again"):
        kept.sessions.begin("192.0.2.2")
    for token, session in (*first, other):
        assert kept.sessions.find(token) is session
    assert files(first[0][1].library) == {"harbour.txt": HARBOUR}
    kept.sessions.leave(first[1][0])
    kept.clock.now += 2 * MINUTE
    assert kept.sessions.arrive(None, "192.0.2.1")[0]


def test_nobody_is_given_a_new_secret_while_another_server_has_the_kept_documents(kept: Kept) -> None:
    token, session = kept.sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    session.keep(True)
    other = kept.open()
    with pytest.raises(BusyError, match="your kept documents are in use by another server"):
        other.arrive(token, "")
    kept.sessions.close()
    kept.wait()
    assert files(other.arrive(token, "")[1].library) == {"harbour.txt": HARBOUR}
    other.close()


def test_what_arrives_after_the_end_of_a_session_leaves_nothing_behind(kept: Kept) -> None:
    token, session = kept.sessions.begin()
    with session.receiving("late.txt") as file:
        file.write_text("late", encoding="utf-8")
        kept.clock.now += 2 * MINUTE
        assert kept.sessions.find(token) is None
        kept.wait()
        with pytest.raises(UploadError, match=r"late\.txt: the session is over"):
            session.library.add("late.txt", file)
    with pytest.raises(UploadError, match="the session is over"), session.receiving("later.txt"):
        pass
    assert list(kept.root.iterdir()) == []


def test_two_servers_never_share_a_folder_of_documents(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    taken = pytest.raises(BusyError, match="another server keeps documents there")
    with sessions_in(tmp_path / "one", shared=shared), taken, sessions_in(tmp_path / "two", shared=shared):
        pass
    with sessions_in(tmp_path / "two", shared=shared) as sessions:
        put(sessions.begin()[1], "harbour.txt", HARBOUR)


def said(question: str) -> Conversation:
    answer = Answer(
        question=question, standalone_question=question, answered=False, text="", short=None, confidence=0.1,
        threshold=0.5,
    )  # fmt: skip
    return Conversation(answers=(answer,))


def test_a_conversation_lasts_as_long_as_documents_would_and_is_never_on_disk_unless_it_is_kept(
    kept: Kept,
) -> None:
    token, session = kept.sessions.begin()
    session.conversations.remember(said("Why?"))
    assert kept.sessions.find(token) is session
    kept.clock.now += DAY - 1
    kept.sessions.end_idle()
    assert kept.sessions.find(token) is session
    assert not kept.root.exists()
    kept.clock.now += DAY
    assert kept.sessions.find(token) is None


def test_kept_conversations_are_there_after_the_server_was_started_again_and_go_when_they_are_not_kept(
    kept: Kept,
) -> None:
    token, session = kept.sessions.begin()
    one, two = said("Why?"), said("When?")
    session.conversations.remember(one)
    session.keep(True)
    session.conversations.remember(two)
    kept.sessions.close()
    kept.wait()
    again = kept.open()
    found = again.find(token)
    assert found is not None
    assert found.conversations.all() == [two, one]
    found.keep(False)
    assert not list(kept.root.rglob("conversations.json"))
    again.close()
