"""What is found in a folder that a user made."""

import os
import time
from pathlib import Path

import pytest

from digits.errors import UserError
from digits.folders import files_below, found, read_each, shelves


def names(folder):
    return [str(path.relative_to(folder)) for path in files_below(folder)]


def put(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


@pytest.fixture
def shelved(tmp_path, monkeypatch):
    """Two shelves, the second with a folder greek, the working directory beside them."""
    put(tmp_path / "a/other/1", tmp_path / "b/greek/1")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("DIGITS_DATASETS", os.pathsep.join([str(tmp_path / "a"), "", "../b", "~no-such-user/c"]))


def test_shelves_are_the_folders_of_the_environment_in_its_order(shelved, tmp_path, monkeypatch):
    assert [str(path) for path in shelves()] == [str(tmp_path / "a"), "../b", "~no-such-user/c"]
    monkeypatch.setenv("DIGITS_DATASETS", "")
    assert shelves() == []
    monkeypatch.delenv("DIGITS_DATASETS")
    assert shelves() == []


def test_what_is_not_where_it_is_named_is_found_on_a_shelf_by_its_last_name(shelved):
    assert str(found("../shared/greek")) == "../b/greek"
    assert str(found("../shared/mine")) == "../shared/mine"  # nowhere: as it was named
    assert str(found("..")) == ".."
    assert str(found("../nowhere/..")) == "../nowhere/.."


def test_what_is_where_it_is_named_is_not_sought_on_a_shelf(shelved, tmp_path):
    put(tmp_path / "here/greek/1")
    assert str(found("greek")) == "greek"


def test_files_come_by_name_without_hidden_ones(tmp_path):
    put(*(tmp_path / name for name in ("b/2", "b/1", "a", "b/.hidden", ".git/c", "b-c/3")))
    assert names(tmp_path) == ["a", "b/1", "b/2", "b-c/3"]


def test_linked_files_and_folders_are_followed(tmp_path):
    put(tmp_path / "elsewhere/1", tmp_path / "own/a/2")
    (tmp_path / "own/b").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "own/c").symlink_to(tmp_path / "own/a")
    (tmp_path / "own/3").symlink_to(tmp_path / "elsewhere/1")
    assert names(tmp_path / "own") == ["3", "a/2", "b/1", "c/2"]


def test_a_link_to_nothing_is_refused(tmp_path):
    put(tmp_path / "own/a/1")
    (tmp_path / "own/a/2").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UserError, match="own/a/2: expected a link to a file that is there"):
        files_below(tmp_path / "own")


@pytest.mark.parametrize("target", [".", "..", "../.."])
def test_a_link_back_is_refused(tmp_path, target):
    (tmp_path / "own/a").mkdir(parents=True)
    (tmp_path / "own/a/back").symlink_to(target)
    with pytest.raises(UserError, match="own/a/back: expected no link to a folder above it"):
        files_below(tmp_path / "own")


def test_two_links_that_lead_to_one_another_are_refused(tmp_path):
    put(tmp_path / "own/a/1", tmp_path / "own/b/2")
    (tmp_path / "own/a/x").symlink_to("../b")
    (tmp_path / "own/b/y").symlink_to("../a")
    with pytest.raises(UserError, match="own/[ab]/[xy]/[xy]: expected no link to a folder above it"):
        files_below(tmp_path / "own")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_one_may_not_read_is_an_error_that_names_it(tmp_path):
    put(tmp_path / "a/1")
    (tmp_path / "a").chmod(0)
    with pytest.raises(PermissionError, match=r"/a'$"):
        files_below(tmp_path)
    (tmp_path / "a").chmod(0o700)


@pytest.mark.parametrize("name", ["nothing", "file"])
def test_what_is_no_folder_has_no_files(tmp_path, name):
    put(tmp_path / "file")
    assert files_below(tmp_path / name) == []


def test_files_read_side_by_side_come_in_their_order_and_the_first_one_s_error_is_raised():
    def read(path: Path) -> int:
        time.sleep(0.05 / int(path.name))  # the later ones are done first
        if path.name in "57":
            raise ValueError(path.name)
        return int(path.name)

    assert read_each([Path(name) for name in "1234"], read) == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="5"):
        read_each([Path(name) for name in "4567"], read)
