import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml

from digits import history
from digits.arrays import Predictions, save
from digits.errors import UserError
from digits.writing import write_text
from tests.worlds import ROOT
from tools import results, seeds


def test_a_record_holds_the_run_s_parameters_and_what_it_left_behind(tmp_path):
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["train"]["seed"] = 7
    write_text(tmp_path / "params.yaml", yaml.safe_dump(params))
    output = tmp_path / "output"
    epochs = [(1, 0.5, 0.8), (2, 0.25, 0.9), (3, 0.375, 0.95)]
    names = ("epoch", "validation_loss", "validation_accuracy")
    write_text(output / "train/history.csv", history.to_csv([dict(zip(names, epoch, strict=True)) for epoch in epochs]))
    write_text(output / "metrics.json", '{"accuracy": 0.5}')
    write_text(output / "timing.json", '{"train": {"seconds": 1.5}}')
    labels = np.arange(12, dtype=np.uint8) % 2
    probabilities = np.eye(2, dtype=np.float32)[labels]
    probabilities[[3, 11]] = probabilities[[3, 11], ::-1]
    names = np.array(["0", "1"])
    save(output / "predictions.npz", Predictions(probabilities, labels, names, np.array("made"), np.array("net")))
    record = json.loads(json.dumps(seeds.record(tmp_path)))
    assert record["params"]["train"] | {"strategy": "none"} == params["train"]
    assert "strategy" not in record["params"]["train"]
    assert "folders" not in record["params"]["fetch"]
    assert record["sizes"] == params["networks"]["resnet5"]
    assert record["metrics"] == {"accuracy": 0.5}
    assert record["timing"]["train"]["seconds"] == 1.5
    assert (record["epochs"], record["best_epoch"], record["validation_accuracy"]) == (3, 2, 0.9)
    assert record["first_ten_right"] == 9


def test_a_record_names_the_commit_and_whether_the_code_was_changed_since(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:  # whoever runs this, in a hook of Git's too
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert seeds.commit() == ""
    git = ["git", "-c", "user.name=n", "-c", "user.email=e"]
    write_text(tmp_path / "digits/code.py", "x = 1\n")
    write_text(tmp_path / "docs/page.md", "one\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    write_text(tmp_path / "docs/page.md", "two\n")
    assert seeds.commit() == head
    write_text(tmp_path / "digits/code.py", "x = 2\n")
    assert seeds.commit() == f"{head}+"
    monkeypatch.setenv("PATH", "")
    assert seeds.commit() == ""


@pytest.mark.parametrize(("seconds", "commit"), [(1.5, "old"), (2.5, "new")])
def test_a_run_that_trained_nothing_keeps_the_commit_of_the_one_that_did(seconds, commit, tmp_path, monkeypatch):
    path = tmp_path / "lenet/3.json"
    write_text(path, json.dumps({"commit": "old", "params": {}, "metrics": {}, "timing": {"train": {"seconds": 1.5}}}))
    monkeypatch.setattr(results, "RUNS", tmp_path)
    for name in ("make", "run"):
        monkeypatch.setattr(seeds.workspace, name, lambda *words: None)
    monkeypatch.setattr(seeds, "commit", lambda: "new")
    monkeypatch.setattr(seeds, "record", lambda folder: {"timing": {"train": {"seconds": seconds}}})
    seeds.run("lenet", seed=3)
    assert json.loads(path.read_text())["commit"] == commit


def test_where_an_evaluation_alone_has_dropped_the_training_s_seconds_it_is_trained_again(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RUNS", tmp_path)
    ran, timings = [], [{"evaluate": {}}, {"evaluate": {}, "train": {"seconds": 1.5}}]
    monkeypatch.setattr(seeds.workspace, "make", lambda *words: None)
    monkeypatch.setattr(seeds.workspace, "run", lambda *words: ran.append(words[1:]))
    monkeypatch.setattr(seeds, "record", lambda folder: {"timing": timings.pop(0)})
    seeds.run("lenet", seed=3)
    repro = ("dvc", "repro", "--no-run-cache")
    assert ran == [(*repro, "plot"), (*repro, "--force", "plot")]
    assert json.loads((tmp_path / "lenet/3.json").read_text())["timing"]["train"]["seconds"] == 1.5


@pytest.fixture
def project(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    shutil.copytree(ROOT / "docs/results/runs/mlp", tmp_path / "docs/results/runs/mlp")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_seed_is_trained_without_stand_in_or_run_cache_and_has_its_record_before_the_tables_are_made(project, monkeypatch):
    made, ran = [], []
    monkeypatch.setattr(seeds.workspace, "make", lambda folder, params: made.append(params))
    monkeypatch.setattr(seeds.workspace, "run", lambda *words: ran.append(words))
    monkeypatch.setattr(seeds.results, "main", lambda: ran.append("tables"))
    monkeypatch.setattr(seeds, "record", lambda folder: {"of": str(folder), "timing": {"train": {}}})
    monkeypatch.setattr(seeds, "commit", lambda: "abc1234")
    seeds.main("mlp", "2")
    assert [(params["train"]["seed"], params["fetch"]["offline"]) for params in made] == [(1, "stop"), (2, "stop")]
    folders = [Path(f"output/seeds/mlp/{seed}") for seed in (1, 2)]
    assert ran == [*((folder, "dvc", "repro", "--no-run-cache", "plot") for folder in folders), "tables"]
    records = [json.loads((project / f"docs/results/runs/mlp/{seed}.json").read_text()) for seed in (1, 2)]
    assert [(record["commit"], record["of"]) for record in records] == [("abc1234", str(folder)) for folder in folders]


def test_runs_of_a_recipe_as_it_is_now_may_stand_beside_new_ones_and_others_not(project):
    seeds.refuse("mlp", seeds=1)
    path = project / "recipes/mlp.yaml"
    path.write_text(path.read_text().replace("epochs: 18", "epochs: 17"))
    with pytest.raises(
        UserError, match=r"runs/mlp: seeds 2, 3 were recorded with other parameters than mlp has now; .* SEEDS=3 or more"
    ):
        seeds.refuse("mlp", seeds=1)
    seeds.refuse("mlp", seeds=3)  # all are trained anew


@pytest.mark.parametrize(("text", "said"), [
    (results.BEGIN_HEAD + "split:\n  validation: 0\n", "expected a recipe with validation images, by which weights are kept"),
    ("train:\n  epochs: 1\n", r"recipes/mine.yaml: expected the lines # Results, .* received none"),
    (
        results.BEGIN_HEAD + results.END_HEAD + "model: {name: lenett}\n",
        r"mine\.yaml: model\.name, of the networks whose sizes course_a has: expected lenet; received lenett; known: resnet5, ",
    ),
    (results.BEGIN_HEAD + "train:\n  epochs: 1\n", r"recipes/mine.yaml: expected the lines # Results, .* received none"),
])  # fmt: skip
def test_a_recipe_whose_runs_could_not_be_recorded_is_refused_before_it_is_trained(text, said, project):
    (project / "recipes/mine.yaml").write_text(text)
    with pytest.raises(UserError, match=said):
        seeds.main("mine", "1")


@pytest.mark.parametrize("count", ["three", "0", "-1", "1.5", "٣"])
def test_seeds_that_are_no_count_are_refused(count):
    with pytest.raises(UserError, match="SEEDS: expected a whole number above 0"):
        seeds.main("course_a", count)
