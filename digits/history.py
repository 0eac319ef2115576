"""Learning curves as a table: one row a finished epoch, one column a quantity."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digits.errors import UserError

COLUMNS = (
    "epoch", "learning_rate",
    "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss", "test_accuracy",
)  # fmt: skip


def to_csv(rows: Sequence[dict[str, float]]) -> str:
    """Return the rows as CSV with all `COLUMNS`; numbers are written so that reading gives the same bits back.

    A column that was not measured holds nan, which `dvc plots show` draws as no line; of a column that is not there it complains.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=COLUMNS, restval="nan", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def from_csv(text: str, *, file: str | Path = "history.csv") -> dict[str, np.ndarray]:
    """Return the columns of the text in `file`, each float64 (epochs,), but for those that hold nan alone.

    Raises UserError if there is no row of an epoch or not each of `COLUMNS`, or where a cell is no number.
    """
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    try:
        cells = np.array([[float(cell) for cell in row] for row in rows]).reshape(len(rows), len(header))
    except ValueError as error:
        raise UserError(f"{file}: expected a number in each cell of {len(header)} columns; received {error}") from None
    missing = [name for name in COLUMNS if name not in header]
    if not rows or missing:
        received = f"none of {', '.join(missing)}" if rows else "no row"
        raise UserError(
            f"{file}: expected a row an epoch with columns {', '.join(COLUMNS)}; received {received}; `dvc repro train` writes it"
        )
    return {name: column for name, column in zip(header, cells.T, strict=True) if not np.isnan(column).all()}
