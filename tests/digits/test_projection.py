"""What the principal components promise."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digits.projection import principal_components

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 6))
VECTORS = SHAPES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.integers(-50, 50).map(float)))


@given(VECTORS)
def test_the_share_of_variance_decreases_and_all_of_them_make_the_whole(vectors):
    share = principal_components(vectors, components=8).share
    assert (np.diff(share) <= 1e-12).all()
    assert share.sum() == pytest.approx(1 if np.ptp(vectors, axis=0).any() else 0)


@given(VECTORS)
def test_all_components_keep_every_distance(vectors):
    places = principal_components(vectors, components=6).project(vectors)
    before, after = (np.linalg.norm(them[:, None] - them, axis=2) for them in (vectors, places))
    np.testing.assert_allclose(after, before, atol=1e-6)


@given(VECTORS, st.integers(-9, 9))
def test_moving_everything_moves_no_place(vectors, step):
    share = principal_components(vectors, components=2).share
    assume(share[0] - share[1] > 1e-6 or not share.any())  # else any axis is the first
    here, there = (principal_components(them, components=1) for them in (vectors, vectors + step))
    np.testing.assert_allclose(here.share, there.share, atol=1e-9)
    np.testing.assert_allclose(np.abs(here.project(vectors)), np.abs(there.project(vectors + step)).round(12), atol=1e-3)


@given(VECTORS)
def test_each_axis_points_where_its_largest_entry_is_positive(vectors):
    axes = principal_components(vectors, components=2).axes
    assert (axes.max(axis=1) >= np.abs(axes.min(axis=1)) - 1e-12).all()


def test_points_on_a_line_have_one_component_along_it():
    found = principal_components(np.outer(np.arange(5.0), [3, 4]), components=2)
    np.testing.assert_allclose(found.axes, [[0.6, 0.8], [0, 0]], atol=1e-12)
    np.testing.assert_allclose(found.share, [1, 0], atol=1e-12)
    np.testing.assert_allclose(found.project(np.array([[6.0, 8.0]])), [[0, 0]], atol=1e-12)
