from unittest.mock import MagicMock

import cv2
import numpy as np
import pytest

from digits import arrays
from stages.samples import main
from tests.worlds import bars, call, params, says_one_line, stage


@pytest.fixture
def folder(tmp_path):
    params(tmp_path)
    for seed, (name, size) in enumerate({"train": 9, "validation": 3, "test": 7}.items()):
        arrays.save(tmp_path / f"data/splits/{name}.npz", bars(size, seed=seed))
    return tmp_path


def samples(folder):
    return stage("samples", "data/splits", "output/samples", folder=folder)


def test_the_first_five_of_each_split_are_written_pixel_for_pixel(folder):
    assert samples(folder).returncode == 0
    for name, count in {"train": 5, "validation": 3, "test": 5}.items():
        split = arrays.load(folder / f"data/splits/{name}.npz", arrays.Split)
        for number in range(count):
            written = cv2.imread(str(folder / f"output/samples/{name}_{number}.png"), cv2.IMREAD_UNCHANGED)
            assert written.dtype == np.uint8
            assert np.array_equal(written, split.images[number])
    assert len(list((folder / "output/samples").glob("*_*.png"))) == 13


def test_the_contact_sheet_is_a_thousand_pixels_wide(folder):
    samples(folder)
    assert cv2.imread(str(folder / "output/samples/sheet.png")).shape[1] == 1000


def test_an_empty_validation_split_has_no_pictures(folder):
    arrays.save(folder / "data/splits/validation.npz", bars(0))
    assert samples(folder).returncode == 0
    assert list((folder / "output/samples").glob("validation*")) == []


def test_twice_gives_the_same_bytes(folder):
    samples(folder)
    first = {path.name: path.read_bytes() for path in (folder / "output/samples").iterdir()}
    samples(folder)
    assert {path.name: path.read_bytes() for path in (folder / "output/samples").iterdir()} == first


def test_a_missing_split_is_one_line_and_writes_nothing(folder):
    (folder / "data/splits/test.npz").unlink()
    assert says_one_line(samples(folder), "data/splits/test.npz is not there; `dvc repro` makes it")
    assert not (folder / "output").exists()


def test_as_many_images_of_each_split_as_asked_for_are_written_and_on_the_sheet(folder, monkeypatch):
    draw = MagicMock()
    monkeypatch.setattr("stages.samples.sheet.draw", draw)
    monkeypatch.setattr("stages.samples.write_figure", MagicMock())
    call(main, folder / "data/splits", folder / "output", samples={"images": 2})
    wanted = [f"{name}_{number}.png" for name in ("test", "train", "validation") for number in range(2)]
    assert sorted(path.name for path in (folder / "output").iterdir()) == wanted
    for each in (draw.call_args.args[0], draw.call_args.kwargs["labels_by_split"]):
        assert {name: len(of) for name, of in each.items()} == {"train": 2, "validation": 2, "test": 2}
