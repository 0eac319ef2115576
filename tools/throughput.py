"""How many small variations an hour: a study with two workers and with one, against `dvc exp run` for each.

The table goes to docs/studies.md.

Run     python -m tools.throughput 20

On strokes, in copies of the committed project below output/throughput; a quarter of an hour on two cores with 20 variations. An
experiment is asked for its metrics only, `dvc exp run evaluate`, since a study draws no pictures of each variation either.
"""

import datetime
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from digits import tables, timing
from digits.errors import UserError
from digits.stage import say
from tools import recipe, results, words

FOLDER = Path("output/throughput")
PAGE = Path("docs/studies.md")
BEGIN, END = "<!-- throughput: written by `python -m tools.throughput 20` -->\n", "<!-- /throughput -->"
SMALL = {
    "fetch": {"dataset": "strokes", "strokes_train": 1500, "strokes_test": 500},
    "split": {"train": 1000, "validation": 500, "test": 500},
    "train": {"epochs": 2},
}


@dataclass(frozen=True)
class Timed:
    """What so many variations took."""

    count: int
    seconds: float  # from the command's start to its end
    running: float  # of these, from the first variation's end to the last one's

    @property
    def an_hour(self) -> float:
        return 3600 * self.count / self.seconds

    @property
    def an_hour_running(self) -> float:
        return 3600 * (self.count - 1) / self.running


def main(count: str = "20") -> None:
    """Time the ways, print them, and write them into the page."""
    number = words.whole(count)
    if number is None or number < 2:
        raise UserError(f"expected a number of variations above 1; received {count}")
    results.refuse_without(PAGE, begin=BEGIN, end=END)
    rates = learning_rates(number)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise UserError("two workers need two cores; this process may use one")
    timed = {
        "study, two workers of one thread": study(rates, threads=1, cores=cores[:2]),
        "study, one worker of one thread": study(rates, threads=1, cores=cores[:1]),
        "study, one worker of two threads": study(rates, threads=2, cores=cores[:2]),
        "dvc exp run, one after the other, two threads": experiments(rates, cores=cores[:2]),
    }
    text = measured(timed)
    results.put_between(PAGE, f"{BEGIN}{text}{END}", begin=BEGIN, end=END)
    say(text)


def measured(timed: Mapping[str, Timed]) -> str:
    """Return what each way took as Markdown, with the conditions."""
    count, machine = next(iter(timed.values())).count, timing.machine()
    rows = [[way, f"{it.seconds:.0f}", f"{it.an_hour:.0f}", f"{it.an_hour_running:.0f}"] for way, it in timed.items()]
    return (
        f"{count} variations of course B's network, 1,000 strokes and two epochs each, one way after the other on\n"
        f"{machine['processor']}, two of {machine['cores']} cores, {datetime.date.today()}. The last column leaves the start out:\n"
        "it counts from the first variation's end to the last one's.\n\n"
        + tables.markdown(["", "seconds", "variations an hour", "once running"], rows)
        + "\n"
    )


def learning_rates(count: int) -> list[float]:
    """Return so many learning rates, each a fifth above the one before it."""
    return [round(0.0002 * 1.2**i, 8) for i in range(count)]


def study(rates: list[float], *, threads: int, cores: list[int]) -> Timed:
    """Time `make study`, its report included, on these cores, shared out: threads times workers."""
    folder = _clone(f"study{len(cores)}x{threads}")
    base = {"recipe": "recognition", "compute.threads": threads}
    base |= {f"{section}.{key}": value for section, values in SMALL.items() for key, value in values.items()}
    text = {"title": "Throughput", "base": base, "dimensions": {"train.learning_rate": rates}, "strategy": "grid", "seeds": [1]}
    (folder / "studies/throughput.yaml").write_text(yaml.safe_dump(text, sort_keys=False))
    seconds = _timed(folder, [sys.executable, "-m", "tools.study", "throughput"], cores=cores)
    ends = [row.stat().st_mtime for row in folder.glob("output/studies/throughput/rows/*.json")]
    return Timed(len(rates), seconds, max(ends) - min(ends))


def experiments(rates: list[float], *, cores: list[int]) -> Timed:
    """Time an experiment each."""
    folder = _clone("experiments")
    merged = recipe.values("recognition")
    merged |= {section: merged[section] | values for section, values in SMALL.items()}
    path = folder / "params.yaml"
    path.write_text(recipe.written_into(path.read_text(), merged))
    for key, value in (("user.name", "throughput"), ("user.email", "throughput@localhost")):  # each experiment is a commit too
        subprocess.run(["git", "config", key, value], cwd=folder, check=True)
    subprocess.run(["git", "commit", "--quiet", "--all", "--message=small"], cwd=folder, check=True)
    asked = ["dvc", "exp", "run", "--set-param"]
    each = [_timed(folder, [*asked, f"train.learning_rate={rate}", "evaluate"], cores=cores) for rate in rates]
    return Timed(len(rates), sum(each), sum(each[1:]))


def _clone(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    (folder / "own").mkdir(exist_ok=True)
    return folder


def _timed(folder: Path, words: list[str], *, cores: list[int]) -> float:
    began = time.perf_counter()
    with (folder / "log.txt").open("a") as log:
        on_cores = partial(os.sched_setaffinity, 0, cores)
        subprocess.run(words, cwd=folder, check=True, stdout=log, stderr=log, preexec_fn=on_cores)
    return time.perf_counter() - began


if __name__ == "__main__":
    words.run(main)
