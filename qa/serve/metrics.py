"""What the server counts, in Prometheus's text form: questions by verdict, time by stage, the queue."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from qa.serve.rate_limits import RateLimiter
from qa.types import Answer

# See https://prometheus.io/docs/instrumenting/exposition_formats/.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts since this process started; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: Counter[str] = Counter({"answered": 0, "likely": 0, "silent": 0})
        self._times: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def count(self, answer: Answer) -> None:
        """Count a question that was answered."""
        with self._lock:
            self._verdicts[answer.verdict] += 1
            for stage, milliseconds in answer.timings_ms.items():
                self._seconds[stage] += milliseconds / 1000
                self._times[stage] += 1

    def render(self, rate_limiter: RateLimiter, *, documents: int, passages: int) -> str:
        """All metrics as text."""
        with self._lock:
            verdicts, times, stages = dict(self._verdicts), dict(self._times), dict(self._seconds)
        lines = [
            *_metric("quoth_questions_total", "counter", "Questions by verdict.", "verdict", verdicts),
            *_head("quoth_stage_seconds", "summary", "Time by stage of answering."),
            *(f'quoth_stage_seconds_sum{{stage="{stage}"}} {stages[stage]:.6f}' for stage in sorted(times)),
            *(f'quoth_stage_seconds_count{{stage="{stage}"}} {times[stage]}' for stage in sorted(times)),
            *_metric(
                "quoth_refused_total", "counter", "Calls that were not let in, by reason.", "reason",
                rate_limiter.refused,
            ),
            *_metric("quoth_inside", "gauge", "Calls that are answered or wait.", value=rate_limiter.inside),
            *_metric("quoth_waiting", "gauge", "Calls that wait for their turn.", value=rate_limiter.waiting),
            *_metric("quoth_documents", "gauge", "Documents of the index.", value=documents),
            *_metric("quoth_passages", "gauge", "Passages of the index.", value=passages),
        ]  # fmt: skip
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


def _metric(
    name: str,
    kind: str,
    about: str,
    label: str = "",
    values: Mapping[str, int] | None = None,
    *,
    value: int = 0,
) -> Iterator[str]:
    yield from _head(name, kind, about)
    if values is None:
        yield f"{name} {value}"
        return
    for key in sorted(values):
        yield f'{name}{{{label}="{key}"}} {values[key]}'
