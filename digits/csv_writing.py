"""Rows as comma-separated text; digits/csvs.py reads such."""

import csv
import io
from collections.abc import Iterable, Sequence


def text(rows: Iterable[Sequence[object]], *, header: Sequence[str] | None) -> str:
    """Return rows as comma-separated text, quoted where a cell needs it."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()
