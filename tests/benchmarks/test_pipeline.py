"""How a run's seconds are divided, and six stages that take no time of their own."""

import os
from pathlib import Path

import pytest

from benchmarks import pipeline

LINES = [(0.5, "'own' didn't change\n"), (1.0, "Running stage 'check':\n"), (2.0, "Running stage 'fetch':\n"), (2.5, "> python\n")]


def test_a_stage_lasts_until_the_next_and_the_last_until_the_end():
    assert pipeline.by_stage(LINES, total=6.0) == (1.0, {"check": 1.0, "fetch": 4.0})


def test_the_parts_add_up():
    stages = {"check": 1.0, "fetch": 2.0, "split": 1.5, "train": 20.0, "plot": 4.0}
    imports = {"check": 0.5, "fetch": 0.5, "split": 0.5, "train": 5.0, "plot": 1.0}
    parts = pipeline.split(30.0, first=1.5, stages=stages, training=14.0, imports=imports)
    assert parts == {"total": 30.0, "set_up": 4.5, "imports": 7.5, "training": 14.0, "rest": pytest.approx(4.0)}
    assert sum(parts.values()) == pytest.approx(60.0)


def test_of_three_runs_the_one_counts_that_took_the_median_beyond_its_training():
    runs = [{"total": total, "training": training} for total, training in ((50.0, 30.0), (45.0, 30.0), (60.0, 42.0))]
    assert pipeline.median_run(runs) == {"total": 60.0, "training": 42.0, "beyond": [15.0, 18.0, 20.0]}


def test_folders_of_data_sets_are_found_from_the_workspace(tmp_path, monkeypatch):
    (tmp_path / "dvc").write_text("#!/bin/sh\necho $DIGITS_DATASETS\n")
    (tmp_path / "dvc").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("DIGITS_DATASETS", "mine")
    assert [line for _, line in pipeline.run(tmp_path)] == [f"{Path.cwd() / 'mine'}\n"]


@pytest.mark.slow
def test_six_empty_stages_run_once_and_then_have_nothing_to_do(tmp_path):
    pipeline.make_empty(tmp_path / "empty")
    assert (tmp_path / "empty/6").read_text() == "0"
    assert not any(line.startswith(pipeline.BEGINS) for _, line in pipeline.run(tmp_path / "empty"))
