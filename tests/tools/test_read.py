"""`make read`: what it refuses before anything is trained, and that what was read before stays until it is read again."""

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


def test_a_reading_that_fails_leaves_the_earlier_answers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.jpg").write_bytes(b"a photo")
    earlier = tmp_path / "output/read/page.jpg/answers.csv"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("earlier")

    def stopped(_folder, *words: str) -> None:
        if "stages.handwriting" in words:
            raise SystemExit(2)

    monkeypatch.setattr(read.recipe, "values", lambda _name: {})
    monkeypatch.setattr(workspace, "make", lambda *_: None)
    monkeypatch.setattr(workspace, "run", stopped)
    with pytest.raises(SystemExit):
        read.main("page.jpg")
    assert earlier.read_text() == "earlier"
