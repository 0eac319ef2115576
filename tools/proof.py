"""What a study's runs prove, as files: the table, the report and its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from digits import effects, lab_report, tables, verdicts
from digits.conducting import Conductor
from digits.figures import by_dimension, rates, search_path, tradeoff
from digits.rows import Row
from digits.searching import LineSearch, Step
from digits.studies import Study
from digits.tables import Line, shown
from digits.writing import write_figure, write_text

DPI = 100  # pixels per inch; the pictures are 10 inches wide
RATE = "train.learning_rate"
FEW = 3  # dimensions, at most, each of which is named even where a variation is as the study starts


def write(folder: Path, study: Study, conductor: Conductor, *, command: str) -> None:
    """Write table.csv, table.md, report.md and the pictures into `folder`."""
    everywhere = [replace(conductor.row(run), values=study.values(run.variation.point)) for run in conductor.known()]
    runs = list({row.name: row for row in everywhere}.values())  # one that two places share, once
    tests = {row.name: test for row in runs if (test := conductor.test(row)) is not None}
    table = tables.lines(study, runs, tests)
    judged = [verdicts.judge(hypothesis, everywhere) for hypothesis in study.hypotheses]
    right = {name: _unpacked(test) for name, test in tests.items()}
    compared = verdicts.compare(everywhere, right, dimension=study.compare) if study.compare else []
    drawn = figures(study, everywhere, table, conductor)
    for name, (figure, _) in drawn.items():
        write_figure(folder / name, figure, dpi=DPI)
    captions = {name: caption for name, (_, caption) in drawn.items()}
    write_text(folder / "table.csv", tables.to_csv(study, table))
    write_text(folder / "table.md", f"# {study.title}\n\n{tables.to_markdown(study, table)}")
    report = lab_report.text(
        study,
        runs,
        table,
        judged=judged,
        compared=compared,
        pictures=captions,
        name=folder.name,
        command=command,
        unfinished=conductor.unfinished(),
    )
    write_text(folder / "report.md", report)


def figures(study: Study, runs: Sequence[Row], table: Sequence[Line], conductor: Conductor) -> Mapping[str, tuple[Figure, str]]:
    """Return the study's pictures with their captions, by file name."""
    finished = [row for row in runs if row.finished]
    if not finished:
        return {}
    title = f"{finished[0].conditions['dataset']} · {study.title}"
    made = {
        "dimensions.png": (by_dimension.draw(_panels(study, runs), title=title), "Validation accuracy along each dimension"),
        "tradeoff.png": (_tradeoff(study, table, title=title), "Validation accuracy against time and against parameters"),
    }
    named = {dimension.name: dimension for dimension in study.dimensions}
    if study.compare and RATE in named and study.compare != RATE:
        of_network = {
            shown(label): effects.along(
                [row for row in runs if row.values[study.compare] == label], dimension=RATE, labels=named[RATE].labels
            )
            for label in named[study.compare].labels
        }
        curves = {name: {"mean": along.mean, "low": along.low, "high": along.high} for name, along in of_network.items()}
        figure = rates.draw(np.array(named[RATE].labels, np.float64), curves, title=title)
        made["rates.png"] = figure, "Validation accuracy against the learning rate"
    steps = study.strategy.path(conductor.scores) if isinstance(study.strategy, LineSearch) else []
    if steps:  # a line search whose time was up early has none
        made["path.png"] = _path(study, steps, conductor, title=title), "The path of the line search"
    return made


def _panels(study: Study, runs: Sequence[Row]) -> dict[str, dict[str, Any]]:
    panels = {}
    for dimension in study.dimensions:
        along = effects.along(runs, dimension=dimension.name, labels=dimension.labels)
        numbers = {"paths": along.paths, "mean": along.mean, "low": along.low, "high": along.high}
        panels[study.called(dimension.name)] = {"labels": [shown(label) for label in along.labels], **numbers}
    return panels


def _tradeoff(study: Study, table: Sequence[Line], *, title: str) -> Figure:
    trained = [line for line in table if line.validation and line.parameters and line.seconds_per_epoch]
    return tradeoff.draw(
        np.array([line.validation.mean for line in trained if line.validation]),
        seconds=np.array([(line.seconds_per_epoch or 0.0) * (line.trained_epochs or 0.0) for line in trained]),
        parameters=np.array([line.parameters for line in trained]),
        names=[_against_start(study, line) for line in trained],
        title=title,
    )


def _against_start(study: Study, line: Line) -> list[str]:
    """Return in words what tells a variation from the study's start; of a few dimensions each one's label."""
    start = study.values(study.start)
    apart = [{name: label} for name, label in line.values.items() if label != start[name] or len(start) <= FEW]
    return [tables.place(study, each) for each in apart] or ["the start"]


def _path(study: Study, steps: Sequence[Step], conductor: Conductor, *, title: str) -> Figure:
    worth = {point: max(0.0, accuracies[-1] if accuracies else 0.0) for point, accuracies in conductor.scores.items()}
    dimensions = [study.dimensions[step.dimension] for step in steps]
    return search_path.draw(
        [np.array([worth[point] for point in step.candidates]) for step in steps],
        np.array([worth[step.chosen] for step in steps]),
        names=[
            tables.place(study, {dimension.name: dimension.labels[step.chosen[step.dimension]]})
            for dimension, step in zip(dimensions, steps, strict=True)
        ],
        descents=[step.descent for step in steps],
        title=title,
    )


def _unpacked(test: Mapping[str, Any]) -> np.ndarray:
    bits = np.frombuffer(bytes.fromhex(test["right"]), np.uint8)
    return np.unpackbits(bits, count=test["images"]).astype(bool)
