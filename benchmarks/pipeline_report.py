"""The tables of what DVC, the stages and a study take, as Markdown lines."""

from collections.abc import Mapping
from typing import Any

from benchmarks.markdown import paragraph, table
from benchmarks.ratios import Ratio, median, of_rounds

NOTHING, BEYOND = 1.1, 15  # the aims: times DVC's own time; seconds of the default run beyond training
COURSE_A = ("check", "fetch", "split", "samples", "train", "evaluate", "plot")  # the stages that course A's project needs


def section(found: Mapping[str, Any]) -> list[str]:
    """Return the section on `dvc repro`."""
    no_op, replot = found["no_op"], found["replot"]
    rows = [
        ("nothing to do", f"{median(no_op['ours']):.2f}"),
        ("six empty stages, each of which copies a byte, and nothing to do", f"{median(no_op['empty']):.2f}"),
        (f"another plot.dpi, which runs {', '.join(replot['stages'])}", f"{median(replot['seconds']):.2f}"),
    ]
    return [
        "## `dvc repro`",
        "",
        *table(["with", "seconds"], rows),
        "",
        *paragraph(
            f"Nothing to do takes {nothing_to_do(no_op)} times as long as six empty stages;",
            f"the aim is {NOTHING}.",
            f"Medians of {len(no_op['ours'])}, in turn, and of {len(replot['seconds'])} for the plot.",
        ),
        "",
        f"DVC reads {found.get('pipelines', 1)} of the repository's dvc.yaml files in ours each time. Neither project is in Git.",
        "",
        *_default_run(found["default_run"]),
    ]


def nothing_to_do(no_op: Mapping[str, Any]) -> Ratio:
    """Return how many times as long as six empty stages ours take, with nothing to do."""
    return of_rounds(no_op["ours"], no_op["empty"])


def beyond(run: Mapping[str, Any]) -> float:
    """Return the seconds of a default run beyond its training."""
    return run["total"] - run["training"]


def told(run: Mapping[str, Any]) -> str:
    """Return in words what the default run takes beyond its training, and of several runs the least and the most."""
    of_all = run.get("beyond", [])  # older files have one run and no list
    spread = f" ({of_all[0]:.1f}–{of_all[-1]:.1f})" if len(of_all) > 1 else ""
    return f"{beyond(run):.1f} s{spread}"


def _default_run(run: Mapping[str, Any]) -> list[str]:
    parts = {
        "set-up: DVC's start, then check, fetch and split without their imports": run["set_up"],
        f"imports of its {len(run['stages'])} stages": run["imports"],
        "training: compiling, gradient updates, an evaluation and a checkpoint each epoch": run["training"],
        "the rest: test images, pictures, symbols, handwriting, DVC's hashing": run["rest"],
        "all": run["total"],
    }
    count = len(run.get("beyond", []))
    which = f"the median of {count} by what was beyond training" if count > 1 else "once"
    others = [name for name in run["stages"] if name not in COURSE_A]
    stages = [(name, f"{seconds:.1f}", f"{run['stage_imports'][name]:.1f}") for name, seconds in run["stages"].items()]
    return [
        *paragraph(
            f"The default run, `dvc repro` in an empty workspace, {run['dataset']}, {run['epochs']} epochs, {which}."
            " What `make` installs is not counted. The imports were timed after the run, each stage's once."
        ),
        "",
        *table(["part", "seconds"], [(name, f"{seconds:.1f}") for name, seconds in parts.items()]),
        "",
        *paragraph(
            f"Beyond training: {told(run)}; the aim is {BEYOND}.",
            f"Without {', '.join(others)}, which course A's project does not need:"
            f" {beyond(run) - sum(run['stages'][name] for name in others):.1f} s.",
        ),
        "",
        *table(["stage", "seconds", "of them imports"], stages),
    ]


def study(found: Mapping[str, Any]) -> list[str]:
    """Return the section on a study."""
    count, seconds = found["variations"], found["seconds"]
    return [
        "## A small study",
        "",
        *paragraph(
            f"{count} variations of tools/throughput.py's small training on {found['workers']} workers, in a clone of the"
            f" commit, once: {seconds:.0f} s with the workers' start and the report, {3600 * count / seconds:.0f} variations an"
            " hour."
        ),
    ]
