"""What the README says of results.json: each aim, and beside it what was measured."""

from collections.abc import Mapping
from statistics import mean
from typing import Any

from benchmarks import accuracy_report, epochs_report, pipeline_report
from benchmarks.accuracy_report import ACCURACY, AIMS
from benchmarks.epochs_report import LEAST, MEAN
from benchmarks.markdown import paragraph, table
from benchmarks.pipeline_report import BEYOND, NOTHING

Row = tuple[str, str, str, str]


def block(found: Mapping[str, Any]) -> str:
    """Return the lines: on what and when it was measured, and a row for each aim."""
    about = found["about"]
    machine = about["machine"]
    conditions = (
        f"{machine['processor']}, {machine['cores']} cores, load {about['load']}, {about['date']}, commit {about['commit']}."
    )
    parts = {"epochs": _epochs, "accuracy_for_time": _recipes, "pipeline": _pipeline}
    rows = [row for part, rows in parts.items() if part in found for row in rows(found[part])]
    return "\n".join([*paragraph(conditions), "", *table(["what", "measured", "aim", "reached"], rows), ""])


def _epochs(found: Mapping[str, Any]) -> list[Row]:
    rows = []
    for one in epochs_report.compared(found["networks"]):
        aim = (f"{MEAN}, each {LEAST}", _whether(one.mean >= MEAN and one.least >= LEAST)) if one.has_aim else ("", "")
        ends = f"{one.least:.2f} ({one.lowest}) to {one.most:.2f} ({one.highest})"
        measured = f"{one.mean:.2f}, the geometric mean of {one.networks}; {ends}"
        rows.append((f"an epoch: times as fast as {one.against}", measured, *aim))
    return rows


def _recipes(found: Mapping[str, Any]) -> list[Row]:
    lenet = accuracy_report.slow_training(found["slow"])
    rows = []
    for name, share in AIMS.items():
        runs = accuracy_report.finished(found.get(name, []))
        if runs:
            accuracy = mean(run["accuracy"] for run in runs)
            shares = sorted(lenet / run["training_seconds"] for run in runs)
            measured = (
                f"{accuracy:.4f} on {runs[0]['dataset']}, the mean of {len(runs)} seeds, in 1/{shares[0]:.0f} to 1/{shares[-1]:.0f}"
                f" of LeNet's {lenet:.0f} s under Keras `fit`"
            )
            reached = accuracy >= ACCURACY and shares[0] >= share
            rows.append((f"recipes/{name}.yaml: test accuracy for time", measured, f"{ACCURACY} in 1/{share}", _whether(reached)))
    return rows


def _pipeline(found: Mapping[str, Any]) -> list[Row]:
    run, ratio = found["default_run"], pipeline_report.nothing_to_do(found["no_op"])
    beyond = pipeline_report.beyond(run)
    return [
        ("the default run beyond its training", pipeline_report.told(run), f"{BEYOND} s", _whether(beyond <= BEYOND)),
        (
            "`dvc repro` with nothing to do: times as long as six empty stages",
            str(ratio),
            str(NOTHING),
            _whether(ratio.median <= NOTHING),
        ),
    ]


def _whether(reached: bool) -> str:
    return "yes" if reached else "no"
