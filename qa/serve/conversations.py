"""The conversations of one session: in memory, and in its folder for as long as that is kept."""

import json
import sys
import threading
from pathlib import Path

from pydantic import ValidationError

from qa.errors import QuestionError
from qa.page.conversation import Conversation

_FILE = "conversations.json"
_MOST = 20


class Conversations:
    """Conversations, the last used one at the end. May be used from many threads.

    The one that was deleted last can be brought back. `folder` is that of a session which is opened again:
    what was kept there is read.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._deleted: Conversation | None = None
        self._file = folder / _FILE if folder else None
        self._held = {one.id: one for one in _read(self._file)} if self._file else {}

    def __len__(self) -> int:
        return len(self._held)

    def remember(self, conversation: Conversation) -> None:
        """Hold a conversation as it is now; the oldest ones are forgotten."""
        with self._lock:
            self._held.pop(conversation.id, None)
            self._held[conversation.id] = conversation
            for old in list(self._held)[:-_MOST]:
                del self._held[old]
            try:
                self._write()
            except OSError as error:
                sys.stderr.write(f"quoth: a conversation is not kept: {error}\n")

    def get(self, conversation_id: str) -> Conversation:
        """A conversation of this session; QuestionError when there is none."""
        if conversation_id not in self._held:
            raise QuestionError("this conversation is no longer here; ask again")
        return self._held[conversation_id]

    def newest(self, conversation: Conversation) -> Conversation:
        """A conversation as it is now: another tab may have gone on with it."""
        return self._held.get(conversation.id, conversation)

    def all(self) -> list[Conversation]:
        """All conversations, the last used one first."""
        return list(reversed(self._held.values()))

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation; QuestionError when there is none."""
        with self._lock:
            self._deleted = self.get(conversation_id)
            del self._held[conversation_id]
            self._write()

    def bring_back(self) -> None:
        """Hold the conversation again that was deleted last."""
        if deleted := self._deleted:
            self._deleted = None
            self.remember(deleted)

    def keep_in(self, folder: Path | None) -> None:
        """Have them stay in a folder, or in none; OSError when the disk does not allow it."""
        with self._lock:
            if self._file and not folder:
                self._file.unlink(missing_ok=True)
            self._file = folder / _FILE if folder else None
            self._write()

    def _write(self) -> None:
        if self._file:
            rows = [one.model_dump(mode="json") for one in self._held.values()]
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(rows), encoding="utf-8")
            new.replace(self._file)


def _read(file: Path) -> list[Conversation]:
    """What a file holds; one that cannot be read holds nothing."""
    try:
        return [Conversation.model_validate(row) for row in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, ValidationError):
        return []
