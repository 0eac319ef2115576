"""Principal component analysis: the plane through many-dimensional vectors in which they lie farthest apart. numpy only."""

from dataclasses import dataclass

import numpy as np

FLAT = 1e-9  # of the vectors' largest value, 1 at least: a spread below that is rounding, and no direction


@dataclass(frozen=True, eq=False)
class Components:
    """The first few principal components of some vectors."""

    mean: np.ndarray  # float64 (values,)
    axes: np.ndarray  # float64 (components, values), of length 1 and at right angles; 0 where the vectors spread no further
    share: np.ndarray  # float64 (components,), of the vectors' variance along each, 0 to 1, decreasing

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Return where vectors (n, values) lie along the axes, float64 (n, components), in the vectors' own unit."""
        return (vectors - self.mean) @ self.axes.T


def principal_components(vectors: np.ndarray, *, components: int) -> Components:
    """Return the principal components of vectors (n, values), by singular value decomposition.

    An axis might as well point the other way; here its entry of the largest magnitude is positive.
    """
    vectors = vectors.astype(np.float64)
    mean = vectors.mean(axis=0)
    _, spread, axes = np.linalg.svd(vectors - mean, full_matrices=False)
    real = min(components, int((spread > FLAT * max(1.0, np.abs(vectors).max())).sum()))
    axes = axes[:real]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    found, share = np.zeros((components, vectors.shape[1])), np.zeros(components)
    found[:real] = np.where(largest < 0, -axes, axes)
    share[:real] = spread[:real] ** 2 / max(np.square(spread).sum(), np.finfo(float).tiny)
    return Components(mean, found, share)
