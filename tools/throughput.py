"""How many small variations an hour: a study with two workers and with one, against `dvc exp run` for each. Prints a table.

Run     python -m tools.throughput 20

On strokes, in copies of the committed project below output/throughput; a course of half an hour on two cores with 20 variations.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

from tools import recipe

FOLDER = Path("output/throughput")
SMALL = {
    "fetch": {"dataset": "strokes", "strokes_train": 1500, "strokes_test": 500},
    "split": {"train": 1000, "validation": 500, "test": 500},
    "train": {"epochs": 2},
}


def main(count: str = "20") -> None:
    """Time the three ways and print them."""
    rates = learning_rates(int(count))
    timed = {"study, two workers": study(rates, threads=1), "study, one worker": study(rates, threads=len(os.sched_getaffinity(0)))}
    timed["dvc exp run, one after the other"] = experiments(rates)
    print(f"{len(rates)} variations\n\n| | seconds | variations an hour |\n| --- | --- | --- |")
    for name, seconds in timed.items():
        print(f"| {name} | {seconds:.0f} | {3600 * len(rates) / seconds:.0f} |")


def learning_rates(count: int) -> list[float]:
    """Return so many learning rates, each a fifth above the one before it."""
    return [round(0.0002 * 1.2**i, 8) for i in range(count)]


def study(rates: list[float], *, threads: int) -> float:
    """Return the seconds of `make study`, from its start to its report. The cores are shared out: threads times workers."""
    folder = _clone(f"study{threads}")
    base = {"recipe": "recognition", "compute.threads": threads}
    base |= {f"{section}.{key}": value for section, values in SMALL.items() for key, value in values.items()}
    text = {"title": "Throughput", "base": base, "dimensions": {"train.learning_rate": rates}, "strategy": "grid", "seeds": [1]}
    (folder / "studies/throughput.yaml").write_text(yaml.safe_dump(text, sort_keys=False))
    return _timed(folder, [sys.executable, "-m", "tools.study", "throughput"])


def experiments(rates: list[float]) -> float:
    """Return the seconds of an experiment each."""
    folder = _clone("experiments")
    merged = recipe.values("recognition")
    merged |= {section: merged[section] | values for section, values in SMALL.items()}
    path = folder / "params.yaml"
    path.write_text(recipe.written_into(path.read_text(), merged))
    who = ["-c", "user.name=throughput", "-c", "user.email=throughput@localhost"]
    subprocess.run(["git", *who, "commit", "--quiet", "--all", "--message=small"], cwd=folder, check=True)
    return sum(_timed(folder, ["dvc", "exp", "run", "--set-param", f"train.learning_rate={rate}"]) for rate in rates)


def _clone(name: str) -> Path:
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", ".", str(folder)], check=True)
    (folder / "own").mkdir(exist_ok=True)
    return folder


def _timed(folder: Path, words: list[str]) -> float:
    began = time.perf_counter()
    with (folder / "log.txt").open("a") as log:
        subprocess.run(words, cwd=folder, check=True, stdout=log, stderr=log)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
