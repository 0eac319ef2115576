"""How long things took and on what: kept apart from results, because no two runs agree on it."""

import datetime
import json
import os
import platform
from importlib import metadata
from pathlib import Path

from digits.writing import write_text

VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}  # by Linux' flags, the widest first


def record(path: Path, stage: str, figures: dict[str, float | int | str]) -> None:
    """Put `figures` (seconds, images per second) under the stage's name into the JSON file, with the machine and the software.

    What another stage took on another machine, or with other software, goes: the file names one of each.
    """
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    here = {"machine": machine(), "software": software()}
    if not isinstance(known, dict) or not here.items() <= known.items():
        known = {}
    known |= {stage: {"date": datetime.date.today().isoformat(), **figures}, **here}
    write_text(path, json.dumps(known, indent=2) + "\n")


def machine() -> dict[str, str | int]:
    """Return the processor's name and widest vectors, its cores in use, and the operating system."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "system": platform.platform(),
    }


def software() -> dict[str, str]:
    """Return the versions of Python and of the packages whose numbers these are, and whether TensorFlow used oneDNN.

    1 or 0; of any other word TensorFlow decides by the processor, and the word stands here.
    """
    versions = {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    onednn = os.environ["TF_ENABLE_ONEDNN_OPTS"]
    return {"python": platform.python_version(), **versions, "oneDNN": {"true": "1", "false": "0"}.get(onednn.lower(), onednn)}


def named(cpuinfo: str) -> str:
    """Return the first processor's name in the text of /proc/cpuinfo, its family, and its widest vectors, which decide last bits.

    Clouds call processors "AMD EPYC" of which one does twice the work of another.
    """
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    said = {key.strip(): value.strip() for key, _, value in reversed([*lines])}
    widest = next((name for flag, name in VECTORS.items() if flag in said.get("flags", "").split()), None)
    numbers = f" (family {said['cpu family']}, model {said['model']})" if {"cpu family", "model"} <= said.keys() else ""
    return ", ".join(filter(None, (said.get("model name", platform.machine()) + numbers, widest)))


def _processor() -> str:
    try:
        return named(Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        return platform.processor() or platform.machine()
