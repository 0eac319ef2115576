"""What the trainings of our fast recipes take against what course C's LeNet takes under plain Keras `fit` for its 18 epochs."""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import epochs, turns
from benchmarks.accuracy_report import AIMS, OVER, finished
from benchmarks.epochs import contender, drawn
from benchmarks.pipeline import CommandFailed, run
from digits.stage import say
from tools import recipe, workspace

SLOW = "lenet"  # a recipe
IMAGES = 5_000  # of the slow recipe's 55,000; steps are all alike
ROUNDS = 3
SEEDS = range(1, OVER + 1)


def measure(*, folder: Path, threads: int, quick: bool) -> dict[str, Any]:
    """Return the slow recipe's seconds and each fast one's runs, by its name; or why there are none of it."""
    slow = slow_seconds(folder=folder / "log", threads=threads, quick=quick)
    say(f"LeNet under fit: {slow['seconds_per_epoch'][-1]:.1f} s for {slow['images']:,} images")
    found: dict[str, Any] = {"slow": slow}
    for name in AIMS:
        runs = fast_runs(name, folder / name, quick=quick)
        others = {run["dataset"] for run in finished(runs)} - {"mnist"}
        if others and not quick:
            return found | {"missing": f"MNIST was not in reach, and {', '.join(sorted(others))} is another task"}
        found[name] = runs
    return found


def slow_seconds(*, folder: Path, threads: int, quick: bool) -> dict[str, Any]:
    """Return the seconds per epoch of the recipe's network under plain `fit`, for some of its images, with its batch size."""
    values = recipe.values(SLOW)
    train, images = values["train"], epochs.FEW if quick else IMAGES
    with ExitStack() as stack:
        fit = stack.enter_context(
            contender(
                "fit",
                values["model"]["name"],
                drawn(folder / "strokes-slow.npz", images),
                folder=folder / "slow",
                images=images,
                epochs=1 + ROUNDS,
                batch_size=train["batch_size"],
                learning_rate=train["learning_rate"],
                threads=threads,
            )
        )
        measured = turns.in_turn({"fit": fit}, rounds=ROUNDS)["fit"]
    if measured.failed:
        raise turns.Failed(measured.failed)
    return {
        "images": images,
        "seconds_per_epoch": measured.seconds,
        "batch_size": train["batch_size"],
        "of_images": values["split"]["train"],
        "epochs": train["epochs"],
    }


def fast_runs(name: str, project: Path, *, quick: bool) -> list[dict[str, Any]]:
    """Run the recipe for each seed as `dvc repro` does; return what its training took and its test accuracy, or why it failed."""
    shutil.rmtree(project, ignore_errors=True)
    values = recipe.values(name)
    if quick:
        small = recipe.changes_of("quick")
        values |= {section: values[section] | small[section] for section in ("fetch", "split")}
    runs = []
    for seed in SEEDS[:1] if quick else SEEDS:
        workspace.make(project, values | {"train": values["train"] | {"seed": seed}})
        try:
            run(project, "evaluate")
        except CommandFailed as error:
            runs.append({"seed": seed, "failed": str(error)})
            say(f"{name}, seed {seed} failed: {error}")
            continue
        timing = json.loads((project / "output/timing.json").read_text(encoding="utf-8"))["train"]
        metrics = json.loads((project / "output/metrics.json").read_text(encoding="utf-8"))
        runs.append(
            {
                "seed": seed,
                "dataset": metrics["dataset"],
                "accuracy": metrics["accuracy"],
                "gradient_seconds": timing["gradient_seconds_per_epoch"] * timing["epochs"],
                "training_seconds": timing["seconds"],
            }
        )
        say(f"{name}, seed {seed}: {metrics['accuracy']:.4f} in {timing['seconds']:.1f} s")
    return runs
