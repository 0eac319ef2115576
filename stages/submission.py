"""Predict a table of images without labels, and write what a competition wants to have: an id and a label a row.

Reads   own/test.csv (submission.table), output/train/best.weights.h5, data/splits/test.npz for the names of the classes
Writes  output/submission.csv
Run     python -m stages.submission own/test.csv output/train/best.weights.h5 data/splits/test.npz output/submission.csv
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, csv_writing, csvs, evaluation, inference, models, trained
from digits.compute import ComputeParams, out_of_memory
from digits.errors import UserError
from digits.params import anything, positive
from digits.stage import run, say
from digits.writing import write_text


@dataclass(frozen=True)
class SubmissionParams:
    table: str = anything()  # its path, which dvc.yaml hands over
    table_header: bool = anything()  # whether its first row has the columns' names
    table_id_column: str | int = anything()  # its name, or its number from 1; "" if it has no ids
    first_id: int = positive(or_zero=True)  # of the first row, if it has no ids
    id_column: str = anything()  # what the submission calls it
    label_column: str = anything()
    header: bool = anything()  # whether the submission has a row with these names


@out_of_memory()
def main(
    table: Path, weights: Path, test: Path, output: Path,
    model: models.ModelParams, networks: dict, compute: ComputeParams, submission: SubmissionParams,
) -> None:  # fmt: skip
    unlabelled = read_table(table, submission)
    ids = csvs.ids(unlabelled, first=submission.first_id)
    names = arrays.load(test, arrays.Split).class_names
    network = trained.network(model, networks, compute, classes=len(names), weights=weights)
    probabilities = evaluation.of_classes(inference.predict(network, unlabelled.images), classes=len(names))
    labels = np.take(names, probabilities.argmax(axis=1)).tolist()
    head = (submission.id_column, submission.label_column) if submission.header else None
    write_text(output, csv_writing.text(zip(ids, labels, strict=True), header=head))
    say(f"{len(labels)} images of {table} read by {model.name} -> {output}")


def read_table(path: Path, submission: SubmissionParams) -> csvs.Table:
    if not path.is_file():
        raise UserError(f"{path} is not there, or is no file; put the table there, or name it in submission.table")
    texts = {"id": submission.table_id_column} if submission.table_id_column != "" else {}
    keys = {"header": "submission.table_header", "id": "submission.table_id_column"}
    with path.open("rb") as opened:
        return csvs.read(opened, name=str(path), header=submission.table_header, images=True, texts=texts, keys=keys)


if __name__ == "__main__":
    run(main)
