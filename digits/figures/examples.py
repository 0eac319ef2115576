"""Some test images, and what the network reads in them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid


def draw(
    images: np.ndarray,
    *,
    labels: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    class_names: Sequence[str] | np.ndarray,
    title: str,
) -> Figure:
    """Return the figure of uint8 images (n, 28, 28), n from 1 to 25.

    `labels` and `predicted` (n,) are indices into the class names; `probabilities` (n,), 0 to 1, are those predicted's.
    """
    wrong = int((np.asarray(labels) != np.asarray(predicted)).sum())
    return digit_grid.draw(
        images,
        labels=labels,
        predicted=predicted,
        probabilities=probabilities,
        class_names=class_names,
        what=f"Test images and their predictions: {wrong or 'none'} of {len(images)} wrong",
        title=title,
    )
