import errno
import os

import cv2
import numpy as np
import pytest

from digits import writing


def write_half(part):
    part.write_text("half")
    raise ValueError("half")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "result.txt"
    file.write_text("old")
    with pytest.raises(ValueError, match="half"), writing.replacing(file) as part:
        write_half(part)
    assert [path.name for path in tmp_path.iterdir()] == ["result.txt"]
    assert file.read_text() == "old"


def test_the_file_appears_whole_in_a_folder_made_for_it(tmp_path):
    file = tmp_path / "a" / "b" / "result.txt"
    with writing.replacing(file) as part:
        part.write_text("new")
        assert not file.exists()
    assert file.read_text() == "new"
    assert [path.name for path in file.parent.iterdir()] == ["result.txt"]


def test_the_temporary_name_keeps_the_suffixes(tmp_path):
    with writing.replacing(tmp_path / "best.weights.h5") as part:
        assert part.name.endswith(".weights.h5")


def test_a_file_is_as_readable_as_any_other(tmp_path):
    (tmp_path / "plain").touch()
    writing.write_text(tmp_path / "ours", "text")
    assert os.stat(tmp_path / "ours").st_mode == os.stat(tmp_path / "plain").st_mode


def test_an_error_names_the_file_the_user_knows(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match=r"taken") as error:
        writing.write_text(tmp_path / "taken", "text")
    assert error.value.filename == str(tmp_path / "taken")


def test_a_folder_that_cannot_be_written_is_told_by_the_file_the_user_knows(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / ".part-x"))

    monkeypatch.setattr(writing.tempfile, "mkstemp", refuse)
    with pytest.raises(PermissionError) as error:
        writing.write_text(tmp_path / "ours", "text")
    assert error.value.filename == str(tmp_path / "ours")


def test_an_error_of_another_file_within_keeps_that_file_s_name(tmp_path):
    with pytest.raises(FileNotFoundError) as error, writing.replacing(tmp_path / "target"):
        (tmp_path / "source").read_text()
    assert error.value.filename == str(tmp_path / "source")
    assert not [*tmp_path.iterdir()]


def test_a_picture_is_read_back_pixel_for_pixel(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, size=(28, 28)).astype(np.uint8)
    writing.write_picture(tmp_path / "image.png", image)
    assert np.array_equal(cv2.imread(str(tmp_path / "image.png"), cv2.IMREAD_UNCHANGED), image)
