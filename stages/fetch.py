"""Get the data set's files from the first source that has them as published, draw the built-in one, or read your own tables.

Reads   own/, or the folders of fetch.folders and of the environment variable DIGITS_DATASETS, data/download/, the mirrors
Writes  data/raw.npz; data/download/NAME/ keeps what came from a mirror
Run     python -m stages.fetch data/download data/raw.npz
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, csvs, datasets, download, strokes
from digits.errors import UserError
from digits.params import anything, one_of, positive
from digits.stage import run, say, warn


@dataclass(frozen=True)
class FetchParams:
    dataset: str = one_of(*datasets.CATALOGUE, "csv")
    folders: list[str] = anything()  # looked into before any mirror, for FOLDER/NAME/FILE
    own: str = anything()  # the folder of your own tables
    offline: str = one_of("strokes", "stop")  # what to do with no source in reach
    strokes_classes: str = one_of(*strokes.CLASSES)
    strokes_train: int = positive()  # images
    strokes_test: int = positive()  # images, none of them in train
    strokes_seed: int = positive(or_zero=True)


@dataclass(frozen=True)
class CsvParams:
    train: str = anything()  # the table of training images, in fetch.own
    test: str = anything()  # the table of test images; "" takes the last rows of train
    test_rows: int = positive()  # how many, if test is ""
    header: bool = anything()  # whether the first row has the columns' names
    label_column: str | int = anything()  # its name, or its number from 1; in the table, or in that of labels
    id_column: str | int = anything()  # "" if there is none
    train_labels: str = anything()  # a table of labels in the order of train's rows; "" if train has them itself
    test_labels: str = anything()
    labels_header: bool = anything()
    labels_id_column: str | int = anything()  # of the tables of labels; must agree with id_column


def main(store: Path, raw: Path, fetch: FetchParams, csv: CsvParams) -> None:
    try:
        if fetch.dataset == "csv":
            data, origin = tabled(Path(fetch.own), csv), f"from {fetch.own}"
        else:
            data, origin = (drawn(fetch), "drawn") if fetch.dataset == "strokes" else found(fetch, store)
    except download.Unreachable as error:
        if fetch.offline == "stop":
            raise
        warn(f"{error}; took the built-in strokes instead; to try again: `dvc repro -f fetch`, then `dvc repro`")
        data, origin = drawn(fetch), "drawn"
    arrays.save(raw, data)
    say(f"{data.dataset}: {len(data.train_images)} training and {len(data.test_images)} test images, {origin} -> {raw}")


def found(fetch: FetchParams, store: Path) -> tuple[arrays.Dataset, str]:
    entry = datasets.entry(fetch.dataset)
    names = [*os.environ.get("DIGITS_DATASETS", "").split(os.pathsep), *fetch.folders]
    folders = [Path(os.path.expanduser(name)) for name in names if name]
    files = download.fetch(entry, folders=folders, store=store, patience=download.PATIENCE, progress=sys.stderr.isatty())
    for trouble, origin in ((trouble, file.origin) for file in files.values() for trouble in file.troubles):
        warn(f"{trouble}; taken from {origin} instead")
    origins = ", ".join(dict.fromkeys(file.origin for file in files.values()))
    return datasets.build(entry, {role: file.data for role, file in files.items()}), f"from {origins}"


def drawn(fetch: FetchParams) -> arrays.Dataset:
    return datasets.draw(classes=fetch.strokes_classes, train=fetch.strokes_train, test=fetch.strokes_test, seed=fetch.strokes_seed)


def tabled(own: Path, csv: CsvParams) -> arrays.Dataset:
    train, train_labels, hashes = labelled(own, csv.train, csv.train_labels, csv)
    names = csvs.class_names(train_labels)
    images, index = train.images, csvs.indices(train_labels, names)
    if csv.test:
        test, test_labels, more = labelled(own, csv.test, csv.test_labels, csv)
        test_images, test_index, hashes = test.images, csvs.indices(test_labels, names), hashes + more
    elif csv.test_rows < len(train):
        images, test_images = np.split(images, [-csv.test_rows])
        index, test_index = np.split(index, [-csv.test_rows])
    else:
        rows = f"fewer than the {len(train)} rows of {train.name}"
        raise UserError(f"params.yaml: csv.test_rows: expected {rows}; received {csv.test_rows}")
    return arrays.Dataset(images, index, test_images, test_index, np.array(names), np.array("csv"), np.array(hashes))


def labelled(own: Path, images: str, labels: str, csv: CsvParams) -> tuple[csvs.Table, csvs.Table, list[str]]:
    """Return a table of images, the table that has their labels, which may be the same, and the SHA-256 of each file."""
    columns = {"label": "" if labels else csv.label_column, "id": csv.id_column}
    table = read_table(own / images, header=csv.header, images=True, columns=columns)
    if csv.id_column:
        csvs.refuse_duplicates(table, column=csv.id_column)
    if not labels:
        return table, table, [table.sha256]
    columns = {"label": csv.label_column, "id": csv.labels_id_column}
    beside = read_table(own / labels, header=csv.labels_header, images=False, columns=columns)
    csvs.refuse_labels_of_others(beside, table)
    return table, beside, [table.sha256, beside.sha256]


def read_table(path: Path, *, header: bool, images: bool, columns: dict[str, str | int]) -> csvs.Table:
    if not path.is_file():
        raise UserError(f"{path} is not there, or is no file; put it there, or change fetch.own or the csv section of params.yaml")
    with path.open("rb") as opened:
        texts = {role: column for role, column in columns.items() if column}
        return csvs.read(opened, name=str(path), header=header, images=images, texts=texts)


if __name__ == "__main__":
    run(main)
