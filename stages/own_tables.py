"""What fetch does for tables of your own (fetch.dataset: csv): it reads them below the folder fetch.own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, csvs
from digits.errors import UserError
from digits.params import anything, positive
from digits.stage import warn


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


def tabled(own: Path, csv: CsvParams) -> arrays.Dataset:
    train, train_labels, hashes = labelled(own, "train", csv)
    names = csvs.class_names(train_labels)
    images, index = train.images, csvs.indices(train_labels, names)
    if csv.test:
        test, test_labels, more = labelled(own, "test", csv)
        if more[0] == hashes[0]:
            raise UserError(f"{own / csv.test}: expected other images than those of csv.train, {csv.train}; received the same file")
        test_images, test_index, hashes = test.images, csvs.indices(test_labels, names), hashes + more
    elif csv.test_rows < len(train):
        images, test_images = np.split(images, [-csv.test_rows])
        index, test_index = np.split(index, [-csv.test_rows])
        if len(unseen := np.setdiff1d(test_index, index)):
            lacking = ", ".join([*(names[label] for label in unseen[:5]), *(["…"] if len(unseen) > 5 else [])])
            warn(f"{train.name}: no row before the last {csv.test_rows} has {lacking}; shuffle it")
    else:
        rows = f"fewer than the {len(train)} rows of {train.name}"
        raise UserError(f"params.yaml: csv.test_rows: expected {rows}; received {csv.test_rows}")
    return arrays.Dataset(images, index, test_images, test_index, np.array(names), np.array("csv"), np.array(hashes))


def labelled(own: Path, role: str, csv: CsvParams) -> tuple[csvs.Table, csvs.Table, list[str]]:
    """Return "train"'s or "test"'s table, the one that has its labels, which may be the same, and the SHA-256 of each file."""
    images, labels = (csv.train, csv.train_labels) if role == "train" else (csv.test, csv.test_labels)
    if csv.label_column == "":
        raise UserError("params.yaml: csv.label_column: expected the column of the labels; received none")
    if labels and csv.labels_id_column != "" and csv.id_column == "":
        raise UserError("params.yaml: csv.id_column: expected a column, as csv.labels_id_column names one; received none")
    keys = {"header": "csv.header", "label": f"csv.{role}_labels" if labels else "csv.label_column", "id": "csv.id_column"}
    columns = ({} if labels else {"label": csv.label_column}) | {"id": csv.id_column}
    table = read_table(own / images, header=csv.header, images=True, columns=columns, keys=keys)
    if csv.id_column != "":
        csvs.refuse_duplicates(table)
    if not labels:
        return table, table, [table.sha256]
    keys = {"header": "csv.labels_header", "label": "csv.label_column", "id": "csv.labels_id_column"}
    columns = {"label": csv.label_column, "id": csv.labels_id_column}
    beside = read_table(own / labels, header=csv.labels_header, images=False, columns=columns, keys=keys)
    csvs.refuse_labels_of_others(beside, table)
    return table, beside, [table.sha256, beside.sha256]


def read_table(path: Path, *, header: bool, images: bool, columns: dict[str, str | int], keys: dict[str, str]) -> csvs.Table:
    if not path.is_file():
        raise UserError(f"{path} is not there, or is no file; put it there, or change fetch.own or the csv section of params.yaml")
    with path.open("rb") as opened:
        texts = {role: column for role, column in columns.items() if column != ""}
        return csvs.read(opened, name=str(path), header=header, images=images, texts=texts, keys=keys)
