"""The stage `filters` on weights made here."""

from unittest.mock import MagicMock

import cv2
import numpy as np
import pytest

from digits import arrays, models
from digits.convolution import Filters
from stages import filters, inside
from tests.worlds import bars, call, params, says_one_line, stage

WORDS = ("data/splits/train.npz", "data/splits/test.npz", "output/train/best.weights.h5", "output/filters")
PICTURES = "kernels responses first_convolution second_convolution pooling side_by_side patches saliency".split()
FEW = {"steps": 8, "right": 2, "wrong": 1}


def world(folder, network, **changed):
    params(folder, model={"name": network}, filters=FEW | changed)
    arrays.save(folder / "data/splits/train.npz", bars(20))
    arrays.save(folder / "data/splits/test.npz", bars(30, seed=1))
    (folder / "output/train").mkdir(parents=True)
    models.build(network, classes=10, seed=5).save_weights(folder / "output/train/best.weights.h5")
    return folder


@pytest.fixture(scope="module")
def looked_into(tmp_path_factory):
    folder = world(tmp_path_factory.mktemp("filters"), "recognition")
    run = stage("filters", *WORDS, folder=folder)
    assert run.returncode == 0, run.stderr
    assert not run.stderr
    return folder, run.stdout


@pytest.mark.parametrize("name", ["train", "test"])
def test_a_split_without_images_is_one_line(name, tmp_path):
    folder = world(tmp_path, "softmax", image=0)
    arrays.save(folder / f"data/splits/{name}.npz", bars(0))
    assert says_one_line(stage("filters", *WORDS, folder=folder), f"data/splits/{name}.npz: expected a split with images")


def test_an_image_that_is_not_there_is_one_line_and_writes_nothing(tmp_path):
    folder = world(tmp_path, "softmax", image=20)
    assert says_one_line(stage("filters", *WORDS, folder=folder), "filters.image", "at most 19", "received 20")
    assert not (folder / "output/filters").exists()


def test_a_network_without_a_convolution_says_so_in_one_line_and_leaves_it_in_the_folder(tmp_path):
    folder = world(tmp_path, "softmax")
    run = stage("filters", *WORDS, folder=folder)
    assert run.returncode == 0
    assert not run.stderr
    (line,) = run.stdout.splitlines()
    assert "softmax" in line
    assert "no convolution" in line
    assert [path.name for path in (folder / "output/filters").iterdir()] == ["filters.txt"]
    assert (folder / "output/filters/filters.txt").read_text() == f"{line}\n"


def test_what_is_printed_has_the_filters_the_agreement_and_the_shapes_and_stays_in_the_folder(looked_into):
    folder, said = looked_into
    assert (folder / "output/filters/filters.txt").read_text() == said
    assert said.count("filter ") == 32
    assert "is tolerated" in said
    for shape in ("conv1: 26 x 26 x 32", "conv2: 24 x 24 x 32", "pool: 12 x 12 x 32"):
        assert shape in said


def test_the_weights_are_written_as_numbers_too(looked_into):
    folder, _ = looked_into
    network = models.build("recognition", classes=10, seed=5)
    kernels, biases = network.get_layer("conv1").get_weights()
    written = arrays.load(folder / "output/filters/filters.npz", Filters)
    assert np.array_equal(written.kernels, kernels)
    assert np.array_equal(written.biases, biases)
    table = np.loadtxt(folder / "output/filters/filters.csv", delimiter=",", skiprows=1, dtype=np.float32)
    assert np.array_equal(table[:, 2:-1].reshape(32, 3, 3).transpose(1, 2, 0), kernels[:, :, 0])


def test_every_picture_is_a_thousand_pixels_wide_and_the_same_bytes_twice(looked_into):
    folder, _ = looked_into
    files = {path.name: path.read_bytes() for path in (folder / "output/filters").iterdir()}
    assert {f"{name}.png" for name in PICTURES} == {name for name in files if name.endswith(".png")}
    assert all(cv2.imread(str(folder / f"output/filters/{name}.png")).shape[1] == 1000 for name in PICTURES)
    assert stage("filters", *WORDS, folder=folder).returncode == 0
    assert {path.name: path.read_bytes() for path in (folder / "output/filters").iterdir()} == files


def test_the_image_the_patches_and_the_answers_are_those_asked_for(tmp_path, monkeypatch):
    arrays.save(tmp_path / "train.npz", bars(20))
    arrays.save(tmp_path / "test.npz", bars(200, seed=1))
    small = models.build("recognition", classes=10, seed=5, convolutions=1, filters=2, dense=4)
    monkeypatch.setattr(filters.trained, "network", lambda *_, **__: small)
    monkeypatch.setattr(filters, "write_figure", MagicMock())
    figures = (filters.kernels, filters.responses, filters.patches, inside.layer_maps, inside.side_by_side, inside.saliency)
    for figure in figures:
        monkeypatch.setattr(figure, "draw", MagicMock())

    images = bars(20).images
    asked = {"image": 4, "patches": 3, "right": 1, "wrong": 2, "steps": 1}
    call(filters.main, *(tmp_path / name for name in ("train.npz", "test.npz", "weights", "output")), filters=asked)
    convolved, seen, excited, explained = (
        figure.draw.call_args.kwargs for figure in (filters.responses, inside.layer_maps, filters.patches, inside.saliency)
    )
    np.testing.assert_allclose(255 * convolved["given"][..., 0], images[4], rtol=1e-6)
    assert np.array_equal(seen["image"], images[4])
    assert excited["patches"].shape[1] == 3
    assert (explained["labels"] == explained["predicted"]).tolist() == [True, False, False]
