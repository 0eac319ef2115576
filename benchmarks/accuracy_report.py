"""The table of accuracy for time, as Markdown lines."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from benchmarks.markdown import paragraph, table
from benchmarks.ratios import median

AIMS = {"fast": 60, "fastest": 100}  # recipes, and one part in how many of LeNet's time each is to take
ACCURACY, OVER = 0.9925, 5  # the aim of each fast recipe, and of how many seeds it is the mean


def section(found: Mapping[str, Any]) -> list[str]:
    """Return the section on the fast recipes."""
    slow = found["slow"]
    total = slow_training(slow)
    lines = ["## Accuracy for time", ""]
    lines += paragraph(
        f"Course C's LeNet under plain Keras `fit`, batches of {slow['batch_size']}: {slow_epoch(slow):.1f} s an epoch of"
        f" {slow['of_images']:,} images (from {slow['images']:,} strokes, median of {len(slow['seconds_per_epoch'])},"
        f" without a first one), so its {slow['epochs']} epochs take {total:.0f} s."
    )
    for name in AIMS:
        if name in found:
            lines += ["", *_recipe(name, found[name], total=total)]
    if "missing" in found:
        return [*lines, "", *paragraph(f"The other recipes' rows are left out: {found['missing']}.")]
    return [
        *lines,
        "",
        *paragraph(
            "LeNet was timed first and alone, not in turn with the recipes.",
            "Gradient updates are what its time counts too; LeNet's leaves out a first epoch, with the compiling in it,",
            "and one or two epochs' has it; whole training is the stage's, with evaluations and checkpoints.",
        ),
    ]


def _recipe(name: str, runs: Sequence[Mapping[str, Any]], *, total: float) -> list[str]:
    head = [f"recipes/{name}.yaml", "test accuracy", "gradient updates (s)", "LeNet's over that"]
    head += ["whole training (s)", "LeNet's over that"]
    failed = [f"Seed {run['seed']} failed: {run['failed']}." for run in runs if "failed" in run]
    ran = finished(runs)
    if not ran:
        return paragraph(f"recipes/{name}.yaml:", *failed)
    return [
        *table(head, [_cells(run, total=total) for run in ran]),
        "",
        *paragraph(
            f"Mean test accuracy of {len(ran)} seed{'s' if len(ran) > 1 else ''} on {ran[0]['dataset']}:"
            f" {mean(run['accuracy'] for run in ran):.4f}.",
            f"The aim is {ACCURACY}, the mean of {OVER} seeds, in one part of {AIMS[name]} of LeNet's time.",
            *failed,
        ),
    ]


def finished(runs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the runs that came to an accuracy."""
    return [run for run in runs if "failed" not in run]


def slow_epoch(slow: Mapping[str, Any]) -> float:
    """Return the seconds of an epoch of all its images."""
    return median(slow["seconds_per_epoch"]) * slow["of_images"] / slow["images"]


def slow_training(slow: Mapping[str, Any]) -> float:
    """Return the seconds of all its epochs."""
    return slow["epochs"] * slow_epoch(slow)


def _cells(run: Mapping[str, Any], *, total: float) -> list[str]:
    gradient, training = run["gradient_seconds"], run["training_seconds"]
    times = [f"{gradient:.1f}", f"{total / gradient:.0f}", f"{training:.1f}", f"{total / training:.0f}"]
    return [f"seed {run['seed']}", f"{run['accuracy']:.4f}", *times]
