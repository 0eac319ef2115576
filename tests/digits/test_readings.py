"""What the table of answers promises."""

from pathlib import Path

import numpy as np

from digits import readings
from digits.answers import Answer
from digits.photos import Photo


def test_places_are_counted_from_1_in_each_row_of_each_page():
    rows = np.array([0, 0, 1, 1, 1])
    page = Photo(Path("7.jpg"), Path("7.jpg"), np.zeros((5, 28, 28), np.uint8), rows, np.zeros((5, 4, 2), np.float32), None)
    table = readings.table([page, page], [[Answer("7", "7", 0.9, None)] * 5] * 2)
    assert [(row, place) for _, row, place, *_ in table] == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)] * 2
