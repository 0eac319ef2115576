"""The accuracy along a dimension, and what no other variation beats."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits import effects
from tests.study_rows import row

POINTS = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=1, max_size=12)


@given(POINTS)
def test_the_front_is_what_no_other_is_cheaper_than_and_as_accurate(points):
    cost, accuracy = np.array(points, np.float64).T
    front = effects.pareto(cost, accuracy)

    def beaten(i: int) -> bool:
        return any(c <= cost[i] and a >= accuracy[i] and (c, a) != (cost[i], accuracy[i]) for c, a in points)

    assert {points[i] for i in front} == {point for i, point in enumerate(points) if not beaten(i)}
    assert sorted(cost[front]) == list(cost[front])


def test_a_value_is_judged_where_all_values_were_tried():
    runs = [row(seed, accuracy, size=size, other=1) for seed in (1, 2) for size, accuracy in ((8, 0.5), (9, 0.7))]
    runs += [row(seed, 0.1, size=9, other=2) for seed in (1, 2)]  # poor company, without an 8 beside it
    along = effects.along(runs, dimension="size", labels=(8, 9))
    assert along.mean.tolist() == [pytest.approx(0.5), pytest.approx(0.7)]
    assert along.paths.shape == (2, 2)
    assert np.isnan(along.paths[1, 0])


def test_where_no_place_has_all_values_each_is_the_mean_of_its_own():
    runs = [row(1, 0.5, size=8, other=1), row(1, 0.9, size=9, other=2), row(1, 0.7, size=9, other=3)]
    along = effects.along(runs, dimension="size", labels=(8, 9))
    assert along.mean.tolist() == [pytest.approx(0.5), pytest.approx(0.8)]
    assert np.isnan(along.low).all()


def ended_early(run):
    return replace(run, params={"train": {"epochs": 9}})


def test_a_run_that_halving_ended_early_is_not_judged_beside_one_trained_to_its_end():
    runs = [row(1, 0.80, size=8, other=1), row(1, 0.81, size=9, other=1)]
    runs += [row(1, 0.99, size=8, other=2), ended_early(row(1, 0.82, size=9, other=2))]
    along = effects.along(runs, dimension="size", labels=(8, 9))
    assert along.mean.tolist() == [pytest.approx(0.80), pytest.approx(0.81)]


def test_where_no_place_has_all_values_those_trained_longest_count():
    runs = [ended_early(row(1, 0.80, size=8, other=1)), row(1, 0.95, size=9, other=1)]
    runs += [row(1, 0.99, size=8, other=2), ended_early(row(1, 0.82, size=9, other=2))]
    along = effects.along(runs, dimension="size", labels=(8, 9))
    assert along.mean.tolist() == [pytest.approx(0.99), pytest.approx(0.95)]
