"""What the path of a line search shows, and what it says of what it leaves out."""

import numpy as np

from digits.figures import search_path


def path(*tried, descents):
    chosen = np.array([max(each) for each in tried])
    names = [f"step {number}" for number in range(len(tried))]
    return search_path.draw([np.array(each) for each in tried], chosen, names=names, descents=descents, title="t").axes[0]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_value_too_bad_for_the_panel_is_named_at_its_foot():
    ax = path([0.90, 0.92], [0.11, 0.93], [0.94, 0.935], descents=[0, 0, 0])
    assert texts(ax) == ["↓ 11 %"]
    assert ax.texts[0].xy[0] == 1
    assert ax.get_ylim()[0] > 11


def test_without_such_a_value_nothing_is_named():
    assert texts(path([0.90, 0.92], [0.91, 0.93], descents=[0, 0])) == []


def test_a_new_start_is_explained_where_there_is_one():
    assert "dashed" not in path([0.90, 0.92], [0.91, 0.93], descents=[0, 0]).get_xlabel()
    assert "dashed" in path([0.90, 0.92], [0.91, 0.93], descents=[0, 1]).get_xlabel()


def test_names_are_no_mathematics():
    figure = search_path.draw([np.array([0.9])], np.array([0.9]), names=["$\\foo$"], descents=[0], title="t")
    figure.canvas.draw()
