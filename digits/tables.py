"""A study's runs as its table: a line a variation, its seeds as mean and standard deviation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from digits import csv_writing, evaluation
from digits.rows import Row
from digits.runs import DIVERGED, FINISHED
from digits.studies import Printed, Study

STOPPED = "stopped after"  # so many epochs, by successive halving


@dataclass(frozen=True)
class Spread:
    """A figure over the seeds."""

    mean: float
    sd: float | None  # of the sample; None of one seed


@dataclass(frozen=True)
class Line:
    """One variation."""

    id: str
    values: Mapping[str, Any]  # dimension -> label
    seeds: int  # that were trained to their end
    status: str  # "finished", or what else its runs came to: "2 diverged", "stopped after 3 of 9 epochs"
    validation: Spread | None  # accuracy, 0 of a seed that diverged; None where no seed was trained to its end
    test: Spread | None  # accuracy; None of a variation that was stopped
    interval: tuple[float, float] | None  # 95 %, Wilson's, of the mean test accuracy on so many images
    macro_f1: Spread | None  # of the test images
    parameters: int | None
    seconds_per_epoch: float | None  # mean
    epochs: int  # asked for
    trained_epochs: float | None  # mean; fewer than asked for with train.patience
    train_images: int | None
    printed: Mapping[str, float]  # what the source has at this place


def lines(study: Study, runs: Sequence[Row], tests: Mapping[str, Mapping[str, Any]]) -> list[Line]:
    """Return a line for each variation, the highest validation accuracy first, those stopped early after all others.

    tests  by the runs' names
    """
    of_variation: dict[str, list[Row]] = {}
    for row in runs:
        of_variation.setdefault(row.variation, []).append(row)
    made = [_line(study, each, [tests[row.name] for row in each if row.name in tests]) for each in of_variation.values()]

    def place(line: Line) -> tuple:
        return line.validation is None, STOPPED in line.status, -line.validation.mean if line.validation else 0.0

    return sorted(made, key=place)


def to_csv(study: Study, table: Sequence[Line]) -> str:
    """Return the table with a header; an empty cell is a figure there is none of."""
    printed = _printed_columns(table)
    figures = "validation_accuracy", "validation_sd", "test_accuracy", "test_sd", "test_low", "test_high", "macro_f1", "macro_f1_sd"
    rest = "parameters", "seconds_per_epoch", "epochs", "train_images", "seeds", "status"
    header = ["row", *(each.name for each in study.dimensions), *figures, *rest, *(f"printed_{name}" for name in printed)]
    rows = []
    for line in table:
        low, high = line.interval or (None, None)
        numbers = [*_both(line.validation), *_both(line.test), low, high, *_both(line.macro_f1)]
        counts = line.parameters, _rounded(line.seconds_per_epoch), line.epochs, line.train_images, line.seeds, line.status
        rows.append(
            [
                line.id,
                *map(shown, line.values.values()),
                *("" if number is None else f"{number:.5f}" for number in numbers),
                *("" if count is None else count for count in counts),
                *(line.printed.get(name, "") for name in printed),
            ]
        )
    return csv_writing.text(rows, header=header)


def to_markdown(study: Study, table: Sequence[Line]) -> str:
    """Return the table for reading."""
    printed = _printed_columns(table)
    head = ["row", *(study.called(each.name) for each in study.dimensions), "validation", "test", "95 % of the test", "macro F1"]
    head += ["parameters", "s/epoch", "seeds", *(f"printed {name.replace('_', ' ')}" for name in printed)]
    rows = []
    for line in table:
        interval = "{:.4f} to {:.4f}".format(*line.interval) if line.interval else ""
        seconds = "" if line.seconds_per_epoch is None else f"{line.seconds_per_epoch:.2f}"
        seeds = str(line.seeds) if line.status == FINISHED else f"{line.seeds}; {line.status}"
        parameters = "" if line.parameters is None else f"{line.parameters:,}"
        spreads = [pm(line.validation), pm(line.test), interval, pm(line.macro_f1)]
        source = [f"{line.printed[name]:g}" if name in line.printed else "" for name in printed]
        rows.append([line.id, *map(shown, line.values.values()), *spreads, parameters, seconds, seeds, *source])
    return markdown(head, rows)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, in which a | of a cell ends none."""
    head, *rows = ([cell.replace("|", r"\|") for cell in row] for row in (head, *rows))
    return "\n".join([f"| {' | '.join(head)} |", "| --- " * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows), ""])


def pm(spread: Spread | None) -> str:
    """Return mean ± standard deviation with four decimals."""
    if spread is None:
        return ""
    return f"{spread.mean:.4f}" if spread.sd is None else f"{spread.mean:.4f} ± {spread.sd:.4f}"


def place(study: Study, values: Mapping[str, Any]) -> str:
    """Return labels by dimension in words, as "network lenet, dropout 0.5"."""
    return ", ".join(f"{study.called(name)} {shown(label)}" for name, label in values.items())


def shown(label: Any) -> str:
    """Return a dimension's label as YAML would have it."""
    if isinstance(label, bool):
        return str(label).lower()
    return ", ".join(map(shown, label)) if isinstance(label, tuple | list) else str(label)


def _line(study: Study, runs: Sequence[Row], tests: Sequence[Mapping[str, Any]]) -> Line:
    finished = [row for row in runs if row.finished]
    if any(row.status == DIVERGED for row in runs):
        tests = []  # a mean over the seeds that did not would be of a luckier variation
    test = _spread([each["accuracy"] for each in tests])
    images = tests[0]["images"] if tests else 0
    values = runs[0].values
    return Line(
        id=runs[0].variation,
        values=values,
        seeds=len(finished),
        status=_status(runs),
        validation=_spread([row.accuracy for row in runs if row.accuracy is not None]) if finished else None,
        test=test,
        interval=evaluation.wilson(round(test.mean * images), images) if test else None,
        macro_f1=_spread([each["macro_f1"] for each in tests]),
        parameters=finished[0].parameters if finished else None,
        seconds_per_epoch=mean(seconds)
        if (seconds := [row.seconds_per_epoch for row in finished if row.seconds_per_epoch])
        else None,
        epochs=max(row.epochs for row in runs),
        trained_epochs=mean(len(row.history) for row in finished) if finished else None,
        train_images=finished[0].conditions["train_images"] if finished else None,
        printed=_printed_at(study.printed, values),
    )


def _status(runs: Sequence[Row]) -> str:
    words = [row.status if not row.finished else "" for row in runs]
    failed = [f"{words.count(word)} {word}" for word in dict.fromkeys(words) if word]
    whole = max(row.params["train"]["epochs"] for row in runs)
    asked = max(row.epochs for row in runs)
    stopped = [f"{STOPPED} {asked} of {whole} epochs"] if asked < whole else []
    return ", ".join([*failed, *stopped]) or FINISHED


def _printed_at(printed: Sequence[Printed], values: Mapping[str, Any]) -> Mapping[str, float]:
    return next((each.figures for each in printed if each.at.items() <= values.items()), {})


def _printed_columns(table: Sequence[Line]) -> list[str]:
    return list(dict.fromkeys(name for line in table for name in line.printed))


def _spread(values: Sequence[float]) -> Spread | None:
    return Spread(mean(values), stdev(values) if len(values) > 1 else None) if values else None


def _both(spread: Spread | None) -> tuple[float | None, float | None]:
    return (spread.mean, spread.sd) if spread else (None, None)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
