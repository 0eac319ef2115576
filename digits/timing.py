"""How long things took and on what: kept apart from results, because no two runs agree on it."""

import datetime
import json
import os
import platform
from importlib import metadata
from pathlib import Path

from digits.writing import write_text


def record(path: Path, stage: str, figures: dict[str, float | int | str]) -> None:
    """Put `figures` (seconds, images per second) under the stage's name into the JSON file, with the machine and the software."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    known |= {stage: {"date": datetime.date.today().isoformat(), **figures}, "machine": machine(), "software": software()}
    write_text(path, json.dumps(known, indent=2) + "\n")


def machine() -> dict[str, str | int]:
    """Return the processor's name, its cores in use, and the operating system."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "system": platform.platform(),
    }


def software() -> dict[str, str]:
    """Return the versions of Python and of the packages whose numbers these are, and whether TensorFlow used oneDNN (1 or 0)."""
    versions = {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), **versions, "oneDNN": os.environ["TF_ENABLE_ONEDNN_OPTS"]}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
