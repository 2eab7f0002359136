"""What this machine offers to a process."""

import os


def cores() -> int:
    """Processors that this process may use: $OMP_NUM_THREADS, which Ray sets for its tasks, else all."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdecimal() and int(given):
        return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
