"""The axis of accuracies: even where they are near one another, by the error where they are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from digits.figures import percent

PERCENT = st.floats(0, 100)


@given(PERCENT)
def test_a_height_is_turned_back_into_its_percentage(value):
    assert percent._percent(percent._height(value)) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("values", "wide"), [([96, 97, np.nan], False), ([16, 97], True), ([np.nan], False)])
def test_only_values_far_apart_ask_for_the_logarithmic_axis(values, wide):
    assert percent.is_wide(np.array(values, np.float64)) == wide


@given(st.lists(PERCENT, min_size=2, max_size=9).map(np.array).filter(percent.is_wide))
def test_every_value_lies_within_the_axis_and_a_point_near_the_top_is_seen_beside_one_far_below(values):
    ax = Figure().subplots()
    percent.by_error(ax, values)
    low, high = ax.get_ylim()
    assert low <= values.min()
    assert high >= values.max()
    assert 0 <= low < high <= 100


def test_98_and_99_lie_as_far_apart_as_60_and_80_nearly():
    near, far = (percent._height(b) - percent._height(a) for a, b in ((98, 99), (60, 80)))
    assert near == pytest.approx(far, rel=0.2)
