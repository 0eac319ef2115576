"""Write the symbols that `embedding` compares as tables: examples, and one's own; strokes where a folder is not there.

Reads   the folders symbols.examples and symbols.own, or what has their names in a folder of the variable DIGITS_DATASETS
Writes  data/symbols/examples/, data/symbols/own/: intensities.csv, categories.csv, names.csv; data/symbols/sources.csv
Run     python -m stages.symbols data/symbols
"""

from pathlib import Path

import numpy as np

from digits import csv_writing, csvs, pictures, strokes
from digits.errors import UserError
from digits.folders import found, refuse_unwritable
from digits.stage import run, say, warn
from digits.writing import write_text
from stages.pictures_to_csv import SymbolsParams, pictured, refuse_one_category
from stages.tables import STROKES, write_tables

Labelled = tuple[np.ndarray, list[str]]  # images uint8 (n, 28, 28), and the category of each


def main(output: Path, symbols: SymbolsParams) -> None:
    if not symbols.examples:
        raise UserError("params.yaml: symbols.examples: expected a folder; received nothing")
    folders = {"symbols.examples": symbols.examples, "symbols.own": symbols.own}
    missing = " and ".join(f"{key}: {name}" for key, name in folders.items() if name and not found(name).is_dir())
    if missing and symbols.offline == "stop":
        raise UserError(f"{missing}: no such folder; name another one, or set symbols.offline to strokes")

    examples, source = read_or_draw(symbols.examples, symbols, names=list(strokes.CLASSES["greek"]))
    refuse_one_category(examples[1], origin=symbols.examples)
    if symbols.own:
        own, own_source = read_or_draw(symbols.own, symbols, names=csvs.in_order(set(examples[1])), after=True)
    else:
        (examples, own), own_source = last_apart(examples, origin=symbols.examples), "the last of each"

    if missing:
        warn(
            f"{missing}: no such folder; took the built-in strokes instead; to try again: `dvc repro -f symbols`, then `dvc repro`"
        )
    for role, (images, labels), origin in (("examples", examples, source), ("own", own, own_source)):
        write_tables(output / role, images, labels)
        say(f"{role}: {len(images)} of {', '.join(csvs.in_order(set(labels)))}, from {origin} -> {output / role}")
    write_text(output / "sources.csv", csv_writing.text([(source, own_source)], header=("examples", "own")))


def read_or_draw(name: str, symbols: SymbolsParams, *, names: list[str], after: bool = False) -> tuple[Labelled, str]:
    """Return the pictures in a folder and its name, or if there is none strokes of `names`, those `after` the examples."""
    if (folder := found(name)).is_dir():
        real = folder.resolve()
        refuse_unwritable(real)
        csvs.refuse_unreadable(real.name, name=f"{name}: the folder's name")
        return pictured(folder, symbols), real.name
    unknown = [each for each in names if each not in strokes.CLASSES["all"]]
    if unknown:
        raise UserError(f'symbols.own: {name}: no such folder, and strokes have no {unknown[0]}; name another folder, or ""')
    images, labels = strokes.draw(STROKES, classes=names, seed=symbols.strokes_seed)
    first, count = (symbols.strokes_examples, symbols.strokes_own) if after else (0, symbols.strokes_examples)
    rows = np.concatenate([np.flatnonzero(labels == label)[first : first + count] for label in range(len(names))])
    return (images[rows], [names[label] for label in labels[rows]]), "strokes"


def last_apart(examples: Labelled, *, origin: str) -> tuple[Labelled, Labelled]:
    """Return the examples without the last of each category, and these."""
    images, labels = examples
    last = pictures.last_of_each(labels, share=0)
    if not last.any():
        raise UserError(f"{origin}: expected two pictures of a category; received one of each; name a folder in symbols.own")
    rest, own = ((images[rows], [labels[row] for row in np.flatnonzero(rows)]) for rows in (~last, last))
    return rest, own


if __name__ == "__main__":
    run(main)
