"""A study's table: what a line makes of its seeds, and which cell it stands in."""

import csv
from dataclasses import replace
from types import SimpleNamespace

import pytest

from digits import tables
from digits.runs import DIVERGED, FAILED
from digits.studies import Printed
from tests.study_rows import row, table_in


class NothingPrinted:
    printed = ()


def test_seeds_that_diverged_count_as_accuracy_0_where_variations_are_ranked():
    runs = [row(seed, 0.90, name="steady") for seed in (1, 2)]
    runs += [row(1, 0.99, name="wild"), row(2, 0.5, status=DIVERGED, name="wild")]
    first, second = tables.lines(NothingPrinted(), runs, {})
    assert (first.id, second.id, second.seeds, second.status) == ("steady", "wild", 1, "1 diverged")
    assert second.validation.mean == pytest.approx(0.99 / 2)


def test_where_a_seed_diverged_those_that_did_not_give_no_test_figures():
    runs = [row(1, 0.99, name="wild"), row(2, 0.5, status=DIVERGED, name="wild")]
    tests = {"wild-1": {"accuracy": 0.98, "macro_f1": 0.98, "images": 50}}
    (line,) = tables.lines(NothingPrinted(), runs, tests)
    assert (line.test, line.interval, line.macro_f1) == (None, None, None)


def test_a_seed_that_failed_for_another_reason_is_left_out_and_none_at_all_is_no_accuracy():
    runs = [row(1, 0.9, name="one"), row(2, 0.1, status=FAILED, name="one"), row(1, 0.1, status=DIVERGED, name="none")]
    first, second = tables.lines(NothingPrinted(), runs, {})
    assert (first.id, first.validation.mean) == ("one", 0.9)
    assert (second.id, second.validation) == ("none", None)


def test_a_line_says_how_many_epochs_were_trained_and_how_many_were_asked_for():
    stopped = [replace(row(seed, 0.9, name="one"), epochs=5) for seed in (1, 2)]
    (line,) = tables.lines(NothingPrinted(), stopped, {})
    assert (line.epochs, line.trained_epochs) == (5, 1)


def test_what_was_stopped_early_stands_below_what_was_trained_to_its_end_however_good_it_was():
    stopped = replace(row(1, 0.97, name="stopped"), params={**row(1, 0.9).params, "train": {"epochs": 6}}, epochs=2)
    runs = [stopped, row(1, 0.1, status=FAILED, name="failed"), row(1, 0.96, name="whole"), row(1, 0.95, name="worse")]
    table = tables.lines(NothingPrinted(), runs, {})
    assert [line.id for line in table] == ["whole", "worse", "stopped", "failed"]
    assert table[2].status == "stopped after 2 of 6 epochs"
    (both,) = tables.lines(NothingPrinted(), [stopped, replace(stopped, seed=2, status=FAILED, history=[])], {})
    assert both.status == "1 failed, stopped after 2 of 6 epochs"


def two_seeds():
    """Return a study of two dimensions, of which a source prints some figures, and its table of one line."""
    printed = (Printed({"net": "mlp", "width": 9}, {"accuracy": 0.1}), Printed({"net": "mlp"}, {"accuracy": 0.99}))
    study = SimpleNamespace(dimensions=[SimpleNamespace(name=name) for name in ("net", "width")], called=str.upper, printed=printed)
    runs = [row(seed, accuracy, seconds=2.5, net="mlp", width=8) for seed, accuracy in ((1, 0.90), (2, 0.92))]
    figures = ((0.60, 0.50), (0.70, 0.54))
    tests = {f"mlp-8-{seed}": {"accuracy": a, "macro_f1": f, "images": 100} for seed, (a, f) in enumerate(figures, start=1)}
    return study, tables.lines(study, runs, tests)


def test_each_figure_stands_under_its_name_in_the_csv_and_the_interval_is_of_the_images_once():
    (cells,) = csv.DictReader(tables.to_csv(*two_seeds()).splitlines())
    assert cells == {
        "row": "mlp-8", "net": "mlp", "width": "8",
        "validation_accuracy": "0.91000", "validation_sd": "0.01414",
        "test_accuracy": "0.65000", "test_sd": "0.07071", "test_low": "0.55254", "test_high": "0.73636",
        "macro_f1": "0.52000", "macro_f1_sd": "0.02828",
        "parameters": "100", "seconds_per_epoch": "2.5", "epochs": "1", "train_images": "10", "seeds": "2", "status": "finished",
        "printed_accuracy": "0.99",
    }  # fmt: skip


def test_each_figure_stands_under_its_name_in_the_table_for_reading():
    names, cells = table_in(tables.to_markdown(*two_seeds()))
    assert dict(zip(names, cells, strict=True)) == {
        "row": "mlp-8", "NET": "mlp", "WIDTH": "8",
        "validation": "0.9100 ± 0.0141", "test": "0.6500 ± 0.0707", "95 % of the test": "0.5525 to 0.7364",
        "macro F1": "0.5200 ± 0.0283", "parameters": "100", "s/epoch": "2.50", "seeds": "2", "printed accuracy": "0.99",
    }  # fmt: skip


def test_a_label_with_a_bar_ends_no_cell():
    assert tables.markdown(["a", "b"], [["x|y", "1"]]).splitlines()[-1] == r"| x\|y | 1 |"
