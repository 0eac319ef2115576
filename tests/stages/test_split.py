import numpy as np
import pytest

from digits import arrays
from tests.worlds import labelled_images, params, says_one_line, stage

SMALL = {"train": 40, "validation": 10, "test": 20}


@pytest.fixture
def folder(tmp_path):
    arrays.save(tmp_path / "data/raw.npz", labelled_images(train=60, test=30, dataset="mnist"))
    return tmp_path


def split(folder, **changed):
    params(folder, split=SMALL | changed)
    return stage("split", "data/raw.npz", "data/splits", folder=folder)


def test_it_writes_three_splits_of_the_sizes_asked_for(folder):
    assert split(folder).returncode == 0
    for name, size in SMALL.items():
        written = arrays.load(folder / f"data/splits/{name}.npz", arrays.Split)
        assert len(written) == size
        assert str(written.dataset) == "mnist"


def test_twice_gives_the_same_bytes(folder):
    split(folder, order="stratified")
    first = [path.read_bytes() for path in sorted((folder / "data/splits").iterdir())]
    split(folder, order="stratified")
    assert [path.read_bytes() for path in sorted((folder / "data/splits").iterdir())] == first


def test_validation_may_be_empty(folder):
    assert split(folder, validation=0).returncode == 0
    assert len(arrays.load(folder / "data/splits/validation.npz", arrays.Split)) == 0


def test_merge_takes_names_and_whole_numbers_alike(folder):
    assert split(folder, train=20, merge={1: "odd", "3": "odd", 0: None}).returncode == 0
    names = arrays.load(folder / "data/splits/train.npz", arrays.Split).class_names
    assert names.tolist() == ["odd", "2", "4", "5", "6", "7", "8", "9"]


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ({"train": 51}, ("split.train + split.validation", "at most 60", "received 61")),
        ({"train": -4000}, ("split.train", "a whole number above 0", "received -4000")),
        ({"validation": -1}, ("split.validation", "a whole number of at least 0", "received -1")),
        ({"test": "1000"}, ("split.test", "a whole number above 0", "received the text '1000'")),
        (
            {"order": "alphabetical"},
            ("split.order", "file, validation_first, shuffled, stratified", "received the text 'alphabetical'"),
        ),
        ({"seed": 1.5}, ("split.seed", "a whole number", "received 1.5")),
        ({"merge": {"ten": None}}, ("split.merge", "received the unknown class 'ten'")),
        ({"trian": 40}, ("split.trian", "expected train", "received the unknown key trian")),
    ],
)
def test_a_mistake_in_params_yaml_is_one_line_and_writes_nothing(folder, changed, parts):
    assert says_one_line(split(folder, **changed), "params.yaml", *parts)
    assert not (folder / "data/splits").exists()


def test_a_damaged_raw_file_is_one_line_and_writes_nothing(folder):
    raw = folder / "data/raw.npz"
    raw.write_bytes(raw.read_bytes()[:-100])
    assert says_one_line(split(folder), "data/raw.npz is damaged", "`dvc repro`")
    assert not (folder / "data/splits").exists()


def test_without_params_yaml_it_says_where_to_start(folder):
    assert says_one_line(stage("split", "data/raw.npz", "data/splits", folder=folder), "params.yaml is not there", "root")


def test_with_too_few_paths_it_says_which_it_wants(folder):
    params(folder)
    assert says_one_line(
        stage("split", "data/raw.npz", folder=folder), "expected the paths raw folder; received 1; the top of stages/split.py has"
    )


def test_a_full_disk_is_one_line_and_leaves_no_half_file(folder):
    params(folder, split=SMALL)
    run = stage("split", "data/raw.npz", "data/splits", folder=folder, most_bytes=8000)
    assert says_one_line(run, "data/splits/train.npz", "File too large")
    assert list((folder / "data/splits").iterdir()) == []
    assert split(folder).returncode == 0


def test_the_fields_of_a_split_agree(folder):
    split(folder, order="shuffled")
    raw = arrays.load(folder / "data/raw.npz", arrays.Dataset)
    train = arrays.load(folder / "data/splits/train.npz", arrays.Split)
    assert np.array_equal(raw.train_images[train.source_index], train.images)
