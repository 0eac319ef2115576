"""`make bench`: measure everything, and write benchmarks/results.json and, made of it alone, results.md and the README's table.

Run     python -m benchmarks [--networks "mlp lenet"] [--parts "epochs pipeline"] [--quick]

With some networks or parts only, quickly on next to no images, or if anything fails, JSON and page go to output/benchmarks/.
"""

import datetime
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from benchmarks import accuracy_for_time, epochs, pipeline, report, steps, study, ways
from benchmarks.conditions import QUIET
from digits import models, params, timing
from digits.compute import ComputeParams
from digits.errors import UserError, unknown
from digits.stage import finish, say, warn
from digits.writing import write_text
from tools import parameters
from tools.words import Parser

WHOLE, SCRATCH = Path("benchmarks"), Path("output/benchmarks")
PARTS = ("epochs", "steps", "pipeline", "study", "accuracy_for_time")
QUICK_NETWORKS = ("mlp", "lenet")
REASONS = ("failed", "yardstick_failed", "missing")  # keys of what is measured that say, if not empty, why something is not there


def main(*, networks: list[str], parts: list[str], quick: bool) -> None:
    """Measure, and write after each part. Raises UserError at the end if a part failed or lacks something; the rest is measured.

    Raises UserError at once for names that are not known, and if the README has no place for what comes of it.
    """
    chosen = _known(networks, models.names(), "NETWORKS") or list(QUICK_NETWORKS if quick else epochs.IMAGES)
    asked = _known(parts, PARTS, "PARTS") or list(PARTS)
    whole = not (networks or parts or quick)
    if whole:
        report.refuse_no_place()
    # `dvc` and the stages' `python` are to be this environment's.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # Some containers set it: then each stage compiles anew what has no .pyc yet.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    found: dict[str, Any] = {"about": about(_command(networks, parts, quick=quick), quick=quick)}
    if found["about"]["load"] > QUIET:
        warn(f"the machine is busy (load {found['about']['load']}): these figures will say little")
    threads = found["about"]["threads"]
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "epochs": lambda: epochs.measure(chosen, folder=SCRATCH / "log", threads=threads, quick=quick),
        "steps": lambda: steps.measure(chosen, folder=SCRATCH / "log", threads=threads, quick=quick),
        "pipeline": lambda: pipeline.measure(folder=SCRATCH, quick=quick),
        "study": lambda: study.measure(quick=quick),
        "accuracy_for_time": lambda: accuracy_for_time.measure(folder=SCRATCH, threads=threads, quick=quick),
    }
    for part in asked:
        found[part] = _measured(part, measures[part])
        write(found, SCRATCH)
    failed = [part for part in asked if lacks_something(found[part])]
    if failed:
        raise UserError(f"{', '.join(failed)} failed, whole or in part; {SCRATCH}/results.md has the reason and the rest")
    if whole:
        write(found, WHOLE)
        report.put_summary(found)
    say(f"{WHOLE if whole else SCRATCH}/results.md")


def lacks_something(measured: Any) -> bool:
    """Whether a part of the results, or anything in it, says why it is not there."""
    if isinstance(measured, dict):
        return any(measured.get(reason) for reason in REASONS) or any(map(lacks_something, measured.values()))
    return isinstance(measured, list) and any(map(lacks_something, measured))


def write(found: dict[str, Any], folder: Path) -> None:
    """Write the results as JSON, and the page that is made of them."""
    write_text(folder / "results.json", json.dumps(found, indent=2) + "\n")
    write_text(folder / "results.md", report.page(found))


def about(command: str, *, quick: bool) -> dict[str, Any]:
    """Return on what, with what and when it is measured, by which command of make."""
    versions = timing.software() | {"dvc": metadata.version("dvc")}
    if ways.installed(ways.WAYS["torch"]):
        versions["torch"] = metadata.version("torch")
    return {
        "date": datetime.date.today().isoformat(),
        "command": command,
        "commit": _git("rev-parse", "--short", "HEAD"),
        "edited": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "quick": quick,
        "load": round(os.getloadavg()[0], 2),
        "threads": params.read(ComputeParams, "compute", parameters.text()).threads,
        "machine": timing.machine() | {"memory_gigabytes": round(psutil.virtual_memory().total / 2**30, 1)},
        "software": versions,
    }


def _command(networks: list[str], parts: list[str], *, quick: bool) -> str:
    options = {"NETWORKS": " ".join(networks), "PARTS": " ".join(parts), "QUICK": "1" if quick else ""}
    return " ".join(["make bench", *(f"{name}={shlex.quote(value)}" for name, value in options.items() if value)])


def _measured(part: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    say(f"# {part}")
    try:
        return measure()
    except Exception as error:  # the other measurements, of many minutes, are not to be lost with it
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        warn(f"{part}: {reason}")
        return {"failed": reason}


def _known(given: list[str], known: list[str] | tuple[str, ...], option: str) -> list[str]:
    for name in given:
        if name not in known:
            raise unknown(option, name, known)
    return given


def _git(*words: str) -> str:
    """Return what Git says; an unpacked archive has none, and its figures no commit."""
    try:
        return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    parser = Parser(prog="bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--networks", default="", help="names of digits/models, blanks between; all of them unless given")
    parser.add_argument("--parts", default="", help=f"of {', '.join(PARTS)}; all of them unless given")
    parser.add_argument("--quick", action="store_true", help="on next to no images: does it run?")
    words = parser.parse_args()
    sys.argv[0] = parser.prog  # before its errors and warnings, in place of __main__
    finish(lambda: main(networks=words.networks.split(), parts=words.parts.split(), quick=words.quick))
