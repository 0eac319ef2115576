"""A study's report: what a reader must find in it to know what was done."""

import re
from dataclasses import replace

import yaml

from digits import lab_report, studies, tables
from digits.runs import FAILED
from tests.study_rows import row
from tests.worlds import ROOT
from tools import recipe

CONDITIONS = {
    "dataset": "mnist", "train_images": 10, "validation_images": 5, "test_images": 5, "threads": 1, "workers": 2,
    "machine": {"processor": "P", "cores": 2}, "software": {"tensorflow": "2"}, "date": "2026-01-02",
}  # fmt: skip
DOCUMENT = {
    "title": "t",
    "base": {"recipe": "mlp", "train.epochs": 2},
    "full": {"train.epochs": 18},
    "dimensions": {
        "train.batch_size": [100, 50],
        "networks.convnet.layers": [[32, 64], [8]],
        "net": {"narrow": {"networks.mlp.hidden": 8}, "wide": {"networks.mlp.hidden": 99}},
    },
    "strategy": "grid",
    "seeds": [1],
}


def report(*, command: str = "make study NAME=x", unfinished: bool = False, failed: bool = False, **changes) -> str:
    sections = yaml.safe_load((ROOT / "params.yaml").read_text())
    study = studies.read(yaml.safe_dump(DOCUMENT | changes), name="x", sections=sections, recipe=recipe.values, full=False)
    values = [study.values(point) for point in ((0, 0, 0), (1, 1, 1))]
    runs = [replace(row(1, 0.9), variation=str(i), values=each, conditions=CONDITIONS) for i, each in enumerate(values)]
    if failed:
        runs = [replace(run, status=FAILED, history=[], conditions={"date": "2026-01-02"}) for run in runs]
    table = tables.lines(study, runs, {})
    given = {"judged": [], "compared": [], "pictures": {}, "name": "x_full", "command": command, "unfinished": unfinished}
    return lab_report.text(study, runs, table, **given)


def test_a_value_with_a_name_of_the_study_s_own_stands_beside_what_it_sets():
    lines = report().splitlines()
    assert "- **net**: narrow (`networks.mlp.hidden: 8`), wide (`networks.mlp.hidden: 99`)" in lines
    assert "- **train.batch_size**: 100, 50" in lines
    assert "- **networks.convnet.layers**: [32, 64], [8]" in lines
    assert "Held, over params.yaml: `recipe: mlp`, `train.epochs: 2`." in lines


def test_the_command_for_the_whole_data_set_stands_with_what_it_changes():
    text = report(command="make study NAME=x")
    assert "the study's short form. In full (`train.epochs: 18`):\n\n    make study NAME=x FULL=1\n" in text
    assert "FULL" not in report(command="make study NAME=x", full={})


def test_the_best_row_s_name_stands_with_the_folder_it_is_taken_from():
    text = report(command="make study NAME=x FULL=1")
    assert re.search(
        r"`make adopt STUDY=x_full ROW=[01]`, then `dvc repro`; another row likewise\. A row's name holds for the code", text
    )


def test_a_study_with_runs_left_says_so_before_anything_else():
    assert report(unfinished=True).splitlines()[2] == lab_report.UNFINISHED
    assert lab_report.UNFINISHED not in report()


def test_a_study_whose_runs_all_failed_recommends_none():
    assert "make adopt" in report()
    assert "make adopt" not in report(failed=True)
