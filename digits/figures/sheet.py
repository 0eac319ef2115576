"""The contact sheet: the first images of each split, with their labels."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from digits.figures import looks
from digits.figures.digit_grid import COLUMNS, LINE, SIDE, in_inches, place

NAMED = 1.4  # inches from the left edge to the first image, for the split's name
PITCH = 1.73  # inches from one image to the next
STEP = SIDE + LINE + 0.28  # inches from one row of images to the next
EMPTY = 0.5  # inches, the row of a split without images


def draw(
    images_by_split: Mapping[str, np.ndarray],
    *,
    labels_by_split: Mapping[str, np.ndarray],
    class_names: Sequence[str] | np.ndarray,
    title: str,
) -> Figure:
    """Return the figure of each split's uint8 images (n, 28, 28), a row a split, their classes (n,) written above them.

    More than five images go on in a further row; a split without images is a row that says so.
    """
    heights = {split: STEP * -(-len(images) // COLUMNS) or EMPTY for split, images in images_by_split.items()}
    height = sum(heights.values()) + 0.1
    figure = looks.page("The first images of each split", title=title, height=height, within=None)
    ax = in_inches(figure, height=height)
    top = 0.0
    for split, images in images_by_split.items():
        middle = top + (LINE + 0.1 + SIDE / 2 if len(images) else EMPTY / 2)
        ax.text(looks.MARGIN, middle, split, va="center", size=12, weight="bold", color=looks.INK, parse_math=False)
        if not len(images):
            ax.text(NAMED, middle, "no images", va="center", size=12, color=looks.MUTED)
        for i, image in enumerate(images):
            x, y = NAMED + PITCH * (i % COLUMNS), top + LINE + 0.1 + STEP * (i // COLUMNS)
            name = looks.fitted(str(class_names[int(labels_by_split[split][i])]), inches=PITCH - 0.1)
            ax.text(x, y - 0.06, name, va="bottom", size=looks.TEXT, color=looks.INK, parse_math=False)
            place(ax, image, x=x, y=y)
        top += heights[split]
    return figure
