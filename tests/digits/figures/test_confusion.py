"""What the confusion matrix promises."""

import numpy as np
import pytest

from digits.figures import confusion

TITLE = "MNIST · resnet5 · seed 1"
COUNTS = np.array([[90, 10, 0], [0, 50, 0], [1, 2, 17]])
NAMES = ["T-shirt/top", "Ankle boot", "Bag"]


def cells(figure, *, classes):
    """The text of each cell by (row, column), those of the margins left out."""
    found = [(*text.get_position(), text.get_text()) for text in figure.axes[0].texts]
    return {(int(y), int(x)): text for x, y, text in found if 0 < x < classes and 0 < y < classes}


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_rows_are_the_true_class_and_columns_the_predicted_one():
    figure = confusion.draw(COUNTS, class_names=NAMES, title=TITLE)
    written = cells(figure, classes=3)
    assert written[0, 1] == "10"
    assert written[2, 0] == "1"
    assert figure.axes[0].get_xlabel() == "predicted class"
    assert "true class" in words(figure)
    assert figure.axes[0].yaxis_inverted()


def test_an_error_that_did_not_happen_leaves_its_cell_empty():
    written = cells(confusion.draw(COUNTS, class_names=NAMES, title=TITLE), classes=3)
    assert sorted(written) == [(0, 0), (0, 1), (1, 1), (2, 0), (2, 1), (2, 2)]


def test_errors_are_coloured_by_their_share_of_the_row_and_the_diagonal_is_not():
    mesh = confusion.draw(COUNTS, class_names=NAMES, title=TITLE).axes[0].collections[0]
    shares = np.ma.asarray(mesh.get_array())
    assert shares.mask.tolist() == np.eye(3, dtype=bool).tolist()
    assert shares[0, 1] == pytest.approx(10)  # percent
    assert shares[2].compressed() == pytest.approx([5, 10])
    assert mesh.get_clim() == (0, pytest.approx(10))


def test_recall_and_support_stand_beside_and_precision_below():
    said = words(confusion.draw(COUNTS, class_names=NAMES, title=TITLE))
    assert {"recall, %", "images"} <= set(said)
    assert {"90.0", "100.0", "85.0", "100", "50", "20"} <= set(said)  # of 90/100, 50/50, 17/20
    assert {"98.9", "80.6", "100.0"} <= set(said)  # of 90/91, 50/62, 17/17


def test_a_class_without_images_or_predictions_has_a_dash_for_a_share():
    said = words(confusion.draw(np.diag([5, 0]), class_names=["a", "b"], title=TITLE))
    assert said.count("–") == 2


@pytest.mark.parametrize("counts", [np.diag([5, 5]), np.zeros((2, 2), int), np.array([[0, 5], [5, 0]])])
def test_no_errors_no_images_and_nothing_right_can_be_drawn(counts):
    figure = confusion.draw(counts, class_names=["a", "b"], title=TITLE)
    assert f"{np.trace(counts)} of {counts.sum()} images right" in figure.get_suptitle()


def test_the_heading_counts_the_right_ones():
    heading = confusion.draw(COUNTS, class_names=NAMES, title=TITLE).get_suptitle()
    assert heading == "Confusion matrix: 157 of 170 images right, 92.35 %"


@pytest.mark.parametrize("names", [["even", "odd"], NAMES, list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
def test_every_class_is_named_on_both_axes(names):
    ax = confusion.draw(np.eye(len(names), dtype=int), class_names=np.array(names), title=TITLE).axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == names
    assert [label.get_text() for label in ax.get_yticklabels()] == [*names, "precision, %"]


def test_a_name_too_long_for_its_place_ends_in_an_ellipsis():
    ax = confusion.draw(np.eye(2, dtype=int), class_names=["the longest name of all classes", "b"], title=TITLE).axes[0]
    shown = ax.get_yticklabels()[0].get_text()
    assert shown.startswith("the longest name")
    assert shown.endswith("…")


def test_thousands_that_would_be_too_small_to_read_are_written_short():
    counts = np.full((26, 26), 7) + np.diag([65_432] * 26)
    figure = confusion.draw(counts, class_names=[str(number) for number in range(26)], title=TITLE)
    assert cells(figure, classes=26)[0, 0] == "65k"
    assert cells(figure, classes=26)[0, 1] == "7"
