"""The names below the figure, what tells the best variations apart, and their numbers in it."""

from itertools import combinations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from digits.figures import tradeoff


def test_what_all_names_share_is_said_once_and_one_that_has_nothing_else_says_so():
    names = [["kernel 5", "filters 16, 48"], ["kernel 5"], ["kernel 5", "filters 48, 8", "pool 4"]]
    assert tradeoff._apart(names) == ("kernel 5", ["filters 16, 48", "nothing else", "filters 48, 8, pool 4"])


def test_a_name_alone_stays_whole():
    assert tradeoff._apart([["kernel 5", "filters 48"]]) == ("", ["kernel 5, filters 48"])


@example([(0.80, 10, 1000), (0.81, 10.1, 1001), (0.82, 10.2, 1002), (0.83, 10.3, 1003)])
@settings(max_examples=12, deadline=None)  # of a fifth of a second each
@given(st.lists(st.tuples(st.floats(0.8, 0.86), st.floats(10, 11), st.integers(1000, 1100)), min_size=3, max_size=6))
def test_no_number_stands_on_another(near):
    points = [*near, (0.1, 100, 10**6)]  # which makes the others' place small
    accuracy, seconds, parameters = map(np.array, zip(*points, strict=True))
    names = [[str(i)] for i in range(len(points))]
    figure = tradeoff.draw(accuracy, seconds=seconds, parameters=parameters, names=names, title="")
    renderer = FigureCanvasAgg(figure).get_renderer()
    for ax in figure.axes:
        boxes = [text.get_window_extent(renderer).shrunk(0.8, 0.8) for text in ax.texts]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
