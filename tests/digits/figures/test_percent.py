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


@given(st.floats(85, 100), st.floats(0, 200))
def test_an_interval_s_end_is_seen_if_it_leaves_the_values_most_of_the_axis(value, end):
    ax, values = Figure().subplots(), np.array([10, 85.0, value])
    percent.by_error(ax, values, ends=np.array([end, np.nan]))
    low, high = ax.get_ylim()
    assert low <= 10 < value <= high <= 100
    bottom, top = percent._height(10), percent._height(value)
    room = (percent._height(high) - percent._height(low)) / (top - bottom)
    assert room <= 1 + 2 * percent.ROOM + 2 * percent.MARGIN + 1e-6
    if end < 100 and bottom - percent.ROOM * (top - bottom) < percent._height(end) < top + percent.ROOM * (top - bottom):
        assert low <= end <= high


def test_98_and_99_lie_as_far_apart_as_60_and_80_nearly():
    near, far = (percent._height(b) - percent._height(a) for a, b in ((98, 99), (60, 80)))
    assert near == pytest.approx(far, rel=0.2)


@given(st.lists(PERCENT, min_size=1, max_size=30).map(np.array))
def test_at_least_three_quarters_of_the_values_are_shown_and_all_where_they_are_near_one_another(values):
    shown = values >= percent.floor(values)
    assert shown.mean() >= 0.75 - 1e-9
    if not percent.is_wide(values):
        assert shown.all()


@pytest.mark.parametrize(("values", "floor"), [
    ([10, 80, 83, 85, 86, 87], 80),
    ([10, 11, 80, 83, 85, 86], 10),  # several are no accident
    ([97, np.nan, 16], 16),
    ([np.nan], 100),
])  # fmt: skip
def test_what_lies_far_below_all_others_is_not_shown(values, floor):
    assert percent.floor(np.array(values, np.float64)) == floor


def test_what_is_not_shown_is_said_at_its_place():
    ax, values = Figure().subplots(), np.array([80.0, 10, 83, np.nan, 81, 82, 83])
    percent.axis(ax, values, ticks=5, least=percent.floor(values))
    percent.mark_below(ax, np.arange(7), values)
    assert [(text.get_text(), text.xy[0]) for text in ax.texts] == [("↓ 10 %", 1)]
