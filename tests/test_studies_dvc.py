"""studies/dvc.yaml: that DVC knows every file a study reads."""

import shutil
import subprocess
import sys

import pytest
import yaml

from digits import models
from tools import imports, study
from tools.imports import ROOT, project_imports

STAGES = yaml.safe_load((ROOT / "studies/dvc.yaml").read_text())["stages"]
NAMES = sorted(path.stem for path in (ROOT / "studies").glob("course_*.yaml"))


def recipes_in(document) -> set[str]:
    if not isinstance(document, dict):
        return set()
    named = {document["recipe"]} if "recipe" in document else set()
    return named.union(*map(recipes_in, document.values()))


@pytest.mark.parametrize("folder", ["studies", "submission"])
def test_no_out_is_cached_since_dvc_exp_run_removes_a_cached_one_without_checksum(folder):
    for stage in yaml.safe_load((ROOT / folder / "dvc.yaml").read_text())["stages"].values():
        assert all(settings == {"cache": False} for out in stage["outs"] for settings in out.values())


def test_each_course_s_study_is_a_stage():
    assert sorted(STAGES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_study_s_deps_hold_what_it_imports_its_networks_its_recipes_and_its_file_and_each_is_needed(name):
    document = yaml.safe_load((ROOT / f"studies/{name}.yaml").read_text())
    recipes = recipes_in(document) | {"course_a"}  # which holds the others' defaults
    networks = {yaml.safe_load((ROOT / f"recipes/{recipe}.yaml").read_text())["model"]["name"] for recipe in recipes - {"course_a"}}
    networks |= set(document["dimensions"].get("model.name", []))
    read = project_imports(ROOT / "tools/study.py").union(*(project_imports(ROOT / f"digits/models/{it}.py") for it in networks))
    read |= {f"recipes/{recipe}.yaml" for recipe in recipes} | {f"studies/{name}.yaml"}
    deps = {ROOT / dep: [file for file in read if (ROOT / file).is_relative_to(ROOT / dep)] for dep in STAGES[name]["deps"]}
    assert all(deps.values())
    assert sum(map(len, deps.values())) == len(read)
    assert STAGES[name]["cmd"] == f"python -m tools.study {name}"


def test_dvc_looks_neither_through_the_environment_nor_at_what_python_writes_beside_the_code():
    ignored = [".venv/lib/module.py", "digits/__pycache__/arrays.cpython-311.pyc", "digits/models/__pycache__/mlp.cpython-311.pyc"]
    code = [str(path.relative_to(ROOT)) for folder in ("digits", "stages", "tools") for path in (ROOT / folder).rglob("*.py")]
    words = [sys.executable, "-m", "dvc", "check-ignore", *ignored, *code]
    assert subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() == ignored


@pytest.mark.parametrize("network", models.names())
def test_a_run_is_known_by_the_code_that_decides_it_and_by_no_stage_s_nor_the_study_s(network):
    files = study.code(network)
    deciding = ("augmentation", "evaluation", "losses", "optimizers", "schedules", "splitting", "training", f"models/{network}")
    assert {f"digits/{name}.py" for name in deciding} <= files
    assert not files & {f"digits/{name}.py" for name in ("history", "progress", "rows", "searching", "studies", "summary")}
    assert not [file for file in files if file.startswith(("stages/", "tools/", "digits/figures/"))]


def test_an_edit_of_the_training_makes_other_runs_and_one_of_a_stage_the_same(tmp_path, monkeypatch):
    for folder in ("digits", "stages"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for module in (study, imports):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    known = study.hash_of_code("mlp")
    for file, same in (("stages/train.py", True), ("digits/models/lenet.py", True), ("digits/training.py", False)):
        with (tmp_path / file).open("a", encoding="utf-8") as source:
            source.write("# edited\n")
        assert (study.hash_of_code("mlp") == known) == same
