"""Squared distances between vectors, and the k-nearest-neighbour classifier on them. numpy only."""

import numpy as np


def squared_distances(these: np.ndarray, those: np.ndarray) -> np.ndarray:
    """Return the sum of squared differences of each of `these` (n, values) to each of `those` (m, values), float64 (n, m).

    A vector and itself are exactly 0 apart, and a and b as far as b and a: the differences are summed, as they are not by way
    of a product of matrices, which leaves a remainder.
    """
    theirs = those.astype(np.float64, order="C")
    return np.stack([np.square(theirs - one).sum(axis=1) for one in these.astype(np.float64)])


def squared_distances_among(vectors: np.ndarray) -> np.ndarray:
    """Return `squared_distances` of vectors (n, values) to themselves, float64 (n, n), to the bit; each pair is computed once."""
    vectors = vectors.astype(np.float64, order="C")  # in another order numpy adds up one row otherwise than several
    distances = np.zeros((len(vectors), len(vectors)))
    for number, one in enumerate(vectors):
        rest = slice(number + 1, None)
        distances[number, rest] = distances[rest, number] = np.square(vectors[rest] - one).sum(axis=1)
    return distances


def classify(distances: np.ndarray, labels: np.ndarray, *, k: int) -> np.ndarray:
    """Return the class of each row, integer (n,), from its distances (n, m) to m neighbours, whose classes are `labels` (m,).

    The k nearest vote. Of equally near ones the earlier counts as nearer; of classes with equally many votes, the one whose
    nearest member is nearest wins. An infinite distance is no neighbour; each row has a finite one.
    """
    if k == 1:  # no vote, and by far the quickest
        return labels[distances.argmin(axis=1)]
    return np.array([_vote(labels[_nearest(row, k)]) for row in distances], labels.dtype)


def leave_one_out(distances: np.ndarray, labels: np.ndarray, *, k: int) -> np.ndarray:
    """Return the class that all others give each of n vectors, integer (n,), from their distances (n, n); n is at least 2."""
    if len(labels) < 2:
        raise ValueError(f"expected at least 2 vectors; received {len(labels)}")
    others = distances.astype(np.float64)
    np.fill_diagonal(others, np.inf)
    return classify(others, labels, k=k)


def _nearest(distances: np.ndarray, k: int) -> np.ndarray:
    order = np.argsort(distances, kind="stable")[:k]
    return order[np.isfinite(distances[order])]


def _vote(labels: np.ndarray) -> int:
    """Return the most frequent of labels, which are sorted from near to far; of several the first."""
    found, first, votes = np.unique(labels, return_index=True, return_counts=True)
    return int(found[np.lexsort((first, -votes))[0]])
