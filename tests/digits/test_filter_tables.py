"""A convolution's filters in text."""

import numpy as np
import pytest

from digits import filter_tables
from digits.convolution import Filters


def filters(*, channels=1, count=2, same=True):
    kernels = np.arange(4 * channels * count, dtype=np.float32).reshape(2, 2, channels, count) / 3
    return Filters(kernels, np.arange(count, dtype=np.float32), (1, 2), same)


def test_filters_are_printed_side_by_side_with_two_decimals():
    assert filter_tables.printed(filters()).splitlines() == [
        "2 filters of 2 x 2, channels 1",
        "",
        "filter 0        filter 1",
        "  0.00  0.67      0.33  1.00",
        "  1.33  2.00      1.67  2.33",
        "",
        "biases",
        "  0.00  1.00",
    ]


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_every_filter_and_channel_is_printed_within_the_line(channels):
    lines = filter_tables.printed(filters(channels=channels, count=40)).splitlines()
    assert sum(line.count("filter ") for line in lines) == 40 * channels
    assert max(map(len, lines)) <= filter_tables.WIDTH


def test_what_rounds_to_nothing_has_no_sign():
    tiny = Filters(np.full((1, 1, 1, 1), -0.001, np.float32), np.zeros(1, np.float32), (1, 1), False)
    assert "-0.00" not in filter_tables.printed(tiny)


def test_the_table_holds_every_weight_exactly():
    given = filters(channels=2)
    head, *rows = [line.split(",") for line in filter_tables.table(given).splitlines()]
    assert head == ["filter", "channel", "0x0", "0x1", "1x0", "1x1", "bias"]
    assert [row[:2] for row in rows] == [["0", "0"], ["0", "1"], ["1", "0"], ["1", "1"]]
    weights = np.array([row[2:-1] for row in rows], np.float32).reshape(2, 2, 2, 2)  # filter, channel, row, column
    assert np.array_equal(weights.transpose(2, 3, 1, 0), given.kernels)
    assert [float(row[-1]) for row in rows] == [0, 0, 1, 1]


def test_the_agreement_states_tolerance_flip_padding_and_stride():
    said = filter_tables.agreement(filters(), size=(5, 5), difference=2.5e-7)
    assert "2.5e-07 of the largest response (1e-05 is tolerated)" in said
    assert "flip      none" in said
    assert "same, zeros around 5 x 5: 0 above, 1 below, 0 left, 1 right" in said
    assert "1 down, 2 across" in said
    assert "valid, none" in filter_tables.agreement(filters(same=False), size=(5, 5), difference=0.0)
