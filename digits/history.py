"""Learning curves as a table: one row a finished epoch, one column a quantity."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from digits.errors import UserError


def to_csv(rows: Sequence[dict[str, float]]) -> str:
    """Return the rows as CSV with a header; numbers are written so that reading gives the same bits back."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def from_csv(text: str) -> dict[str, np.ndarray]:
    """Return the columns by name, each float64 (epochs,). Raises UserError where a cell is no number."""
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    try:
        cells = np.array([[float(cell) for cell in row] for row in rows]).reshape(len(rows), len(header))
    except ValueError as error:
        raise UserError(f"history.csv: expected a number in each cell of {len(header)} columns; received {error}") from None
    return dict(zip(header, cells.T, strict=True))
