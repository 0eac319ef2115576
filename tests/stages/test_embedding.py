"""The stage `embedding` on symbols and weights made here."""

from unittest.mock import MagicMock

import cv2
import numpy as np
import pytest

from digits import arrays, models, strokes
from digits.embedding import choose
from digits.errors import UserError
from stages import embedding as the_stage
from stages.tables import read_both, read_tables, write_tables
from tests.worlds import bars, call, params, says_one_line, stage

WORDS = ("data/symbols", "data/splits/train.npz", "output/train/best.weights.h5", "output/embedding")
SIZES = {"filters": 2, "dense": 12}
TABLES = ("layers", "vectors", "distances", "knn", "confusion", "own")
PICTURES = ("distances", "knn", "map", "own")


def world(folder, **embedding):
    networks = {"recognition": {"kernel": 3, "convolutions": 2, **SIZES}}
    small = {"examples": "nowhere", "own": "nowhere", "strokes_own": 1}
    chosen = {"validation_sets": 2} | embedding
    params(folder, model={"name": "recognition"}, networks=networks, symbols=small, embedding=chosen)
    arrays.save(folder / "data/splits/train.npz", bars(3))
    (folder / "output/train").mkdir(parents=True)
    models.build("recognition", classes=10, seed=5, **SIZES).save_weights(folder / "output/train/best.weights.h5")
    assert stage("symbols", "data/symbols", folder=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = world(tmp_path_factory.mktemp("compared"))
    run = stage("embedding", *WORDS, folder=folder)
    assert (run.returncode, run.stderr) == (0, "")
    return folder


def cells(folder, name):
    return [line.split(",") for line in (folder / f"output/embedding/{name}.csv").read_text().splitlines()]


def test_the_tables_agree(compared):
    tables = {name: cells(compared, name) for name in TABLES}
    scored = {row[0]: float(row[2]) for row in tables["layers"][1:]}
    chosen = max(scored, key=scored.__getitem__)
    assert list(scored) == ["conv1", "conv2", "pool", "dense", "output"]
    assert len(tables["vectors"]) == 1 + 27 + 3
    assert len(tables["vectors"][1]) == 3 + int(next(row[1] for row in tables["layers"] if row[0] == chosen))
    assert len(tables["distances"]) == 1 + 27
    assert [tables["distances"][row][column] for row, column in ((1, 2), (10, 3), (19, 4))] == ["0", "0", "0"]
    for row in tables["knn"][1:]:
        counts = [list(map(int, each[3:])) for each in tables["confusion"][1:] if each[:2] == row[:2]]
        assert np.trace(counts) == int(row[2])
        assert np.sum(counts) == int(row[3]) == 27
    assert len(tables["knn"]) == 1 + 2 * 3


def test_distances_are_those_of_the_vectors(compared):
    vectors = np.array([row[3:] for row in cells(compared, "vectors")[1:28]], float)
    written = np.array([row[2] for row in cells(compared, "distances")[1:]], float)
    np.testing.assert_allclose(written, np.square(vectors - vectors[0]).sum(axis=1), rtol=1e-4, atol=1e-6)


def test_the_report_names_what_was_compared(compared):
    report = (compared / "output/embedding/report.txt").read_text()
    assert report.startswith("strokes, one's own: strokes · recognition up to ")
    assert "· trained on made, seed 1" in report.splitlines()[0]
    assert "values of the first training image, " in report


def test_twice_gives_the_same_bytes_and_pictures_a_thousand_pixels_wide(compared):
    first = {path.name: path.read_bytes() for path in (compared / "output/embedding").iterdir()}
    assert sorted(first) == sorted(["report.txt", *(f"{name}.csv" for name in TABLES), *(f"{name}.png" for name in PICTURES)])
    assert stage("embedding", *WORDS, folder=compared).returncode == 0
    assert {path.name: path.read_bytes() for path in (compared / "output/embedding").iterdir()} == first
    for name in PICTURES:
        assert cv2.imdecode(np.frombuffer(first[f"{name}.png"], np.uint8), cv2.IMREAD_COLOR).shape[1] == 1000


def test_a_layer_named_in_params_is_the_one_and_an_unknown_one_is_refused():
    network = models.build("recognition", classes=10, seed=5, **SIZES)
    letters = strokes.draw(6, classes=strokes.CLASSES["greek"], seed=1)
    assert choose(network, *letters, layer="dense", each=6)[1] == "dense"
    with pytest.raises(UserError, match="expected dense; received dens;"):
        choose(network, *letters, layer="dens", each=6)


def test_the_letters_that_decide_on_the_best_layer_are_drawn_by_a_seed_of_their_own(compared, monkeypatch):
    class Chosen(Exception):
        pass

    choose = MagicMock(side_effect=Chosen)
    monkeypatch.setattr(the_stage, "choose", choose)
    monkeypatch.setattr(the_stage.trained, "network", MagicMock())
    for seed in (5, 6):
        with pytest.raises(Chosen):
            call(the_stage.main, *(compared / word for word in WORDS), embedding={"validation_sets": 1, "validation_seed": seed})
    first, other = (given.args[1] for given in choose.call_args_list)
    assert len(first) == len(other) == 27
    assert not np.array_equal(first, other)


def test_one_s_own_take_the_examples_numbers_of_categories_and_a_new_category_is_refused(tmp_path):
    images = np.zeros((3, 28, 28), np.uint8)
    write_tables(tmp_path / "examples", images, ["alpha", "beta", "gamma"])
    write_tables(tmp_path / "own", images[:2], ["gamma", "alpha"])
    assert read_both(tmp_path)[1].labels.tolist() == [2, 0]
    write_tables(tmp_path / "own", images[:2], ["delta", "alpha"])
    with pytest.raises(
        UserError, match="own/names.csv: expected categories of the examples, alpha, beta, gamma; received .* delta"
    ):
        read_both(tmp_path)


def test_tables_come_back_as_they_were_and_those_that_do_not_fit_are_refused(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    write_tables(tmp_path, images, ["b, c", "a", "b, c"])
    again = read_tables(tmp_path)
    assert np.array_equal(again.images, images)
    assert (again.labels.tolist(), again.names) == ([1, 0, 1], ["a", "b, c"])
    (tmp_path / "categories.csv").write_text("category\n0\n7\n1\n")
    with pytest.raises(UserError, match=r"categories.csv: row 3, column 1 \(category\): expected a label .* received '7'"):
        read_tables(tmp_path)
    (tmp_path / "categories.csv").write_text("category\n0\n")
    with pytest.raises(UserError, match="expected 3 labels"):
        read_tables(tmp_path)


def test_a_split_without_images_is_one_line(tmp_path):
    folder = world(tmp_path)
    arrays.save(folder / "data/splits/train.npz", bars(0))
    assert says_one_line(stage("embedding", *WORDS, folder=folder), "train.npz: expected a split with images")


def test_without_symbols_it_is_one_line(tmp_path):
    folder = world(tmp_path)
    (folder / "data/symbols/examples/intensities.csv").unlink()
    assert says_one_line(stage("embedding", *WORDS, folder=folder), "examples/intensities.csv: No such file")
    assert not (folder / "output/embedding").exists()
