"""What distances and nearest neighbours promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digits.neighbours import classify, leave_one_out, squared_distances, squared_distances_among

VECTORS = st.integers(2, 8).flatmap(lambda n: arrays(np.float32, (n, 3), elements=st.floats(-100, 100, width=32)))


@given(VECTORS)
def test_a_distance_is_0_with_itself_and_the_same_both_ways(vectors):
    distances = squared_distances(vectors, vectors)
    assert (np.diag(distances) == 0).all()
    assert np.array_equal(distances, distances.T)
    assert (distances >= 0).all()


@pytest.mark.parametrize("order", ["C", "F"])
@given(n=st.integers(1, 20), values=st.sampled_from([3, 130, 784]), seed=st.integers(0, 2**32 - 1))
def test_among_themselves_vectors_are_as_far_apart_as_from_the_same_ones_to_the_bit(order, n, values, seed):
    vectors = np.random.default_rng(seed).normal(size=(n, values)).astype(np.float32, order=order)
    assert np.array_equal(squared_distances_among(vectors), squared_distances(vectors, vectors))


@given(VECTORS)
def test_its_root_is_the_length_of_the_difference(vectors):
    wanted = np.linalg.norm(vectors[0].astype(float) - vectors[1])
    assert np.sqrt(squared_distances(vectors, vectors)[0, 1]) == pytest.approx(wanted)


@given(VECTORS)
def test_of_duplicates_of_one_class_the_nearest_other_is_its_double(vectors):
    twice = np.concatenate([vectors, vectors])
    labels = np.tile(np.unique(vectors, axis=0, return_inverse=True)[1], 2)  # equal vectors, equal classes
    assert np.array_equal(leave_one_out(squared_distances(twice, twice), labels, k=1), labels)


@given(st.lists(st.sampled_from([1.0, 2.0, np.inf]), min_size=1, max_size=6), st.data())
def test_the_nearest_alone_decides_as_the_one_of_all_that_are_nearest_first(row, data):
    row[data.draw(st.integers(0, len(row) - 1))] = 1.0  # one is finite
    labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(row), max_size=len(row))))
    first = min(range(len(row)), key=lambda at: (row[at], at))
    assert classify(np.array([row]), labels, k=1).tolist() == [labels[first]]


def test_the_majority_of_the_k_nearest_decides():
    labels = np.array([0, 1, 1, 0])
    assert classify(np.array([[1.0, 2.0, 3.0, 9.0]]), labels, k=1).tolist() == [0]
    assert classify(np.array([[1.0, 2.0, 3.0, 9.0]]), labels, k=3).tolist() == [1]


def test_of_equally_many_votes_the_nearer_class_wins_and_of_equal_distances_the_earlier_row():
    labels = np.array([2, 0, 0, 2])
    assert classify(np.array([[1.0, 2.0, 3.0, 4.0]]), labels, k=4).tolist() == [2]
    assert classify(np.array([[5.0, 5.0, 5.0, 5.0]]), labels, k=1).tolist() == [2]


def test_a_vector_alone_has_no_others():
    with pytest.raises(ValueError, match="expected at least 2 vectors; received 1"):
        leave_one_out(np.zeros((1, 1)), np.array([0]), k=1)


def test_nobody_votes_for_itself_even_if_k_is_more_than_there_are():
    distances = squared_distances(np.array([[0.0], [1.0], [3.0]]), np.array([[0.0], [1.0], [3.0]]))
    assert leave_one_out(distances, np.array([0, 1, 1]), k=9).tolist() == [1, 0, 1]
    assert (np.diag(distances) == 0).all()
