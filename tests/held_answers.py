"""An answerer that a test holds up."""

import threading
from collections.abc import Collection, Mapping, Sequence

from qa.types import Answer, Turn


class HeldAnswerer:
    """Answers each question with itself, once `open` is set; `asked` counts the questions that came."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = threading.Semaphore(0)
        self.most = self._now = 0
        self._lock = threading.Lock()

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, object]] | None = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
    ) -> Answer:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.asked.release()
        self.open.wait(60)
        with self._lock:
            self._now -= 1
        return Answer(
            question=question,
            standalone_question=question,
            answered=False,
            text=question,
            short=None,
            confidence=0.0,
            threshold=0.5,
            citations=(),
            closest=(),
            missing_terms=(),
            timings_ms={},
        )
