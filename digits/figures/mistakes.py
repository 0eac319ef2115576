"""The test images that the network reads wrongly and is most sure of."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks


def draw(
    images: np.ndarray,
    *,
    labels: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    class_names: Sequence[str] | np.ndarray,
    title: str,
) -> Figure:
    """Return the figure of uint8 images (n, 28, 28), n from 0 to 25, in the order given: the caller chooses and sorts.

    `labels` and `predicted` (n,) are indices into the class names; `probabilities` (n,), 0 to 1, are those predicted's.
    """
    if not len(images):
        figure = looks.page("Mistakes: none", title=title, height=0.8, within=None)
        ax = digit_grid.in_inches(figure, height=0.8)
        ax.text(looks.MARGIN, 0.3, "Each test image is predicted as what it is.", size=12, color=looks.INK)
        return figure
    return digit_grid.draw(
        images,
        labels=labels,
        predicted=predicted,
        probabilities=probabilities,
        class_names=class_names,
        what="The most confident mistake" if len(images) == 1 else f"The {len(images)} most confident mistakes",
        title=title,
    )
