"""The stage `submission` on weights made here: what it refuses, and that ids and labels are the table's and the network's."""

import csv

import numpy as np
import pytest

from digits import arrays, models
from tests.worlds import bars, params, says_one_line, split_of, stage

WORDS = ("own/test.csv", "output/train/best.weights.h5", "data/splits/test.npz", "output/submission.csv")
NAMES = [f"pixel{number}" for number in range(784)]
IMAGES = bars(6).images


def put_table(folder, ids=None, *, header=True):
    rows = [[*([] if ids is None else [ids[row]]), *image.ravel()] for row, image in enumerate(IMAGES)]
    head = [[*([] if ids is None else ["id"]), *NAMES]] if header else []
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own/test.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in [*head, *rows]))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("submission")
    split = split_of(IMAGES[:3], np.zeros(3))
    named = arrays.Split(split.images, split.labels, np.array([*"abcdefgh", "i, j", "k"]), split.dataset, split.source_index)
    arrays.save(folder / "data/splits/test.npz", named)
    (folder / "output/train").mkdir(parents=True)
    models.build("resnet5", classes=10, seed=5).save_weights(folder / "output/train/best.weights.h5")
    return folder


def submit(folder, **changed):
    params(folder, submission=changed)
    (folder / "output/submission.csv").unlink(missing_ok=True)
    return stage("submission", *WORDS, folder=folder)


def rows_of(folder):
    with (folder / "output/submission.csv").open(newline="") as opened:
        return list(csv.reader(opened))


@pytest.mark.parametrize(
    ("ids", "changed", "said"),
    [
        (
            ["1", "2", "3", "2", "5", "6"],
            {},
            "own/test.csv: row 5, column 1 (id): expected an id of its own; received '2', which row 3 has",
        ),
        (["1", "2", "", "4", "5", "6"], {}, "own/test.csv: row 4, column 1 (id): expected a text; received nothing"),
        (
            list("123456"),
            {"table_id_column": "nr"},
            "own/test.csv: row 1: expected a column nr, the id; received id, pixel0, pixel1 and so on; "
            "see submission.table_id_column and submission.table_header",
        ),
        (
            list("123456"),
            {"table_id_column": ""},
            "own/test.csv: row 1, column 1 (id): expected 784 columns of pixels; received 785 of pixels; "
            "see submission.table_id_column",
        ),
        (list("123456"), {"first_id": -1}, "params.yaml: submission.first_id: expected a whole number of at least 0; received -1"),
    ],
)
def test_a_table_or_a_section_that_does_not_fit_is_refused_in_one_line_and_nothing_written(world, ids, changed, said):
    put_table(world, ids)
    assert says_one_line(submit(world, **{"table_id_column": "id"} | changed), f"submission: {said}")
    assert not (world / "output/submission.csv").exists()


def test_a_table_without_names_is_told_to_set_the_submission_s_parameter(world):
    put_table(world, header=False)
    (world / "own/test.csv").write_text(",".join(["0"] * 784) + "\n" + (world / "own/test.csv").read_text())
    said = "submission: own/test.csv: row 1, column 1: expected names of columns; received the number 0; if there are none, set "
    assert says_one_line(submit(world), said + "submission.table_header: false")


def test_a_row_that_is_cut_off_is_named_and_nothing_written(world):
    put_table(world, list("123456"))
    table = world / "own/test.csv"
    table.write_bytes(table.read_bytes().rpartition(b",")[0])
    run = submit(world, table_id_column="id")
    assert says_one_line(run, "own/test.csv: row 7, column 785 (pixel783): expected 785 columns; received 784")
    assert not list((world / "output").glob("*submission.csv"))


def test_a_table_that_is_not_there_is_named(world):
    (world / "own/test.csv").unlink(missing_ok=True)
    assert says_one_line(submit(world), "submission: own/test.csv is not there", "submission.table")


def test_the_labels_are_the_network_s_and_rows_without_ids_are_numbered(world):
    from digits.inference import predict

    put_table(world)
    run = submit(world, first_id=7, id_column="ImageId", label_column="Label")
    assert run.stdout == "6 images of own/test.csv read by resnet5 -> output/submission.csv\n"
    network = models.build("resnet5", classes=10, seed=5)
    answers = predict(network, IMAGES)[:, :10].argmax(axis=1)
    wanted = [[*"abcdefgh", "i, j", "k"][answer] for answer in answers]
    assert rows_of(world) == [["ImageId", "Label"], *([str(row + 7), label] for row, label in enumerate(wanted))]


def test_ids_are_kept_as_they_are_and_the_names_can_be_left_out(world):
    put_table(world, ["007", "b", "γ", "x y", "1.0", "-"], header=False)
    assert submit(world, table_header=False, table_id_column=1, header=False).returncode == 0
    assert [row[0] for row in rows_of(world)] == ["007", "b", "γ", "x y", "1.0", "-"]
