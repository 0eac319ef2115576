"""The table of accuracy for time, as Markdown lines."""

from collections.abc import Mapping
from statistics import mean
from typing import Any

from benchmarks.markdown import paragraph, table
from benchmarks.ratios import median

SHARE, ACCURACY = 60, 0.9925  # the aim: one part in so many of the time, at this accuracy over five seeds


def section(found: Mapping[str, Any]) -> list[str]:
    """Return the section on recipes/fast.yaml."""
    slow = found["slow"]
    epoch = slow_epoch(slow)
    lines = ["## Accuracy for time", ""]
    lines += paragraph(
        f"Course C's LeNet under plain Keras `fit`, batches of {slow['batch_size']}: {epoch:.1f} s an epoch of"
        f" {slow['of_images']:,} images (from {slow['images']:,} strokes, median of {len(slow['seconds_per_epoch'])},"
        f" without a first one), so its {slow['epochs']} epochs take {slow['epochs'] * epoch:.0f} s."
    )
    if "missing" in found:
        return [*lines, *paragraph(f"recipes/fast.yaml's row is left out: {found['missing']}.")]
    runs = found["fast"]
    head = ["recipes/fast.yaml", "test accuracy", "gradient updates (s)", "LeNet's over that"]
    head += ["whole training (s)", "LeNet's over that"]
    return [
        *lines,
        "",
        *table(head, [_cells(run, total=slow["epochs"] * epoch) for run in runs]),
        "",
        *paragraph(
            f"Mean test accuracy of {len(runs)} seed{'s' if len(runs) > 1 else ''} on {runs[0]['dataset']}:"
            f" {mean(run['accuracy'] for run in runs):.4f}.",
            f"The aim is {ACCURACY} over five seeds, in one part of {SHARE} of LeNet's time.",
            "Gradient updates, without the compiling of the first, are what LeNet's time counts too;",
            "whole training is the stage's, with compiling, evaluations and checkpoints.",
        ),
    ]


def slow_epoch(slow: Mapping[str, Any]) -> float:
    """Return the seconds of an epoch of all its images."""
    return median(slow["seconds_per_epoch"]) * slow["of_images"] / slow["images"]


def _cells(run: Mapping[str, Any], *, total: float) -> list[str]:
    gradient, training = run["gradient_seconds"], run["training_seconds"]
    times = [f"{gradient:.1f}", f"{total / gradient:.0f}", f"{training:.1f}", f"{total / training:.0f}"]
    return [f"seed {run['seed']}", f"{run['accuracy']:.4f}", *times]
