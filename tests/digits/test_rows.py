"""Which epoch of a run counts, and what a search makes of a variation's seeds."""

from dataclasses import replace

import pytest

from digits import rows
from digits.errors import UserError
from digits.runs import DIVERGED, FAILED, KILLED
from tests.study_rows import row


def test_a_seed_that_diverged_counts_as_0_and_one_that_failed_otherwise_is_left_out():
    assert rows.mean_accuracies([row(1, 0.9), row(2, 0.5, status=DIVERGED)]) == [pytest.approx(0.45)]
    for status in (KILLED, FAILED):
        assert rows.mean_accuracies([row(1, 0.9), row(2, 0.5, status=status)]) == [0.9]
    assert rows.mean_accuracies([row(1, 0.9, status=KILLED), row(2, 0.5, status=DIVERGED)]) == []


def trained(*epochs, asked):
    """Return the row of a run with these validation losses and accuracies."""
    history = [{"validation_loss": loss, "validation_accuracy": accuracy} for loss, accuracy in epochs]
    return replace(row(1, 0.5), history=history, epochs=asked)


def test_the_weights_of_the_lowest_loss_count_in_later_epochs_too_and_in_those_that_patience_spared():
    run = trained((0.5, 0.7), (0.3, 0.8), (0.4, 0.9), asked=5)
    assert run.accuracy == 0.8
    assert rows.accuracies(run) == [0.7, 0.8, 0.8, 0.8, 0.8]


def test_seeds_trained_to_different_epochs_have_a_mean_as_far_as_both_came():
    further = trained((0.5, 0.7), (0.3, 0.8), asked=2)
    assert rows.mean_accuracies([further, trained((0.5, 0.6), asked=1)]) == [pytest.approx(0.65)]


@pytest.mark.parametrize("changed", [{"status": "x"}, {"history": []}, {"history": [{"epoch": 1}]}])
def test_a_row_that_no_study_wrote_is_refused_by_its_file(changed):
    text = rows.to_json(replace(row(1, 0.9), **changed))
    with pytest.raises(UserError, match=r"rows/a\.json is damaged .*; delete it, and its run is trained again"):
        rows.from_json(text, name="rows/a.json")
    assert rows.from_json(rows.to_json(row(1, 0.9)), name="rows/a.json").accuracy == 0.9
