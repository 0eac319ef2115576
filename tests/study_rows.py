"""Rows of a study that was never run, as tests of what is made of rows need them."""

import itertools

from digits.rows import Row
from digits.runs import FINISHED


def row(seed, accuracy, *, status=FINISHED, seconds=1.0, **values):
    """Return the row of one epoch at the place `values`, of which the variation has its name."""
    history = [{"epoch": 1, "validation_loss": 1 - accuracy, "validation_accuracy": accuracy}]
    name, conditions = "-".join(map(str, values.values())), {"train_images": 10}
    params = {"train": {"epochs": 1}, "split": {"test": 10, "order": "file", "seed": 1, "merge": {}}}
    return Row(name, seed, values, params, status, "", 1, 1, history, 100, seconds, seconds, conditions)


def table_in(text: str, *, under: str = "") -> list[list[str]]:
    """Return the cells of the first table of a Markdown text, its head too; or of the first one below some line."""
    lines = itertools.dropwhile(lambda line: not line.startswith("|"), text[text.index(under) :].splitlines())
    head, _, *rows = itertools.takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in (head, *rows)]
