"""A small study's variations per hour: tools/throughput.py's study, one worker a core, as `make study` runs it."""

from typing import Any

from digits import timing
from tools import throughput

VARIATIONS, FEW = 12, 2


def measure(*, quick: bool) -> dict[str, Any]:
    """Return how many variations it trained and in how many seconds, the workers' start and the report included."""
    count = FEW if quick else VARIATIONS
    seconds = throughput.study(throughput.learning_rates(count), threads=1)
    return {"variations": count, "workers": timing.machine()["cores"], "seconds": seconds}
