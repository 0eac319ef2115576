"""What is known of one run of a study, a file each: the variation, how its training went, what it was trained on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from digits.errors import UserError
from digits.runs import DIVERGED, FINISHED, STATUSES


def name_of(variation: str, seed: int) -> str:
    """Return what the files of a run are called."""
    return f"{variation}-{seed}"


@dataclass(frozen=True)
class Row:
    """A run: one variation with one seed, as it stands in output/studies/NAME/rows/."""

    variation: str  # a Variation's id: 10 hexadecimal digits
    seed: int
    values: Mapping[str, Any]  # the study's dimensions, and the label of the value each has here
    params: Mapping[str, Any]  # sections of params.yaml, as `make adopt` writes them
    status: str  # FINISHED, or the word for what went wrong
    reason: str  # one line, of what went wrong
    attempts: int
    epochs: int  # asked for; fewer may be trained: train.patience, or stopped by successive halving
    history: Sequence[Mapping[str, float]]  # one mapping a trained epoch: loss and accuracy of train and validation
    parameters: int | None  # of the network
    seconds: float | None  # all of it, in the worker
    seconds_per_epoch: float | None  # gradient updates of the fastest epoch: the first one compiles, and others may be disturbed
    conditions: Mapping[str, Any]  # data set, images of each split, machine, threads, workers, versions, date

    @property
    def name(self) -> str:
        """Return what the run's files are called."""
        return name_of(self.variation, self.seed)

    @property
    def finished(self) -> bool:
        return self.status == FINISHED

    @property
    def spared(self) -> int:
        """Return the epochs of its training that successive halving has not asked for."""
        return self.params["train"]["epochs"] - self.epochs

    @property
    def accuracy(self) -> float | None:
        """Return the validation accuracy of the weights that count, 0 to 1: 0 if the run diverged, None if it failed otherwise."""
        if self.finished:
            return self.best["validation_accuracy"]
        return 0.0 if self.status == DIVERGED else None

    @property
    def best(self) -> Mapping[str, float]:
        """Return the trained epoch of the lowest validation loss, whose weights count."""
        return min(self.history, key=lambda epoch: epoch["validation_loss"])


def to_json(row: Row) -> str:
    return json.dumps(asdict(row), indent=1) + "\n"


def from_json(text: str, *, name: str) -> Row:
    """Return the row in the file `name`. Raises UserError if it is none."""
    try:
        values = json.loads(text)
        row = Row(**{f.name: values[f.name] for f in fields(Row)})
        if row.status not in STATUSES or (row.finished and not row.best):
            raise ValueError(f"status {row.status} after {len(row.history)} epochs")
        return row
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{name} is damaged ({error!r}); delete it, and its run is trained again") from error


def accuracies(row: Row) -> list[float]:
    """Return after each epoch asked for the validation accuracy of the best weights so far, 0 to 1; [] if the run failed.

    A run that ended by its patience keeps its last value for the epochs that it had left.
    """
    if not row.finished:
        return []
    lowest, found = float("inf"), []
    for epoch in row.history:
        if epoch["validation_loss"] < lowest:
            lowest, accuracy = epoch["validation_loss"], epoch["validation_accuracy"]
        found.append(accuracy)
    return found + found[-1:] * (row.epochs - len(found))


def mean_accuracies(runs: Iterable[Row]) -> list[float]:
    """Return the seeds' mean after each epoch they all have, 0 for one that diverged; one that failed otherwise is left out.

    [] says that none was trained to a finite loss.
    """
    curves = [accuracies(row) for row in runs if row.accuracy is not None]
    epochs = min((len(curve) for curve in curves if curve), default=0)
    return [sum(curve[epoch] if curve else 0.0 for curve in curves) / len(curves) for epoch in range(epochs)]
