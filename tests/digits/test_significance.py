"""The tests of significance, against published tables and another way of counting."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.significance import holm, interval, mcnemar, student_975


@pytest.mark.parametrize(
    ("degrees", "printed"), [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (30, 2.042), (120, 1.980)]
)
def test_student_s_points_are_those_of_the_tables(degrees, printed):
    assert student_975(degrees) == pytest.approx(printed, abs=6e-4)


def test_the_interval_of_two_values_is_as_computed_by_hand():
    assert interval([1.0, 3.0]) == pytest.approx((2 - 12.7062047, 2 + 12.7062047))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_mcnemar_is_the_share_of_coin_tosses_as_uneven(pairs):
    first, second = np.array(pairs).T
    only_first, only_second, p = mcnemar(first, second)
    n, apart = only_first + only_second, abs(only_first - only_second)
    tosses = [abs(2 * sum(toss) - n) >= apart for toss in itertools.product((0, 1), repeat=n)]
    assert p == pytest.approx(sum(tosses) / len(tosses))
    assert mcnemar(second, first) == (only_second, only_first, p)


def test_mcnemar_of_ten_thousand_images_is_a_number():
    right = np.arange(10_000) < 9_900
    assert 0 < mcnemar(right, np.roll(right, 2_000))[2] <= 1
    assert mcnemar(right, np.zeros(10_000, bool))[2] == 0.0


def test_holm_s_example_comes_out():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_and_lies_between_uncorrected_and_bonferroni(p_values):
    corrected = holm(p_values)
    assert all(p <= c <= min(1.0, len(p_values) * p) or math.isclose(p, c) for p, c in zip(p_values, corrected, strict=True))
    for (p, c), (q, d) in itertools.combinations(zip(p_values, corrected, strict=True), 2):
        assert c <= d or q <= p
