"""Turn a folder of pictures of symbols into tables: 784 intensities a row, the category of each, the categories' names.

Reads   FOLDER: any number of pictures of any number of categories, alpha_001.png or alpha/1.png
Writes  data/csv/intensities.csv, categories.csv, names.csv, or the same in OUTPUT
Run     python -m stages.pictures_to_csv FOLDER [OUTPUT]
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import csvs, picture_folders, pictures
from digits.errors import UserError
from digits.params import anything, between, one_of, seed
from digits.stage import run, say
from stages.tables import write_tables


@dataclass(frozen=True)
class SymbolsParams:
    """Section `symbols` of params.yaml."""

    examples: str = anything()  # the folder of examples
    own: str = anything()  # the folder of one's own; "" takes the last example of each category
    classes: str = one_of(*pictures.CLASSES)  # where a picture's category is found
    ink: str = one_of(*pictures.INK)
    offline: str = one_of("strokes", "stop")  # what to do where a folder is not there
    strokes_examples: int = between(2, 30)  # of each letter
    strokes_own: int = between(1, 30)  # of each letter
    strokes_seed: int = seed()


def main(folder: Path, output: Path = Path("data/csv"), *, symbols: SymbolsParams) -> None:
    images, labels = pictured(folder, symbols)
    refuse_one_category(labels, origin=str(folder))
    write_tables(output, images, labels)
    say(f"{len(images)} pictures of {', '.join(csvs.in_order(set(labels)))} from {folder} -> {output}")


def pictured(folder: Path, symbols: SymbolsParams) -> tuple[np.ndarray, list[str]]:
    """Return a folder's pictures as images like MNIST's, uint8 (n, 28, 28), by name, and the category of each."""
    images, labels, _ = picture_folders.read(
        folder, classes=symbols.classes, ink=symbols.ink, normalise="mnist", key="symbols.classes", mend="name another one"
    )
    if len(set(labels)) > csvs.MOST_CLASSES:
        raise UserError(f"{folder}: expected at most {csvs.MOST_CLASSES} categories; received {len(set(labels))}")
    return images, labels


def refuse_one_category(labels: list[str], *, origin: str) -> None:
    if len(set(labels)) < 2:
        raise UserError(f"{origin}: expected two categories or more; received one, {labels[0]}; see symbols.classes")


if __name__ == "__main__":
    run(main)
