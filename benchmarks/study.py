"""A small study's variations per hour: tools/throughput.py's study, one worker a core, as `make study` runs it."""

import os
from typing import Any

from tools import throughput

VARIATIONS, FEW = 12, 2


def measure(*, quick: bool) -> dict[str, Any]:
    """Return how many variations it trained and in how many seconds, the workers' start and the report included."""
    count = FEW if quick else VARIATIONS
    cores = sorted(os.sched_getaffinity(0))
    timed = throughput.study(throughput.learning_rates(count), threads=1, cores=cores)
    return {"variations": count, "workers": len(cores), "seconds": timed.seconds}
