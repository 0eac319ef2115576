"""A study's report: what a reader must find in it to know what was done."""

import re
from dataclasses import replace

import pytest
import yaml

from digits import lab_report, studies, tables
from digits.runs import FAILED
from digits.studies import Hypothesis
from digits.verdicts import Comparison, Verdict
from tests.study_rows import row, table_in
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


def report(*, command="make study NAME=x", unfinished=False, failed=False, tests=None, judged=(), compared=(), **changes) -> str:
    sections = yaml.safe_load((ROOT / "params.yaml").read_text())
    study = studies.read(yaml.safe_dump(DOCUMENT | changes), name="x", sections=sections, recipe=recipe.values, full=False)
    values = [study.values(point) for point in ((0, 0, 0), (1, 1, 1))]
    runs = [replace(row(1, 0.9), variation=str(i), values=each, conditions=CONDITIONS) for i, each in enumerate(values)]
    if failed:
        runs = [replace(run, status=FAILED, history=[], conditions={"date": "2026-01-02"}) for run in runs]
    table = tables.lines(study, runs, tests or {})
    given = {"judged": judged, "compared": compared, "pictures": {}, "name": "x_full", "command": command, "unfinished": unfinished}
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


def test_our_test_figures_stand_beside_those_the_source_prints():
    at = {"train.batch_size": 100, "net": "narrow"}
    printed = {"source": "s", "figures": [{"at": at, "accuracy": 0.99, "macro_f1": 0.98, "seconds_per_epoch": 7}]}
    text = report(printed=printed, tests={"0-1": {"accuracy": 0.65, "macro_f1": 0.5, "images": 100}})
    assert table_in(text, under="## Against the source") == [
        ["", "test accuracy", "printed", "macro F1", "printed", "s/epoch", "printed"],
        ["net narrow, layers 32, 64, batch size 100", "0.6500", "0.99", "0.5000", "0.98", "1.00", "7"],
    ]
    assert "It reads 0.6500 of the test images rightly (95 % interval 0.5525 to 0.7364)." in text


def test_two_trained_networks_are_said_to_differ_below_0_05_and_each_has_its_own_images():
    compared = [Comparison("narrow", "wide", 3, 12, 0.049), Comparison("wide", "deep", 7, 5, 0.051)]
    assert table_in(report(compare="net", compared=compared), under="## Net against one another") == [
        ["first", "second", "only first right", "only second right", "p", ""],
        ["narrow", "wide", "3", "12", "0.049", "these two differ"],
        ["wide", "deep", "7", "5", "0.051", "not told apart"],
    ]


@pytest.mark.parametrize(("expect", "by", "meant"), [
    ("higher", 0.02, "higher by more than 0.02"),
    ("higher", 0.0, "higher"),
    ("lower", 0.02, "lower by more than 0.02"),
    ("same", 0.02, "the same within 0.02"),
])  # fmt: skip
def test_a_hypothesis_says_how_much_is_meant_and_its_verdict_what_was_found(expect, by, meant):
    hypothesis = Hypothesis("Small is better.", "train.batch_size", 100, 50, {"net": "wide"}, "accuracy", expect, by)
    text = report(judged=[Verdict(hypothesis, 6, 3, 0.1, -0.2, 0.4, "undecided")])
    assert f"1. Small is better. *Validation accuracy, batch size: 100 → 50, at net wide: {meant}.*" in text.splitlines()
    assert table_in(text, under="## What became of the hypotheses") == [
        ["", "from, to", "of", "effect", "95 % over the seeds", "pairs", ""],
        ["1", "batch size: 100 → 50, net wide", "accuracy", "+0.1000", "-0.2000 to +0.4000", "6", "**undecided**"],
    ]


SECONDS = Verdict(
    Hypothesis("Fast.", "train.batch_size", 100, 50, {}, "seconds_per_epoch", "lower", 0.0), 6, 3, -1, -2, -0.5, "borne out"
)
SEARCH = {"name": "line_search", "variations": 4, "rounds": 1, "order": "round_robin", "seed": 1}


def test_seconds_are_judged_with_the_word_that_they_were_not_taken_in_turn():
    of_accuracy = replace(SECONDS, hypothesis=replace(SECONDS.hypothesis, measure="accuracy"))
    assert lab_report.NOT_IN_TURN in report(judged=[SECONDS, of_accuracy])
    assert lab_report.NOT_IN_TURN not in report(judged=[of_accuracy])


def test_a_line_search_says_that_its_intervals_are_of_the_runs_that_led_it():
    assert lab_report.CHOSEN_BY_THE_SAME in report(judged=[SECONDS], strategy=SEARCH)
    assert lab_report.CHOSEN_BY_THE_SAME not in report(judged=[SECONDS])
