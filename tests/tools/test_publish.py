import csv
import itertools
import re

import pytest
import yaml

from digits.errors import UserError
from tests.worlds import ROOT
from tools import publish

PUBLISHED = sorted(folder.name for folder in (ROOT / publish.PUBLISHED).iterdir())
RECIPES = (ROOT / publish.PAGE).read_text(encoding="utf-8")
WITH_EFFECTS = re.findall(r"<!-- effects of (\w+): ", RECIPES)


@pytest.fixture
def finished(tmp_path, monkeypatch):
    folder = tmp_path / publish.STUDIES / "mine"
    (folder / "rows").mkdir(parents=True)
    for name in ("report.md", "table.csv", "table.md", "dimensions.png", "lock", "rows/1.json"):
        (folder / name).write_text(name)
    (tmp_path / publish.STUDIES / "begun").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / publish.PUBLISHED / "mine"


def test_what_people_read_is_copied_and_what_was_there_before_is_gone(finished):
    finished.mkdir(parents=True)
    (finished / "rates.png").write_text("of an older study file")
    publish.main("mine")
    assert sorted(path.name for path in finished.iterdir()) == ["dimensions.png", "report.md", "table.csv", "table.md"]
    assert (finished / "table.csv").read_text() == "table.csv"


def test_what_cannot_be_copied_leaves_what_was_published_before(finished):
    publish.main("mine")
    (publish.STUDIES / "mine/table.csv").write_text("newer")
    (publish.STUDIES / "mine/x.png").mkdir()
    with pytest.raises(IsADirectoryError):
        publish.main("mine")
    assert (finished / "table.csv").read_text() == "table.csv"
    (publish.STUDIES / "mine/x.png").rmdir()
    publish.main("mine")
    assert [path.name for path in finished.parent.iterdir()] == ["mine"]
    assert (finished / "table.csv").read_text() == "newer"


def test_a_page_that_lost_the_end_of_the_study_s_place_leaves_what_was_published_before(finished):
    publish.main("mine")
    (publish.STUDIES / "mine/table.csv").write_text("newer")
    publish.PAGE.write_text("<!-- effects of mine: written by `make publish` -->\n")
    with pytest.raises(UserError, match="expected the lines"):
        publish.main("mine")
    assert (finished / "table.csv").read_text() == "table.csv"
    assert [path.name for path in finished.parent.iterdir()] == ["mine"]


def test_a_link_where_the_study_is_to_lie_is_refused(finished, tmp_path):
    finished.parent.mkdir(parents=True)
    finished.symlink_to(tmp_path)
    with pytest.raises(UserError, match="studies/mine: expected a folder, which is written anew"):
        publish.main("mine")
    assert [path.name for path in finished.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("name", ["begun", "nowhere", ""])
def test_a_study_without_a_report_is_refused(name, finished):
    with pytest.raises(UserError, match=f"STUDY: expected one that has a report, mine; received {name or 'nothing'}"):
        publish.main(name)
    assert not finished.parent.exists()


def test_a_study_is_named_and_no_folder_which_would_be_emptied(finished):
    (publish.STUDIES.parent / "report.md").write_text("another's")
    for name in ("..", "../studies/mine", str((publish.STUDIES / "mine").resolve())):
        with pytest.raises(UserError, match="STUDY: expected one that has a report, mine; received "):
            publish.main(name)
    assert (publish.STUDIES / "mine/rows/1.json").is_file()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_study_has_each_variation_of_its_file_once(name):
    study = yaml.safe_load((ROOT / f"studies/{name}.yaml").read_text())
    rows = list(csv.DictReader((ROOT / publish.PUBLISHED / name / "table.csv").read_text().splitlines()))
    varied = [tuple(row[dimension] for dimension in study["dimensions"]) for row in rows]
    assert len(set(varied)) == len(varied)
    if study["strategy"] == "grid":
        assert set(varied) == set(itertools.product(*([str(label) for label in labels] for labels in study["dimensions"].values())))
    else:
        assert len(varied) == study["strategy"]["variations"]
    assert {row["seeds"] for row in rows if row["status"] == "finished"} <= {str(len(study["seeds"]))}


def test_the_page_of_recipes_has_a_place_for_the_effects_of_each_recipe_of_our_own():
    assert set(WITH_EFFECTS) == set(PUBLISHED) - {"course_b", "course_c", "course_d", "course_e"}


@pytest.mark.parametrize("name", WITH_EFFECTS)
def test_the_page_of_recipes_has_the_effects_of_the_published_report(name):
    _, _, below = RECIPES.partition(f"<!-- effects of {name}: written by `make publish` -->\n")
    table = publish.effects((ROOT / publish.PUBLISHED / name / "report.md").read_text(encoding="utf-8"))
    assert table.startswith("|")
    assert below.partition(f"<!-- /effects of {name} -->")[0].strip("\n") == table.strip("\n")


def test_a_study_s_effects_are_put_into_their_place_and_nowhere_else(finished):
    report = "# t\n\n## What became of the hypotheses\n\n| a |\n| --- |\n| 1 |\n\nwords\n\n## Again\n\n| no |\n"
    (publish.STUDIES / "mine/report.md").write_text(report)
    publish.main("mine")
    assert not publish.PAGE.exists()
    begin, end = "<!-- effects of mine: written by `make publish` -->\n", "<!-- /effects of mine -->\n"
    publish.PAGE.write_text(f"before\n{begin}old\n{end}after\n")
    publish.main("mine")
    text = publish.PAGE.read_text()
    assert "| a |\n| --- |\n| 1 |\n" in text
    assert "old" not in text
    assert "no" not in text
    assert (text.startswith(f"before\n{begin}"), text.endswith(f"{end}after\n")) == (True, True)
