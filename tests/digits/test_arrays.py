import zipfile

import numpy as np
import pytest

from digits import arrays
from digits.errors import UserError
from tests.worlds import bars, labelled_images


def test_a_record_is_read_back_as_it_was(tmp_path):
    written = labelled_images(train=7, test=3, dataset="mnist")
    arrays.save(tmp_path / "raw.npz", written)
    read = arrays.load(tmp_path / "raw.npz", arrays.Dataset)
    for name, array in vars(written).items():
        assert np.array_equal(getattr(read, name), array)
        assert getattr(read, name).dtype == array.dtype


def test_the_same_record_gives_the_same_bytes(tmp_path):
    for name in ("one.npz", "two.npz"):
        arrays.save(tmp_path / name, bars(5))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_entries_need_no_64_bit_form_which_pythons_write_differently(tmp_path):
    arrays.save(tmp_path / "split.npz", bars(5))
    with zipfile.ZipFile(tmp_path / "split.npz") as file:
        assert {entry.extract_version for entry in file.infolist()} == {zipfile.DEFAULT_VERSION}


def test_a_split_without_images_is_refused_where_images_are_needed(tmp_path):
    arrays.save(tmp_path / "some.npz", bars(1))
    arrays.save(tmp_path / "none.npz", bars(0))
    assert len(arrays.with_images(tmp_path / "some.npz")) == 1
    with pytest.raises(UserError, match=r"none\.npz: expected a split with images; received one without any"):
        arrays.with_images(tmp_path / "none.npz")


def test_a_missing_file_says_what_makes_it(tmp_path):
    with pytest.raises(UserError, match=r"raw\.npz is not there; `dvc repro` makes it"):
        arrays.load(tmp_path / "raw.npz", arrays.Dataset)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html></html>", b"\x93NUMPY\x01\x00", b"\x00" * 100])
def test_a_file_that_is_no_npz_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "split.npz").write_bytes(content)
    with pytest.raises(UserError, match=r"^[^\n]*split\.npz[^\n]*delete it and run `dvc repro`$"):
        arrays.load(tmp_path / "split.npz", arrays.Split)


def test_any_cut_is_refused(tmp_path):
    file = tmp_path / "split.npz"
    arrays.save(file, bars(3))
    whole = file.read_bytes()
    for keep in range(0, len(whole), 97):
        file.write_bytes(whole[:keep])
        with pytest.raises(UserError):
            arrays.load(file, arrays.Split)


def test_another_record_s_file_is_refused(tmp_path):
    arrays.save(tmp_path / "raw.npz", labelled_images(train=7, test=3))
    with pytest.raises(UserError, match=r"raw\.npz holds no images"):
        arrays.load(tmp_path / "raw.npz", arrays.Split)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"images": np.zeros((3, 28, 28), np.float32)}, r"images: expected uint8 of shape \(n, 28, 28\); received float32"),
        ({"images": np.zeros((3, 28, 27), np.uint8)}, r"received uint8 of shape \(3, 28, 27\)"),
        ({"labels": np.zeros(2, np.uint8)}, r"labels: expected one for each of 3 images"),
        ({"labels": np.array([0, 1, 10], np.uint8)}, r"labels: 10 is none of 10 classes"),
        ({"labels": np.array([0, 1, -1])}, r"labels: expected uint8; received int64"),
        ({"labels": np.array(["0", "1", "2"])}, r"labels: expected uint8; received <U1"),
        ({"class_names": np.array("digits")}, r"class_names: expected texts of shape \(classes,\); received <U6 of shape \(\)"),
        ({"class_names": np.arange(10)}, r"class_names: expected texts of shape \(classes,\); received int64 of shape \(10,\)"),
    ],
)
def test_arrays_that_are_not_what_they_should_be_are_refused(tmp_path, changed, line):
    arrays.save(tmp_path / "split.npz", arrays.Split(**(vars(bars(3)) | changed)))
    with pytest.raises(UserError, match=line):
        arrays.load(tmp_path / "split.npz", arrays.Split)


def test_a_file_for_which_there_is_no_memory_is_not_called_damaged(tmp_path, monkeypatch):
    path = tmp_path / "big.npz"
    np.savez(path, images=np.zeros(3))
    monkeypatch.setattr(np.lib.format, "read_array", lambda *_, **__: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        arrays.read(path)


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    def refuse(path, mode):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(PermissionError):
        arrays.read(tmp_path / "raw.npz")


def test_a_folder_in_a_file_s_place_is_not_called_damaged(tmp_path):
    with pytest.raises(IsADirectoryError):
        arrays.read(tmp_path)
