"""A study's table: what a line makes of its seeds."""

import pytest

from digits import tables
from digits.rows import DIVERGED, FAILED, FINISHED, Row


class NothingPrinted:
    printed = ()


def row(variation, seed, accuracy, *, status=FINISHED):
    history = [{"epoch": 1, "validation_loss": 1 - accuracy, "validation_accuracy": accuracy}]
    return Row(
        variation,
        seed,
        {"size": variation},
        {"train": {"epochs": 1}},
        status,
        "",
        1,
        1,
        history,
        100,
        1.0,
        1.0,
        {"train_images": 10},
    )


def test_seeds_that_diverged_count_as_accuracy_0_where_variations_are_ranked():
    runs = [row("steady", seed, 0.90) for seed in (1, 2)]
    runs += [row("wild", 1, 0.99), row("wild", 2, 0.5, status=DIVERGED)]
    first, second = tables.lines(NothingPrinted(), runs, {})
    assert (first.id, second.id, second.seeds, second.status) == ("steady", "wild", 1, "1 diverged")
    assert second.validation.mean == pytest.approx(0.99 / 2)


def test_a_seed_that_failed_for_another_reason_is_left_out_and_none_at_all_is_no_accuracy():
    runs = [row("one", 1, 0.9), row("one", 2, 0.1, status=FAILED), row("none", 1, 0.1, status=DIVERGED)]
    first, second = tables.lines(NothingPrinted(), runs, {})
    assert (first.id, first.validation.mean) == ("one", 0.9)
    assert (second.id, second.validation) == ("none", None)
