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


def test_answers_of_more_than_a_letter_are_told_apart_by_spaces():
    rows, crop = np.array([0, 0, 1]), np.zeros((1, 28, 28), np.uint8)
    page = Photo(Path("a.jpg"), Path("a.jpg"), np.repeat(crop, 3, axis=0), rows, np.zeros((3, 4, 2), np.float32), None)
    crops = [Photo(Path(name), Path("me", name), crop, np.zeros(1, np.int64), None, None) for name in ("1.png", "2.png")]
    words, letters = ([Answer(said, said, 0.9, None) for said in of] for of in (("7", "1", "Bag"), "71?"))
    assert list(readings.lines([page, *crops], [words, words[:1], words[1:2]])) == ["a.jpg: 7 1", "a.jpg: Bag", "me: 7 1"]
    assert list(readings.lines([page, *crops], [letters, letters[:1], letters[1:2]])) == ["a.jpg: 71", "a.jpg: ?", "me: 71"]
