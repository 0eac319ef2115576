"""The tables of symbols that pictures_to_csv and symbols write and embedding reads: course B's two, and the categories' names."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from digits import csv_writing, csvs
from digits.errors import UserError
from digits.symbols import Symbols
from digits.writing import write_text

STROKES = 1000  # of a seed, from which the stage symbols takes; embedding chooses a layer by those after them


def write_tables(folder: Path, images: np.ndarray, labels: list[str]) -> None:
    """Write the images, the number of each one's category, from 0 in the order of their names, and these names."""
    names = csvs.in_order(set(labels))
    pixels = [f"pixel{number}" for number in range(csvs.PIXELS)]
    write_text(folder / "intensities.csv", csv_writing.text(images.reshape(len(images), -1).tolist(), header=pixels))
    write_text(folder / "categories.csv", csv_writing.text([[names.index(label)] for label in labels], header=["category"]))
    write_text(folder / "names.csv", csv_writing.text(enumerate(names), header=["category", "name"]))


def read_tables(folder: Path) -> Symbols:
    """Return what `write_tables` wrote. Raises UserError for a table that is damaged, or is not the others'."""
    numbers, names = (read_texts(folder / "names.csv", column) for column in ("category", "name"))
    images = _read(folder / "intensities.csv", images=True)
    categories = _read(folder / "categories.csv", label="category")
    csvs.refuse_labels_of_others(categories, images)
    return Symbols(images.images, csvs.indices(categories, numbers), names)


def read_both(folder: Path) -> tuple[Symbols, Symbols]:
    """Return the examples, and one's own with the examples' categories. Raises UserError for one's own with another category."""
    examples, own = read_tables(folder / "examples"), read_tables(folder / "own")
    for name in own.names:
        if name not in examples.names:
            known = ", ".join(examples.names)
            raise UserError(
                f"{folder / 'own/names.csv'}: expected categories of the examples, {known}; received the new one {name}"
            )
    index = np.array([examples.names.index(name) for name in own.names], np.uint8)
    return examples, replace(own, labels=index[own.labels], names=examples.names)


def read_texts(path: Path, column: str) -> list[str]:
    """Return a column of a table whose columns have names, each text of which is another."""
    return csvs.ids(_read(path, id=column), first=0)


def _read(path: Path, *, images: bool = False, **texts: str) -> csvs.Table:
    with path.open("rb") as opened:
        return csvs.read(opened, name=str(path), header=True, images=images, texts=texts, keys={})
