"""`make study`, as a user runs it: on a few strokes, in a copy of the project."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
import yaml

from digits.errors import UserError
from digits.history import from_csv
from tests.worlds import ENVIRONMENT, NEEDS_LOOPBACK, ROOT, project, stage
from tools import study

pytestmark = NEEDS_LOOPBACK
STUDY = {
    "title": "A tiny study",
    "base": {
        "recipe": "recognition",
        "fetch.dataset": "strokes",
        "fetch.strokes_train": 300,
        "fetch.strokes_test": 60,
        "split.train": 100,
        "split.validation": 60,
        "split.test": 50,
        "networks.recognition.filters": 2,
        "networks.recognition.dense": 16,
        "train.batch_size": 30,
        "train.epochs": 2,
        "augment.shift": 1,
    },
    "dimensions": {"train.learning_rate": [0.01, 1e30]},
    "strategy": "grid",
    "seeds": [1, 2],
    "compare": "train.learning_rate",
    "hypotheses": [{"text": "t", "compare": "train.learning_rate", "from": 0.01, "to": 1e30, "expect": "lower"}],
}


def world(folder, **changes):
    project(folder)
    (folder / "studies/tiny.yaml").write_text(yaml.safe_dump(STUDY | changes, sort_keys=False))
    return folder


def run(folder, *words, tool="study"):
    command = [sys.executable, "-m", f"tools.{tool}", *words]
    environment = ENVIRONMENT | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False)


def rows(folder):
    return {path.stem: json.loads(path.read_text()) for path in (folder / "output/studies/tiny/rows").glob("*.json")}


def table(folder):
    return list(csv.DictReader((folder / "output/studies/tiny/table.csv").read_text().splitlines()))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = world(tmp_path_factory.mktemp("study"))
    said = run(folder, "tiny")
    assert said.returncode == 0, said.stderr
    return folder, said


def test_each_run_is_a_row_and_a_diverged_one_says_so_and_was_tried_twice(finished):
    folder, said = finished
    found = Counter((row["status"], row["attempts"]) for row in rows(folder).values())
    assert found == {("finished", 1): 2, ("diverged", 2): 2}
    assert "4 done, 0 running, 0 left · best" in said.stdout
    assert "diverged: training diverged in epoch 1 of 2" in said.stdout


def test_the_table_has_each_variation_once_and_the_report_its_verdict(finished):
    folder, _ = finished
    lines = table(folder)
    assert [line["train.learning_rate"] for line in lines] == ["0.01", "1e+30"]
    assert (lines[0]["status"], lines[0]["seeds"]) == ("finished", "2")
    assert lines[1]["status"] == "2 diverged"
    assert float(lines[0]["test_low"]) < float(lines[0]["test_accuracy"]) < float(lines[0]["test_high"])
    report = (folder / "output/studies/tiny/report.md").read_text()
    assert "learning rate: 0.01 → 1e+30" in report
    assert "strokes" in report
    assert all((folder / f"output/studies/tiny/{name}.png").exists() for name in ("dimensions", "tradeoff"))


def test_run_again_it_trains_nothing_and_writes_the_same_bytes(finished):
    folder, _ = finished
    names = ("table.csv", "table.md", "report.md", "dimensions.png", "tradeoff.png")
    before = {name: (folder / "output/studies/tiny" / name).read_bytes() for name in names}
    again = run(folder, "tiny")
    assert " done, " not in again.stdout
    assert {name: (folder / "output/studies/tiny" / name).read_bytes() for name in names} == before


def test_a_row_has_each_section_that_adopting_it_must_bring(finished):
    for row in rows(finished[0]).values():
        assert {"fetch", "csv", "pictures", "split", "augment", "train", "networks"} <= set(row["params"])


@pytest.mark.slow
def test_a_row_adopted_gives_the_pipeline_the_study_s_numbers(finished, tmp_path):
    """The last seed's run is the one whose network got its steps from the runs before it in the same worker."""
    folder, _ = finished
    name, row = next((name, row) for name, row in rows(folder).items() if row["status"] == "finished" and row["seed"] == 2)
    (tmp_path / "output").mkdir()
    (tmp_path / "output/studies").symlink_to(folder / "output/studies")
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    subprocess.run(
        [sys.executable, "-m", "tools.adopt", "tiny", name], cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True
    )
    (tmp_path / "own").mkdir()
    assert stage("fetch", "data/download", "data/raw.npz", "data/dataset.txt", folder=tmp_path).returncode == 0
    assert stage("split", "data/raw.npz", "data/splits", folder=tmp_path).returncode == 0
    assert stage("train", "data/splits", "output", folder=tmp_path).returncode == 0
    assert stage("evaluate", "data/splits/test.npz", "output/train/best.weights.h5", "output", folder=tmp_path).returncode == 0
    history = from_csv((tmp_path / "output/train/history.csv").read_text())
    for key in ("train_loss", "validation_loss", "validation_accuracy"):
        assert history[key].tolist() == [epoch[key] for epoch in row["history"]]
    metrics = json.loads((tmp_path / "output/metrics.json").read_text())
    test = json.loads((folder / f"output/studies/tiny/tests/{name}.json").read_text())
    for key in ("accuracy", "macro_f1", "log_loss", "calibration_error"):
        assert metrics[key] == test[key]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        (
            {"dimensions": {"train.learning_rate": [0.1, -1]}},
            "train.learning_rate: expected a number above 0, at most 1e+30; received -1",
        ),
        ({"base": STUDY["base"] | {"model.name": ["softmax", "mlp"]}}, "model.name: expected"),
        ({"dimensions": {"networks.recognition.kernel": [3, 99]}}, "networks.recognition.kernel: expected at most 28"),
        ({"dimensions": {"train.strategy": ["none", "mirrored"]}}, "train.strategy: expected none, a study's workers train alone"),
        ({"base": STUDY["base"] | {"split.test": 61}}, "split.test: expected at most 60, the images of strokes's test file"),
        (
            {"base": STUDY["base"] | {"recipe": "course_a", "networks.resnet5.outputs": 3}},
            "networks.resnet5.outputs: expected at least 10",
        ),
    ],
)
def test_a_value_that_no_stage_would_take_is_one_line_before_anything_runs(tmp_path, changes, part):
    folder = world(tmp_path, **changes, compare="", hypotheses=[])
    said = run(folder, "tiny")
    assert said.returncode == 2
    assert said.stderr.startswith("study: studies/tiny.yaml: ")
    assert part in said.stderr
    assert said.stderr.count("\n") == 1
    assert not (folder / "output/studies/tiny/rows").exists()


def test_an_unknown_study_is_one_line(finished):
    said = run(finished[0], "tinny")
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)
    assert "expected tiny; received tinny" in said.stderr


def test_a_worker_with_other_code_makes_no_bench(monkeypatch):
    monkeypatch.setattr(study, "Bench", lambda *_, **__: "a bench")
    hashes = {"softmax": study.hash_of_code("softmax")}
    assert study.bench_of(hashes, {}, threads=1, in_parts=True) == "a bench"
    with pytest.raises(UserError, match="workers started in a clone of the same commit; received one with other code"):
        study.bench_of(hashes | {"mlp": "another"}, {}, threads=1, in_parts=True)


@pytest.mark.slow
def test_while_runs_are_missing_it_ends_with_status_1_and_then_goes_on(tmp_path):
    folder = world(tmp_path, minutes=0.001)
    said = run(folder, "tiny")
    assert said.returncode == 1
    assert "not all runs are trained and tested; the same command goes on with the rest" in said.stderr
    (folder / "studies/tiny.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False))
    assert run(folder, "tiny").returncode == 0
    assert len(rows(folder)) == 4


@pytest.mark.slow
def test_killed_three_times_it_ends_with_each_variation_once(tmp_path):
    """The coordinator once, and a worker twice, at random moments."""
    rates = [round(0.001 * i, 3) for i in range(1, 41)]
    base = STUDY["base"] | {"compute.threads": 1}
    folder = world(tmp_path, base=base, dimensions={"train.learning_rate": rates}, hypotheses=[], seeds=[1])
    draw = random.Random(5)
    first = start(folder)
    wait_for_rows(folder, first, 2)
    time.sleep(0.3 * draw.random())
    first.kill()
    first.wait()
    before = rows(folder)
    second = start(folder)
    for known in (len(before) + 1, len(before) + 11):
        wait_for_rows(folder, second, known)
        time.sleep(0.3 * draw.random())
        os.kill(draw.choice(workers_of(second)), signal.SIGKILL)
    assert second.wait(timeout=600) == 0
    assert sorted(float(line["train.learning_rate"]) for line in table(folder)) == rates
    assert {row["status"] for row in rows(folder).values()} == {"finished"}
    after = rows(folder)
    assert all(after[name] == row for name, row in before.items())  # none was trained again


def start(folder: Path) -> subprocess.Popen:
    environment = ENVIRONMENT | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "tools.study", "tiny"]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def workers_of(study: subprocess.Popen) -> list[int]:
    """Return the processes that work for a study, those killed but not yet waited for left out."""
    alive = [child for child in psutil.Process(study.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child.pid for child in alive if "spawn_main" in " ".join(child.cmdline())]


def wait_for_rows(folder: Path, process: subprocess.Popen, count: int) -> None:
    deadline = time.monotonic() + 300
    while len(list((folder / "output/studies/tiny/rows").glob("*.json"))) < count and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.05)
