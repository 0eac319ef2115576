"""What the README says of results.json: each aim, and beside it what was measured."""

from collections.abc import Mapping
from statistics import mean
from typing import Any

from benchmarks import accuracy_report, conditions, epochs_report, pipeline_report
from benchmarks.accuracy_report import ACCURACY, AIMS, OVER
from benchmarks.epochs_report import LEAST, MEAN, WITH_AIM
from benchmarks.markdown import paragraph, table
from benchmarks.pipeline_report import BEYOND, NOTHING, beyond

Row = tuple[str, str, str, str]
AIM = f"{MEAN}, each {LEAST}"  # of an epoch


def block(found: Mapping[str, Any]) -> str:
    """Return the lines: on what and when it was measured, and a row for each aim and for what stands beside it."""
    parts = {"epochs": _epochs, "accuracy_for_time": _recipes, "pipeline": _pipeline}
    measured = {part: found[part] for part in parts if part in found and not found[part].get("failed")}
    rows = [row for part, one in measured.items() for row in parts[part](one)]
    head = paragraph(conditions.in_short(found["about"]))
    return "\n".join([*head, "", *table(["what", "measured", "aim", "reached"], rows), ""])


def _epochs(found: Mapping[str, Any]) -> list[Row]:
    rows, measured = [], epochs_report.compared(found["networks"])
    for one in measured:
        ends = f"{one.least:.2f} ({one.lowest}) to {one.most:.2f} ({one.highest})"
        aim = (AIM, _whether(one.mean >= MEAN and one.least >= LEAST)) if one.against in WITH_AIM else ("", "")
        rows.append(
            (f"an epoch: times as fast as {one.against}", f"{one.mean:.2f}, the geometric mean of {one.networks}; {ends}", *aim)
        )
    missing = [what for what in WITH_AIM if what not in [one.against for one in measured]]  # PyTorch is an extra
    return rows + [(f"an epoch: times as fast as {what}", "not measured", AIM, "") for what in missing]


def _recipes(found: Mapping[str, Any]) -> list[Row]:
    lenet = accuracy_report.slow_training(found["slow"])
    rows = []
    for name, share in AIMS.items():
        runs = accuracy_report.finished(found.get(name, []))
        if runs:
            accuracy = mean(run["accuracy"] for run in runs)
            shares = sorted(lenet / run["training_seconds"] for run in runs)
            measured = (
                f"{accuracy:.4f} on {runs[0]['dataset']} ({len(runs)} of {OVER} seeds), in 1/{shares[0]:.0f} to 1/{shares[-1]:.0f}"
                f" of LeNet's {lenet:.0f} s under Keras `fit`"
            )
            reached = len(runs) >= OVER and accuracy >= ACCURACY and shares[0] >= share
            rows.append((f"recipes/{name}.yaml: test accuracy for time", measured, f"{ACCURACY} in 1/{share}", _whether(reached)))
    return rows


def _pipeline(found: Mapping[str, Any]) -> list[Row]:
    run, ratio = found["default_run"], pipeline_report.nothing_to_do(found["no_op"])
    what = "`dvc repro` with nothing to do: times as long as six empty stages"
    return [
        ("the default run beyond its training", pipeline_report.told(run), f"{BEYOND} s", _whether(beyond(run) <= BEYOND)),
        (what, str(ratio), str(NOTHING), _whether(ratio.median <= NOTHING)),
    ]


def _whether(reached: bool) -> str:
    return "yes" if reached else "no"
