"""What a search makes of a variation's seeds."""

import pytest

from digits import rows
from digits.runs import DIVERGED, FAILED, KILLED
from tests.study_rows import row


def test_a_seed_that_diverged_counts_as_0_and_one_that_failed_otherwise_is_left_out():
    assert rows.mean_accuracies([row(1, 0.9), row(2, 0.5, status=DIVERGED)]) == [pytest.approx(0.45)]
    for status in (KILLED, FAILED):
        assert rows.mean_accuracies([row(1, 0.9), row(2, 0.5, status=status)]) == [0.9]
    assert rows.mean_accuracies([row(1, 0.9, status=KILLED), row(2, 0.5, status=DIVERGED)]) == []
