"""The stage `evaluate` on weights made here, and `plot` on what it wrote."""

import json
import time
from types import SimpleNamespace
from unittest.mock import MagicMock

import cv2
import numpy as np
import pytest

from digits import arrays, inference, models, trained
from digits.evaluation import calibration_error
from digits.history import to_csv
from stages import evaluate, plot
from tests.worlds import bars, call, labelled_images, params, says_one_line, split_of, stage

WORDS = ("data/splits/test.npz", "output/train/best.weights.h5", "output")
PLOT_WORDS = ("output/train/history.csv", "output/predictions.npz", "data/splits/test.npz", "output")
PICTURES = ("accuracy", "loss", "confusion", "examples", "mistakes")
LOSSES = {f"{split}_{what}": 0.5 for split in ("train", "validation", "test") for what in ("loss", "accuracy")}
HISTORY = to_csv([{"epoch": 1, "learning_rate": 0.1} | LOSSES])
SAID = np.random.default_rng(0).dirichlet(np.ones(10), 40).astype(np.float32)


def of_another_split(words, file):
    return [str(file) if word == "data/splits/test.npz" else word for word in words]


def world(folder):
    params(folder)
    arrays.save(folder / "data/splits/test.npz", bars(80))
    (folder / "output/train").mkdir(parents=True)
    models.build("resnet5", classes=10, seed=5).save_weights(folder / "output/train/best.weights.h5")
    (folder / "output/train/history.csv").write_text(HISTORY)
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


def test_its_seconds_are_of_images_and_not_of_what_tensorflow_does_for_the_first_ones(tmp_path, monkeypatch):
    world(tmp_path)
    delays, predict = iter([1, 0]), inference.predict
    monkeypatch.setattr(trained, "network", lambda *_, **__: models.build("resnet5", classes=10, seed=5))
    monkeypatch.setattr(inference, "predict", lambda network, images: (time.sleep(next(delays)), predict(network, images))[1])
    call(evaluate.main, tmp_path / "data/splits/test.npz", "weights", tmp_path)
    assert json.loads((tmp_path / "timing.json").read_text())["evaluate"]["seconds"] < 1


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


@pytest.mark.parametrize("name", ["evaluate", "plot"])
def test_a_split_without_images_is_one_line(name, evaluated, tmp_path):
    arrays.save(tmp_path / "none.npz", split_of(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)))
    words = of_another_split({"evaluate": WORDS, "plot": PLOT_WORDS}[name], tmp_path / "none.npz")
    assert says_one_line(stage(name, *words, folder=evaluated), "none.npz: expected a split with images")


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
    assert says_one_line(stage("plot", *PLOT_WORDS, folder=folder), "output/train/history.csv: expected a number")


def test_plot_refuses_answers_to_other_images(evaluated, tmp_path):
    arrays.save(tmp_path / "few.npz", split_of(np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)))
    words = of_another_split(PLOT_WORDS, tmp_path / "few.npz")
    assert says_one_line(
        stage("plot", *words, folder=evaluated), "output/predictions.npz: expected an answer to each of 3 test images"
    )


@pytest.fixture
def split(tmp_path):
    """Write 40 test images that hold their row's number, and return their split."""
    made = labelled_images(train=0, test=40)
    split = split_of(made.test_images, made.test_labels)
    arrays.save(tmp_path / "test.npz", split)
    return split


@pytest.fixture
def drawn(split, tmp_path, monkeypatch):
    """Return what `plot` hands to the drawing of each picture where SAID was said of the images, with some of its keys changed."""
    said = arrays.Predictions(SAID, split.labels, split.class_names, split.dataset, np.array("network"))
    arrays.save(tmp_path / "predictions.npz", said)
    (tmp_path / "history.csv").write_text(HISTORY)
    monkeypatch.setattr(plot, "write_figure", MagicMock())

    def drawn(**changed):
        draws = {name: MagicMock() for name in PICTURES}
        for name, draw in draws.items():
            monkeypatch.setattr(getattr(plot, name), "draw", draw)
        call(plot.main, *(tmp_path / name for name in ("history.csv", "predictions.npz", "test.npz", "output")), plot=changed)
        return {name: draw.call_args for name, draw in draws.items()}

    return drawn


def test_the_examples_are_drawn_by_the_seed_of_plot(drawn):
    first, again, other = (drawn(seed=seed)["examples"].args[0] for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_as_many_mistakes_are_drawn_as_asked_for(drawn):
    assert len(drawn(mistakes=3)["mistakes"].args[0]) == 3


@pytest.mark.parametrize("name", ["examples", "mistakes"])
def test_beside_an_image_stands_the_probability_of_the_class_it_was_read_as(drawn, name):
    (images,), beside = drawn()[name]
    assert beside["probabilities"].tolist() == SAID[images[:, 0, 0], beside["predicted"]].tolist()
    assert beside["predicted"].tolist() == SAID[images[:, 0, 0]].argmax(axis=1).tolist()


def test_the_calibration_error_is_that_of_as_many_bins_as_asked_for(split, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluate.trained, "network", lambda *_, **__: SimpleNamespace(count_params=lambda: 0))
    monkeypatch.setattr(evaluate.inference, "predict", lambda *_: SAID)
    call(evaluate.main, tmp_path / "test.npz", "weights", tmp_path, evaluate={"calibration_bins": 40})
    written = json.loads((tmp_path / "metrics.json").read_text())["calibration_error"]
    assert written == round(calibration_error(SAID, split.labels, bins=40), 6)
