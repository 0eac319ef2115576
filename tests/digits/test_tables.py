"""A study's table: what a line makes of its seeds."""

from dataclasses import replace

import pytest

from digits import tables
from digits.runs import DIVERGED, FAILED
from tests.study_rows import row


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


def test_a_label_with_a_bar_ends_no_cell():
    assert tables.markdown(["a", "b"], [["x|y", "1"]]).splitlines()[-1] == r"| x\|y | 1 |"
