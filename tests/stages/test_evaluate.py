"""The stage `evaluate` on weights made here, and `plot` on what it wrote."""

import json

import cv2
import numpy as np
import pytest

from digits import arrays, models
from digits.history import to_csv
from tests.worlds import bars, params, says_one_line, stage

WORDS = ("data/splits/test.npz", "output/train/best.weights.h5", "output")
PLOT_WORDS = ("output/train/history.csv", "output/predictions.npz", "data/splits/test.npz", "output")
PICTURES = ("accuracy", "loss", "confusion", "examples", "mistakes")


def world(folder):
    params(folder)
    arrays.save(folder / "data/splits/test.npz", bars(80))
    (folder / "output/train").mkdir(parents=True)
    models.build("resnet5", classes=10, seed=5).save_weights(folder / "output/train/best.weights.h5")
    losses = {f"{split}_{what}": 0.5 for split in ("train", "validation", "test") for what in ("loss", "accuracy")}
    (folder / "output/train/history.csv").write_text(to_csv([{"epoch": 1, "learning_rate": 0.1} | losses]))
    return folder


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    folder = world(tmp_path_factory.mktemp("evaluated"))
    run = stage("evaluate", *WORDS, folder=folder)
    assert run.returncode == 0, run.stderr
    (folder / "console.txt").write_text(run.stdout)
    return folder


def test_the_metrics_carry_their_conditions(evaluated):
    metrics = json.loads((evaluated / "output/metrics.json").read_text())
    assert [metrics[key] for key in ("dataset", "network", "parameters", "test_images")] == ["made", "resnet5", 25756, 80]
    assert metrics["accuracy_low"] < metrics["accuracy"] < metrics["accuracy_high"]
    assert {"log_loss", "macro_f1", "calibration_error"} <= set(metrics)


def test_metrics_report_confusion_and_predictions_agree(evaluated):
    said = arrays.load(evaluated / "output/predictions.npz", arrays.Predictions)
    right = int((said.probabilities.argmax(axis=1) == said.labels).sum())
    counts = np.loadtxt(evaluated / "output/confusion.csv", delimiter=",", skiprows=1)[:, 1:]
    assert said.probabilities.shape == (80, 10)
    assert np.trace(counts) == right
    assert counts.sum() == 80
    assert json.loads((evaluated / "output/metrics.json").read_text())["accuracy"] == right / 80
    support = [line.split(",")[-1] for line in (evaluated / "output/report.csv").read_text().splitlines()[1:-2]]
    assert [int(cell) for cell in support] == counts.sum(axis=1).tolist()


def test_the_console_has_ten_outputs_the_largest_s_index_and_the_label_of_each_of_the_first_ten_test_images(evaluated):
    said = arrays.load(evaluated / "output/predictions.npz", arrays.Predictions)
    lines = (evaluated / "console.txt").read_text().splitlines()
    first = lines.index("first 10 test images: outputs, largest output's index, label") + 1
    for row, label, line in zip(said.probabilities, said.labels, lines[first : first + 10], strict=False):
        answer = int(row.argmax())
        wrong = [] if answer == label else ["wrong"]
        assert line.split() == [*(f"{value:.2f}" for value in row), str(answer), str(label), *wrong]
    assert lines[first + 10] == ""


def test_weights_of_another_network_are_one_line(tmp_path):
    folder = world(tmp_path)
    (folder / "output/train/best.weights.h5").write_bytes(b"no weights")
    assert says_one_line(stage("evaluate", *WORDS, folder=folder), "output/train/best.weights.h5", "resnet5")
    assert not (folder / "output/metrics.json").exists()


def test_plot_draws_five_pictures_a_thousand_pixels_wide_and_the_same_bytes_twice(evaluated):
    def pictures():
        assert stage("plot", *PLOT_WORDS, folder=evaluated).returncode == 0
        return {name: (evaluated / f"output/{name}.png").read_bytes() for name in PICTURES}

    first = pictures()
    assert pictures() == first
    for name in PICTURES:
        assert cv2.imdecode(np.frombuffer(first[name], np.uint8), cv2.IMREAD_COLOR).shape[1] == 1000


def test_plot_without_predictions_is_one_line(tmp_path):
    folder = world(tmp_path)
    assert says_one_line(stage("plot", *PLOT_WORDS, folder=folder), "output/predictions.npz is not there")
    assert not list((folder / "output").glob("*.png"))


def test_plot_refuses_a_history_that_is_no_table(tmp_path):
    folder = world(tmp_path)
    (folder / "output/train/history.csv").write_text("<html>,2\nno,number\n")
    assert says_one_line(stage("plot", *PLOT_WORDS, folder=folder), "history.csv", "expected a number")
