"""`make bench` as a whole, with measurements that take no time: what it writes where, and what a part that fails leaves."""

import importlib
import json
import os

import pytest
import yaml

from benchmarks import accuracy_for_time, accuracy_report, report
from benchmarks.pipeline import CommandFailed
from digits.errors import UserError
from tests.worlds import ROOT
from tools import recipe

bench = importlib.import_module("benchmarks.__main__")
STUDY = {"variations": 12, "workers": 2, "seconds": 120.0}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Stand in a folder with params.yaml and earlier results, where the parts but `study` are not asked for."""
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks/results.json").write_text("earlier")
    (tmp_path / "README.md").write_text(f"before\n{report.BEGIN}earlier\n{report.END}\nafter\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(bench, "PARTS", ("study",))
    monkeypatch.setattr(bench.study, "measure", lambda **_: STUDY)
    return tmp_path


def test_python_keeps_what_it_compiled_whatever_a_container_says(project):
    bench.main(networks=[], parts=[], quick=True)
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ


def test_a_whole_run_replaces_the_committed_results(project):
    bench.main(networks=[], parts=[], quick=False)
    assert json.loads((project / "benchmarks/results.json").read_text())["study"] == STUDY
    assert "360 variations an hour" in (project / "benchmarks/results.md").read_text()
    readme = (project / "README.md").read_text()
    assert "| what | measured | aim |" in readme
    assert "earlier" not in readme


def test_without_a_place_for_its_table_in_the_readme_it_is_refused_before_it_measures(project, monkeypatch):
    (project / "README.md").write_text("mine\n")
    monkeypatch.setattr(bench.study, "measure", lambda **_: pytest.fail("measured"))
    with pytest.raises(UserError, match=r"README\.md: expected the lines .*; received none"):
        bench.main(networks=[], parts=[], quick=False)
    assert (project / "benchmarks/results.json").read_text() == "earlier"


@pytest.mark.parametrize("words", [{"parts": ["study"]}, {"networks": ["mlp"]}, {"quick": True}])
def test_a_partial_or_quick_one_does_not(project, words):
    bench.main(**{"networks": [], "parts": [], "quick": False} | words)
    assert json.loads((project / "output/benchmarks/results.json").read_text())["study"] == STUDY
    assert (project / "benchmarks/results.json").read_text() == "earlier"
    assert "earlier" in (project / "README.md").read_text()


def test_nor_one_of_which_a_part_failed_and_it_says_so(project, monkeypatch, capsys):
    monkeypatch.setattr(bench, "PARTS", ("pipeline", "study"))
    monkeypatch.setattr(bench.pipeline, "measure", lambda **_: 1 / 0)
    with pytest.raises(UserError, match="^pipeline failed, whole or in part; output/benchmarks/results.md has the reason"):
        bench.main(networks=[], parts=[], quick=False)
    assert "ZeroDivisionError" in capsys.readouterr().err
    found = json.loads((project / "output/benchmarks/results.json").read_text())
    assert (found["study"], "failed" in found["pipeline"]) == (STUDY, True)
    assert (project / "benchmarks/results.json").read_text() == "earlier"


def test_what_is_measured_whole_lacks_nothing():
    committed = json.loads((ROOT / "benchmarks/results.json").read_text(encoding="utf-8"))
    assert not bench.lacks_something({part: committed[part] for part in bench.PARTS})
    assert bench.lacks_something({"slow": {}, "missing": "MNIST was not in reach"})


def test_nor_one_of_which_a_part_is_incomplete(project, monkeypatch):
    monkeypatch.setattr(bench.study, "measure", lambda **_: STUDY | {"runs": [{"failed": "out of luck"}]})
    with pytest.raises(UserError, match="^study failed, whole or in part"):
        bench.main(networks=[], parts=[], quick=False)
    assert (project / "benchmarks/results.json").read_text() == "earlier"


def test_a_seed_that_fails_leaves_the_others(tmp_path, monkeypatch):
    def run(project, _stage):
        if yaml.safe_load((project / "params.yaml").read_text())["train"]["seed"] == 2:
            raise CommandFailed("out of luck")
        (project / "output").mkdir(exist_ok=True)
        timing = {"gradient_seconds_per_epoch": 2.0, "epochs": 3, "seconds": 7.0}
        (project / "output/timing.json").write_text(json.dumps({"train": timing}))
        (project / "output/metrics.json").write_text(json.dumps({"dataset": "mnist", "accuracy": 0.99}))

    monkeypatch.setattr(accuracy_for_time, "run", run)
    monkeypatch.setattr(accuracy_for_time, "slow_seconds", lambda **_: {"seconds_per_epoch": [5.0], "images": 5000})
    found = accuracy_for_time.measure(folder=tmp_path, threads=1, quick=False)
    assert [run["seed"] for run in found["fast"] if "failed" not in run] == [1, 3, 4, 5]
    took = {"gradient_seconds": 6.0, "training_seconds": 7.0}  # of all its epochs
    assert found["fast"][0] == {"seed": 1, "dataset": "mnist", "accuracy": 0.99} | took
    assert (found["fast"][1], bench.lacks_something(found)) == ({"seed": 2, "failed": "out of luck"}, True)


def test_a_mistake_in_compute_is_one_line_before_anything_is_measured(project, monkeypatch):
    monkeypatch.setattr(bench.study, "measure", lambda **_: pytest.fail("measured"))
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("  threads: 2", "  threads: two"))
    with pytest.raises(UserError, match="compute.threads"):
        bench.main(networks=[], parts=[], quick=False)


def test_each_recipe_with_an_aim_is_there():
    assert set(accuracy_report.AIMS) <= set(recipe.names())
