"""The data of a user's own under the real `dvc`: what reruns, and what does not need them."""

import pytest

from tests.test_pipeline import set_params, sh, small_clone


@pytest.fixture
def clone(tmp_path):
    folder = small_clone(tmp_path / "clone")
    set_params(folder, fetch={"dataset": "csv"}, csv={"header": False, "label_column": 1, "test_rows": 1})
    return folder


def put_table(folder, *, dot: int) -> None:
    rows = [[label, dot, *([0] * 783)] for label in (7, 8, 9)]
    (folder / "own/train.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))


def test_a_changed_table_is_fetched_again_and_an_unchanged_one_is_not(clone):
    fetched = ("dvc", "repro", "fetch")
    put_table(clone, dot=1)
    assert "csv: 2 training and 1 test images, from own" in sh(clone, *fetched)
    assert "Running stage" not in sh(clone, *fetched)
    put_table(clone, dot=2)
    assert "Running stage 'fetch'" in sh(clone, *fetched)


def test_without_a_table_the_default_run_needs_none_and_one_put_there_reruns_fetch_alone(clone):
    set_params(clone, fetch={"dataset": "strokes"})
    assert "Running stage 'split'" in sh(clone, "dvc", "repro", "split")
    put_table(clone, dot=1)
    said = sh(clone, "dvc", "repro", "split")
    assert "Running stage 'fetch'" in said
    assert "Running stage 'split'" not in said
    assert "own/train.csv" not in sh(clone, "git", "status", "--short")


def test_a_submission_runs_what_it_needs_and_again_for_a_new_table(clone):
    def submit() -> bool:
        return "submission/dvc.yaml:submission':\n" in sh(clone, "dvc", "repro", "submission/dvc.yaml")

    set_params(clone, fetch={"dataset": "strokes"}, submission={"table_header": False})
    for rows, runs in ((2, True), (2, False), (3, True)):
        (clone / "own/test.csv").write_text((",".join(["0"] * 784) + "\n") * rows)
        assert submit() == runs
        assert (clone / "output/submission.csv").read_text().count("\n") == 1 + rows
