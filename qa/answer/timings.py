"""How long each stage of an answer takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timings(dict[str, float]):
    """Milliseconds by stage; a stage that is entered more than once adds up."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of a block to a stage."""
        started = time.perf_counter()
        yield
        self[name] = round(self.get(name, 0.0) + 1000 * (time.perf_counter() - started), 3)
