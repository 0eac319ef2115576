"""`make read`: what it refuses before anything is trained, and that what was read before stays until it is read again."""

import os
from pathlib import Path
from unittest.mock import ANY, MagicMock

import cv2
import numpy as np
import pytest

from digits.errors import UserError
from tools import read, workspace


@pytest.mark.parametrize("photo", ["", "nowhere.jpg", "/"])
def test_what_is_no_photo_is_refused(photo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="PHOTO: expected a picture or a folder"):
        read.main(photo)
    assert not (tmp_path / "output").exists()


def test_photos_where_the_answers_go_are_refused_and_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photo = tmp_path / "output/read/mine/7.png"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    with pytest.raises(UserError, match="outside output/read"):
        read.main("output/read/mine")
    assert photo.exists()


@pytest.mark.parametrize(("photos", "link"), [("output/read/mine", "mine"), ("mine", "output/read/mine")])
def test_photos_where_the_answers_go_are_refused_by_a_link_s_name_too(photos, link, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in (photos, link):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(photos).mkdir()
    Path(link).symlink_to(tmp_path / photos)
    with pytest.raises(UserError, match="outside output/read"):
        read.main(link)
    assert Path(photos).is_dir()
    assert Path(link).is_symlink()


def test_a_link_where_the_answers_go_is_refused_before_anything_is_trained(earlier, tmp_path):
    earlier.unlink()
    earlier.parent.rmdir()
    earlier.parent.symlink_to(tmp_path)
    with pytest.raises(UserError, match=r"output/read/page\.jpg: expected a folder"):
        read.main("page.jpg")
    workspace.make.assert_not_called()


@pytest.mark.parametrize("kind", ["a photo", "a folder of photos"])
def test_a_name_that_is_no_utf_8_is_refused_before_anything_is_trained(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photos = tmp_path / os.fsdecode(b"caf\xe9")
    if kind == "a photo":
        photos.write_bytes(b"a photo")
    else:
        photos.mkdir()
    with pytest.raises(UserError, match="expected a file name in UTF-8"):
        read.main(str(photos))
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize("name", ["README.md", "/dev/null"])
def test_what_is_no_picture_is_refused_before_anything_is_trained(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("# no picture")
    with pytest.raises(UserError, match=f"{name}: expected a picture"):
        read.main(name)
    assert not (tmp_path / "output").exists()


@pytest.fixture
def earlier(tmp_path, monkeypatch):
    """Stand beside a photo, page.jpg, whose earlier answers are returned, where nothing is trained."""
    monkeypatch.chdir(tmp_path)
    cv2.imwrite(str(tmp_path / "page.jpg"), np.zeros((9, 9), np.uint8))
    answers = tmp_path / "output/read/page.jpg/answers.csv"
    answers.parent.mkdir(parents=True)
    answers.write_text("earlier")
    monkeypatch.setattr(read.recipe, "values", lambda name: {"recipe": name})
    monkeypatch.setattr(workspace, "make", MagicMock())
    return answers


def test_a_reading_that_fails_leaves_the_earlier_answers(earlier, monkeypatch):
    def stopped(_folder, *words: str) -> None:
        if "stages.handwriting" in words:
            raise SystemExit(2)

    monkeypatch.setattr(workspace, "run", stopped)
    with pytest.raises(SystemExit):
        read.main("page.jpg")
    assert earlier.read_text() == "earlier"


def test_what_the_reader_s_network_says_takes_the_place_of_the_earlier_answers(earlier, tmp_path, monkeypatch, capsys):
    ran = []

    def run(folder: Path, *words: str) -> None:
        ran.append((folder, words[-4:]))
        if "stages.handwriting" in words:
            (tmp_path / words[-1]).mkdir()
            (tmp_path / words[-1] / "page.jpg.png").write_bytes(b"a picture")

    monkeypatch.setattr(workspace, "run", run)
    read.main("page.jpg")
    workspace.make.assert_called_once_with(
        read.FOLDER, {"recipe": "reader", "handwriting": {"missing": "stop", "photos": str(tmp_path / "page.jpg")}}
    )
    reading = ("stages.handwriting", str(tmp_path / "page.jpg"), "output/train/best.weights.h5", ANY)
    assert ran == [(read.FOLDER, ("dvc", "repro", "--quiet", "train")), (read.FOLDER, reading)]
    assert [path.name for path in earlier.parent.iterdir()] == ["page.jpg.png"]
    assert "Pictures: output/read/page.jpg/page.jpg.png\n" in capsys.readouterr().out
