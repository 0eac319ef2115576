"""Folders that are replaced: whole or not at all, whatever stops it."""

from pathlib import Path

import pytest

from tools.folders import replacing


def written(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "a.txt").write_text(text)
    return folder


def test_a_folder_is_replaced_when_the_block_ends_and_nothing_is_left_beside_it(tmp_path):
    folder = written(tmp_path / "mine", "former")
    with replacing(folder) as part:
        written(part, "new")
        assert (folder / "a.txt").read_text() == "former"
    assert (folder / "a.txt").read_text() == "new"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_block_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    def stopped(part: Path) -> None:
        written(part, "half")
        raise KeyboardInterrupt

    folder = written(tmp_path / "mine", "former")
    with pytest.raises(KeyboardInterrupt), replacing(folder) as part:
        stopped(part)
    assert (folder / "a.txt").read_text() == "former"
    assert list(tmp_path.iterdir()) == [folder]


def test_what_a_kill_between_the_two_renames_put_aside_is_back_with_the_next_call(tmp_path, monkeypatch):
    folder, rename = written(tmp_path / "mine", "former"), Path.rename

    def killed(path: Path, target: Path) -> Path:
        if target == folder:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt), replacing(folder) as part:
        written(part, "new")
    assert not folder.exists()
    monkeypatch.setattr(Path, "rename", rename)
    with replacing(tmp_path / "other") as part:  # another's call touches nothing of it
        written(part, "other")
    with pytest.raises(KeyboardInterrupt), replacing(folder):
        raise KeyboardInterrupt
    assert (folder / "a.txt").read_text() == "former"
