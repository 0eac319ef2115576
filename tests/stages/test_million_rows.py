"""A table of a million rows, 1.6 GB: the stages that read one do it within 3 GB of memory."""

import shutil

import numpy as np
import pytest

from digits import arrays, models
from tests.worlds import params, peak_of_stage, split_of

pytestmark = pytest.mark.slow

ROWS, TEST_ROWS = 1_000_000, 10_000
MOST = 3e9  # bytes
SECONDS = 1800  # a quiet machine needs a tenth
IMAGES = np.random.default_rng(1).integers(0, 10, (100, 28, 28), dtype=np.uint8)
IMAGES[:, 14] += 200


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A table of ids and the hundred images again and again, and a table of labels."""
    folder = tmp_path_factory.mktemp("million_rows")
    if shutil.disk_usage(folder).free < 5e9:  # 1.6 GB of table, and the .npz files made of it: a full disk is no fault of ours
        pytest.skip("needs 5 GB of disk")
    cells = [",".join(map(str, image.ravel())) for image in IMAGES]
    (folder / "own").mkdir()
    with (folder / "own/images.csv").open("w") as opened:
        opened.write(",".join(["id", *(f"pixel{number}" for number in range(784))]) + "\n")
        opened.writelines(f"{row},{cells[row % len(cells)]}\n" for row in range(ROWS))
    with (folder / "own/labels.csv").open("w") as opened:
        opened.write("id,label\n")
        opened.writelines(f"{row},class {row % 10}\n" for row in range(ROWS))
    yield folder
    shutil.rmtree(folder)  # pytest would keep it for three runs


def test_fetch_reads_a_million_rows_within_three_gigabytes(world):
    ids = {"id_column": "id", "labels_id_column": "id"}
    params(world, fetch={"dataset": "csv"}, csv={"train": "images.csv", "train_labels": "labels.csv", "test_rows": TEST_ROWS} | ids)
    peak = peak_of_stage("fetch", "data/download", "data/raw.npz", "data/dataset.txt", folder=world, seconds=SECONDS)
    print(f"fetch: {peak / 1e9:.2f} GB")
    assert peak < MOST
    with np.load(world / "data/raw.npz") as file:
        assert file["train_labels"].tolist() == [row % 10 for row in range(ROWS - TEST_ROWS)]
        assert (file["test_images"].reshape(-1, *IMAGES.shape) == IMAGES).all()
        assert (file["train_images"].reshape(-1, *IMAGES.shape) == IMAGES).all()


def test_submission_predicts_a_million_rows_within_three_gigabytes(world):
    arrays.save(world / "data/splits/test.npz", split_of(IMAGES[:3], np.zeros(3)))
    network, random = models.build("softmax", classes=10, seed=0), np.random.default_rng(2)
    kernel, bias = (random.normal(size=weight.shape) for weight in network.get_weights())
    network.set_weights([kernel, bias])
    (world / "output/train").mkdir(parents=True)
    network.save_weights(world / "output/train/best.weights.h5")
    params(world, model={"name": "softmax"}, submission={"table_id_column": "id", "id_column": "id", "label_column": "label"})
    words = ("own/images.csv", "output/train/best.weights.h5", "data/splits/test.npz", "output/submission.csv")
    peak = peak_of_stage("submission", *words, folder=world, seconds=SECONDS)
    print(f"submission: {peak / 1e9:.2f} GB")
    assert peak < MOST
    answers = (IMAGES.reshape(-1, 784) / 255 @ kernel + bias).argmax(axis=1)
    lines = (world / "output/submission.csv").read_text().splitlines()
    assert len(set(answers.tolist())) > 1
    assert lines == ["id,label", *(f"{row},{answers[row % len(answers)]}" for row in range(ROWS))]
