"""What DVC and the stages take around training: the default run, nothing to do, another plot.dpi; each a real `dvc repro`.

The runs lie in a workspace below output/benchmarks, made anew: no cache of DVC's is there to help, and the project stays as it is.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.pipeline_report import beyond
from digits.errors import one_line
from digits.stage import say
from tools import recipe, workspace

TIMES = 5  # of each short command
DEFAULT_RUNS = 3
EMPTY_STAGES = 6
BEGINS = "Running stage '"
PREPARING = ("check", "fetch", "split")  # stages whose work is to have the data in place


class CommandFailed(Exception):
    """A command that was measured ended in an error. Its text says which and how."""


def measure(*, folder: Path, quick: bool) -> dict[str, Any]:
    """Return the seconds of the default run, of nothing to do and of another plot.dpi."""
    project, empty = folder / "default", folder / "empty"
    changes = recipe.values(recipe.BASE)
    if quick:
        for section, values in recipe.changes_of("quick").items():
            changes[section] |= values | ({"epochs": 2} if section == "train" else {})
    runs = []
    for _ in range(1 if quick else DEFAULT_RUNS):
        shutil.rmtree(project, ignore_errors=True)
        workspace.make(project, changes)
        add_other_pipelines(project)
        runs.append(default_run(project))
        say(f"default run: {runs[-1]['total']:.0f} s, {runs[-1]['training']:.0f} s of it training")
    make_empty(empty)
    found: dict[str, Any] = {"pipelines": 1 + len(list(project.glob("*/dvc.yaml"))), "default_run": median_run(runs)}
    found |= {"no_op": nothing_to_do(project, empty), "replot": replot(project, params=changes)}
    say(f"nothing to do: {found['no_op']['ours'][-1]:.2f} s, six empty stages {found['no_op']['empty'][-1]:.2f} s")
    return found


def add_other_pipelines(project: Path) -> None:
    """Copy the repository's pipelines that are not of the default run, since DVC reads them each time."""
    for path in Path().glob("*/dvc.yaml"):
        (project / path).parent.mkdir(exist_ok=True)
        shutil.copy2(path, project / path)


def default_run(project: Path) -> dict[str, Any]:
    """Run everything in a fresh workspace, and return its seconds: in all, for each stage, of training, of imports."""
    began = time.perf_counter()
    lines = run(project)
    total = time.perf_counter() - began
    first, stages = by_stage(lines, total=total)
    timing = json.loads((project / "output/timing.json").read_text(encoding="utf-8"))
    imports = {name: _seconds([sys.executable, "-c", f"import stages.{name}"], project) for name in stages}
    dataset = (project / "data/dataset.txt").read_text(encoding="utf-8").strip()
    parts = split(total, first=first, stages=stages, training=timing["train"]["seconds"], imports=imports)
    return {"dataset": dataset, "epochs": timing["train"]["epochs"], **parts, "stages": stages, "stage_imports": imports}


def median_run(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the run whose seconds beyond training are the median (of an even number the upper one), with all runs', ascending."""
    ordered = sorted(runs, key=beyond)
    return ordered[len(runs) // 2] | {"beyond": [beyond(run) for run in ordered]}


def by_stage(lines: list[tuple[float, str]], *, total: float) -> tuple[float, dict[str, float]]:
    """Return when the first stage began, and the seconds of each: from its first line to the next one's, or to the end.

    lines  of `dvc repro`, each with the seconds since its start
    """
    begins = [(seconds, line.removeprefix(BEGINS).split("'")[0]) for seconds, line in lines if line.startswith(BEGINS)]
    ends = [seconds for seconds, _ in begins[1:]] + [total]
    return begins[0][0], {name: end - begin for (begin, name), end in zip(begins, ends, strict=True)}


def split(
    total: float, *, first: float, stages: Mapping[str, float], training: float, imports: Mapping[str, float]
) -> dict[str, float]:
    """Return the parts of a run's seconds; they add up to `total`.

    set_up    DVC's start until the first stage, and the stages that bring the data, without their imports
    imports   of all stages
    training  the epochs, with their evaluations and checkpoints
    rest      evaluation, pictures, DVC's hashing and copying
    """
    set_up = first + sum(stages[name] - imports[name] for name in PREPARING)
    importing = sum(imports.values())
    rest = total - set_up - importing - training
    return {"total": total, "set_up": set_up, "imports": importing, "training": training, "rest": rest}


def make_empty(folder: Path) -> None:
    """Make a DVC project of six stages, each of which copies one file of a byte, and run it once."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / ".dvc").mkdir(parents=True)
    shutil.copy2(".dvc/config", folder / ".dvc/config")
    (folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    (folder / "0").write_text("0", encoding="utf-8")
    stages = {
        f"s{number}": {"cmd": f"cp {number} {number + 1}", "deps": [str(number)], "outs": [str(number + 1)]}
        for number in range(EMPTY_STAGES)
    }
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
    run(folder)


def nothing_to_do(project: Path, empty: Path) -> dict[str, list[float]]:
    """Return the seconds of `dvc repro` where all is up to date, in turn with six empty stages where all is too."""
    took: dict[str, list[float]] = {"ours": [], "empty": []}
    for number in range(TIMES):
        order = [("ours", project), ("empty", empty)]
        for name, folder in order if number % 2 else reversed(order):
            took[name].append(_seconds(["dvc", "repro"], folder))
    return took


def replot(project: Path, *, params: Mapping[str, Mapping]) -> dict[str, Any]:
    """Return the seconds of `dvc repro` after plot.dpi became what it never was before, and the stages that ran."""
    took, ran = [], []
    for number in range(3):
        workspace.make(project, {**params, "plot": {"dpi": 91 + number}})
        began = time.perf_counter()
        lines = run(project)
        took.append(time.perf_counter() - began)
        ran = list(by_stage(lines, total=took[-1])[1])
    return {"seconds": took, "stages": ran}


def run(folder: Path, *stages: str) -> list[tuple[float, str]]:
    """Run `dvc repro`, of some stages or of all, and return its lines, each with the seconds since its start."""
    began = time.perf_counter()
    words = ["dvc", "repro", *stages]
    with (
        (folder / "log.txt").open("wb") as log,
        subprocess.Popen(words, cwd=folder, env=workspace.environment(), stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        lines = [(time.perf_counter() - began, line) for line in process.stdout or ()]
    if process.returncode:
        said = (folder / "log.txt").read_text(encoding="utf-8", errors="replace")
        raise CommandFailed(f"`dvc repro` in {folder} ended with status {process.returncode}: {one_line(said)[-200:]}")
    return lines


def _seconds(words: list[str], folder: Path) -> float:
    began = time.perf_counter()
    ended = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise CommandFailed(f"`{' '.join(words)}` in {folder} ended with status {ended.returncode}: {ended.stderr[-200:]}")
    return time.perf_counter() - began
