"""The stages `pictures_to_csv` and `symbols` on pictures made here."""

import os

import cv2
import numpy as np
import pytest

from stages import symbols
from tests.worlds import call, params, says_one_line, stage

TABLES = ("intensities.csv", "categories.csv", "names.csv")


def put(folder, *names: str) -> None:
    """Draw a dark cross on light paper under each name, at a place of its own."""
    for at, name in enumerate(names):
        grey = np.full((120, 130), 220, np.uint8)
        cv2.line(grey, (30 + at, 30), (90, 90), 30, 6)
        cv2.line(grey, (90, 30), (30, 60 + 3 * at), 30, 6)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), grey)


@pytest.fixture
def world(tmp_path):
    params(tmp_path, symbols={"examples": "greek", "own": "mine"})
    return tmp_path


def texts(folder) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in TABLES}


@pytest.mark.parametrize(
    "names", [("beta_001.png", "alpha_001.png", "alpha_002.png"), ("beta/1.png", "alpha/1.png", "alpha/2.png")]
)
def test_a_folder_becomes_course_b_s_two_tables_and_the_categories_names(world, names):
    put(world / "greek", *names)
    run = stage("pictures_to_csv", "greek", folder=world)
    assert run.returncode == 0, run.stderr
    said = texts(world / "data/csv")
    assert said["categories.csv"] == "category\n0\n0\n1\n"
    assert said["names.csv"] == "category,name\n0,alpha\n1,beta\n"
    rows = [line.split(",") for line in said["intensities.csv"].splitlines()]
    assert (rows[0][0], rows[0][-1]) == ("pixel0", "pixel783")
    values = np.array(rows[1:], int)
    assert values.shape == (3, 784)
    assert (values[:, 0].max(), values.min(), values.max()) == (0, 0, 255)  # light on dark


def test_any_number_of_categories_goes_where_one_says(world):
    put(world / "pictures", *(f"{name}_{number}.png" for name in ("10", "9", "zhe, или ж", "b") for number in range(2)))
    assert stage("pictures_to_csv", "pictures", "out/here", folder=world).returncode == 0
    assert texts(world / "out/here")["names.csv"] == 'category,name\n0,10\n1,9\n2,b\n3,"zhe, или ж"\n'


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "greek: expected a folder of pictures; received none"),
        (("alpha_1.png", "alpha_2.png"), "greek: expected two categories or more; received one, alpha"),
        (("alpha_1.png", "beta_1.txt"), "greek/beta_1.txt: expected a picture; received"),
        (("alpha_1.png", "_1.png"), "greek/_1.png: expected the class"),
        (("alpha/1.png", f"{'ж' * 51}/1.png"), "1.png: the class: expected at most 100 bytes; received 102"),
        (("alpha/1.png", "be\nta/1.png"), "1.png: the class: expected a text without control characters; received 'be\\nta'"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_writes_nothing(world, names, said):
    put(world / "greek", *(name for name in names if name.endswith("png")))
    for name in names:
        if not name.endswith("png"):
            (world / "greek" / name).write_text("no picture")
    assert says_one_line(stage("pictures_to_csv", "greek", folder=world), said)
    assert not (world / "data").exists()


def test_a_folder_whose_name_no_table_could_hold_is_one_line(world):
    name = "ж" * 51
    params(world, symbols={"examples": name, "own": ""})
    put(world / name, "alpha/1.png", "alpha/2.png", "beta/1.png", "beta/2.png")
    assert says_one_line(
        stage("symbols", "out", folder=world), f"{name}: the folder's name: expected at most 100 bytes; received 102"
    )
    assert not (world / "out").exists()


def test_a_link_to_a_folder_whose_name_is_no_utf_8_is_one_line(world):
    put(world / "letters", "alpha_1.png", "beta_1.png")
    real = (world / "letters").rename(world / os.fsdecode(b"gr\xe9ek"))
    (world / "greek").symlink_to(real)
    assert says_one_line(stage("symbols", "data/symbols", folder=world), "expected a file name in UTF-8")


def test_no_folder_of_examples_is_one_line(world):
    params(world, symbols={"examples": ""})
    said = "symbols: params.yaml: symbols.examples: expected a folder; received nothing"
    assert says_one_line(stage("symbols", "data/symbols", folder=world), said)


def test_a_folder_that_is_not_there_is_one_line(world):
    assert says_one_line(stage("pictures_to_csv", "nowhere", folder=world), "nowhere: expected a folder of pictures")
    assert says_one_line(
        stage("pictures_to_csv", folder=world),
        "expected the paths folder [output]; received none; the top of stages/pictures_to_csv.py has",
    )


def test_examples_and_one_s_own_are_tables_beside_each_other(world):
    put(world / "greek", "alpha_1.png", "beta_1.png")
    put(world / "mine", "beta_1.png")
    run = stage("symbols", "data/symbols", folder=world)
    assert (run.returncode, run.stderr) == (0, "")
    assert texts(world / "data/symbols/examples")["names.csv"] == "category,name\n0,alpha\n1,beta\n"
    assert texts(world / "data/symbols/own")["names.csv"] == "category,name\n0,beta\n"
    assert (world / "data/symbols/sources.csv").read_text() == "examples,own\ngreek,mine\n"


def test_without_the_folders_strokes_stand_in_with_one_warning_and_their_name(world):
    run = stage("symbols", "data/symbols", folder=world)
    assert run.returncode == 0
    assert len(run.stderr.splitlines()) == 1
    assert "symbols.examples: greek and symbols.own: mine: no such folder; took the built-in strokes" in run.stderr
    assert (world / "data/symbols/sources.csv").read_text() == "examples,own\nstrokes,strokes\n"
    examples, own = (texts(world / f"data/symbols/{role}") for role in ("examples", "own"))
    assert examples["categories.csv"] == "category\n" + 9 * "0\n" + 9 * "1\n" + 9 * "2\n"
    assert not set(examples["intensities.csv"].splitlines()[1:]) & set(own["intensities.csv"].splitlines()[1:])
    stage("symbols", "data/symbols", folder=world)
    assert texts(world / "data/symbols/own") == own


def test_folders_that_a_queued_experiment_does_not_see_are_found_where_the_data_sets_are(world):
    put(world / "shelf/greek", "alpha/1.png", "alpha/2.png", "beta/1.png")
    put(world / "shelf/mine", "beta/7.png")
    run = stage("symbols", "data/symbols", folder=world, DIGITS_DATASETS="shelf")
    assert (run.returncode, run.stderr) == (0, "")
    assert (world / "data/symbols/sources.csv").read_text() == "examples,own\ngreek,mine\n"


def test_strokes_stand_in_for_one_s_own_of_the_examples_categories_or_say_that_they_cannot(world):
    put(world / "greek", "3_1.png", "7_1.png")
    assert stage("symbols", "data/symbols", folder=world).returncode == 0
    assert texts(world / "data/symbols/own")["names.csv"] == "category,name\n0,3\n1,7\n"
    put(world / "greek", "zh_1.png")
    assert says_one_line(stage("symbols", "data/symbols", folder=world), "symbols.own: mine: no such folder", "have no zh")


def test_stop_makes_a_missing_folder_an_error(world):
    params(world, symbols={"examples": "greek", "own": "mine", "offline": "stop"})
    assert says_one_line(stage("symbols", "data/symbols", folder=world), "symbols.examples: greek", "no such folder")


def test_without_a_folder_of_one_s_own_the_last_of_each_category_is_taken(world):
    params(world, symbols={"examples": "greek", "own": ""})
    put(world / "greek", "a_1.png", "a_2.png", "b_1.png", "b_2.png", "b_3.png")
    assert stage("symbols", "data/symbols", folder=world).returncode == 0
    assert texts(world / "data/symbols/examples")["categories.csv"] == "category\n0\n1\n1\n"
    assert texts(world / "data/symbols/own")["categories.csv"] == "category\n0\n1\n"
    put(world / "one", "a_1.png", "b_1.png")
    params(world, symbols={"examples": "one", "own": ""})
    assert says_one_line(stage("symbols", "data/symbols", folder=world), "one: expected two pictures of a category")


def test_another_seed_draws_other_strokes(tmp_path):
    for seed in (5, 6):
        call(symbols.main, tmp_path / str(seed), symbols={"examples": "nowhere", "own": "nowhere", "strokes_seed": seed})
    for role in ("examples", "own"):
        first, other = (texts(tmp_path / seed / role) for seed in "56")
        assert first["categories.csv"] == other["categories.csv"]
        assert first["intensities.csv"] != other["intensities.csv"]
