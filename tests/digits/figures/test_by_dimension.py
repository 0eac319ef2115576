import numpy as np
import pytest

from digits.figures import by_dimension


def drawn(labels, *, paths=None):
    mean = np.linspace(0.9, 0.95, len(labels))
    panel = {"labels": labels, "paths": [mean] if paths is None else paths, "mean": mean, "low": mean - 0.01, "high": mean + 0.01}
    return by_dimension.draw({"size": panel}, title="made").axes[0]


def style_of_the_mean(ax):
    return next(line.get_linestyle() for line in ax.lines if line.get_markersize() == 6)


@pytest.mark.parametrize(("labels", "style"), [(["0.1", "1", "10"], "-"), (["relu", "tanh"], "None")])
def test_numbers_are_joined_by_a_line_and_names_are_not(labels, style):
    assert style_of_the_mean(drawn(labels)) == style


def test_a_long_name_stands_whole_in_lines_of_its_own():
    labels = ["nothing", "batch norm", "the cycle, a constant rate", *(f"value {number}" for number in range(9))]
    texts = [tick.get_text() for tick in drawn(labels).get_xticklabels()]
    assert [text.replace("\n", " ") for text in texts] == labels
    assert "\n" in texts[2]


def test_an_interval_that_leaves_the_panel_is_said_to_be_cut_off():
    mean = np.array([0.9, 0.91])
    for half, cut in ((0.01, False), (0.3, True)):
        panel = {"labels": ["a", "b"], "paths": [mean], "mean": mean, "low": mean - half, "high": mean + half}
        key = by_dimension.draw({"size": panel}, title="made").get_supxlabel()
        assert ("cut off where it leaves the panel" in key) == cut


def test_names_are_no_mathematics():
    drawn(["$\\foo$", "$x"]).figure.canvas.draw()


def test_a_name_of_more_than_four_lines_ends_in_an_ellipsis():
    labels = ["one two three four five six seven eight nine ten eleven twelve", *map(str, range(11))]
    text = drawn(labels).get_xticklabels()[0].get_text()
    assert text.count("\n") == by_dimension.LINES - 1
    assert text.endswith("…")


def test_each_setting_of_the_other_dimensions_is_a_grey_path_if_there_are_several():
    one, two = (len(drawn(["1", "2"], paths=[[0.9, 0.95]] * count).lines) for count in (1, 2))
    assert two == one + 2
