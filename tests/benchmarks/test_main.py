"""`make bench` as a whole, with measurements that take no time: what it writes where, and what a part that fails leaves."""

import importlib
import json

import pytest

from benchmarks import accuracy_report
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
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench, "PARTS", ("study",))
    monkeypatch.setattr(bench.study, "measure", lambda **_: STUDY)
    return tmp_path


def test_a_whole_run_replaces_the_committed_results(project):
    bench.main(networks=[], parts=[], quick=False)
    assert json.loads((project / "benchmarks/results.json").read_text())["study"] == STUDY
    assert "360 variations an hour" in (project / "benchmarks/results.md").read_text()


@pytest.mark.parametrize("words", [{"parts": ["study"]}, {"networks": ["mlp"]}, {"quick": True}])
def test_a_partial_or_quick_one_does_not(project, words):
    bench.main(**{"networks": [], "parts": [], "quick": False} | words)
    assert json.loads((project / "output/benchmarks/results.json").read_text())["study"] == STUDY
    assert (project / "benchmarks/results.json").read_text() == "earlier"


def test_nor_one_of_which_a_part_failed_and_it_says_so(project, monkeypatch, capsys):
    monkeypatch.setattr(bench, "PARTS", ("pipeline", "study"))
    monkeypatch.setattr(bench.pipeline, "measure", lambda **_: 1 / 0)
    with pytest.raises(UserError, match="^pipeline failed; output/benchmarks/results.md has the reason"):
        bench.main(networks=[], parts=[], quick=False)
    assert "ZeroDivisionError" in capsys.readouterr().err
    found = json.loads((project / "output/benchmarks/results.json").read_text())
    assert (found["study"], "failed" in found["pipeline"]) == (STUDY, True)
    assert (project / "benchmarks/results.json").read_text() == "earlier"


def test_a_mistake_in_compute_is_one_line_before_anything_is_measured(project, monkeypatch):
    monkeypatch.setattr(bench.study, "measure", lambda **_: pytest.fail("measured"))
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("  threads: 2", "  threads: two"))
    with pytest.raises(UserError, match="compute.threads"):
        bench.main(networks=[], parts=[], quick=False)


def test_each_recipe_with_an_aim_is_there():
    assert set(accuracy_report.AIMS) <= set(recipe.names())
