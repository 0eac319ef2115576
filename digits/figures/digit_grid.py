"""Images in rows of five on a page measured in inches, five screen pixels to one of the image's at 100 dpi."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from digits.figures import looks

COLUMNS = 5
SIDE = 1.4  # inches of an image: 140 pixels at 100 dpi, so that each of the 28 is five wide
PITCH = 1.95  # inches from one image to the next
LINE = 0.2  # inches from one line of text to the next


def draw(
    images: np.ndarray,
    *,
    labels: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    class_names: Sequence[str] | np.ndarray,
    what: str,
    title: str,
) -> Figure:
    """Return a grid of images with their true class, and the predicted class with its probability, 0 to 1.

    A wrong prediction is framed, crossed and set in vermillion. Images are uint8 (n, 28, 28), the other arrays (n,).
    """
    step = SIDE + 3 * LINE + 0.3
    height = step * -(-len(images) // COLUMNS)
    figure = looks.page(what, title=title, height=height, within=None)
    ax = in_inches(figure, height=height)
    for i, image in enumerate(images):
        x, y = looks.MARGIN + PITCH * (i % COLUMNS), 0.05 + step * (i // COLUMNS)
        wrong = bool(labels[i] != predicted[i])
        place(ax, image, x=x, y=y, frame=looks.VERMILLION if wrong else looks.GRID)
        true, said = (str(class_names[int(which)]) for which in (labels[i], predicted[i]))
        says = {"color": looks.VERMILLION, "weight": "bold"} if wrong else {"color": looks.INK}
        _write(ax, f"true {true}", x=x, y=y + SIDE + 0.07, color=looks.INK)
        _write(ax, f"{'✗' if wrong else '✓'} read as {said}", x=x, y=y + SIDE + 0.07 + LINE, **says)
        _write(ax, f"with {100 * probabilities[i]:.1f} %", x=x, y=y + SIDE + 0.07 + 2 * LINE, color=says["color"])
    return figure


def _write(ax: Axes, text: str, *, x: float, y: float, color: str, weight: str = "normal") -> None:
    shown = looks.fitted(text, inches=PITCH - 0.1, weight=weight)
    ax.text(x, y, shown, va="top", size=looks.TEXT, color=color, weight=weight, parse_math=False)


def in_inches(figure: Figure, *, height: float) -> Axes:
    """Return bare axes over the lowest `height` inches of the figure: x from the left, y downwards from their top."""
    ax = figure.add_axes((0, 0, 1, height / figure.get_figheight()))
    ax.set_axis_off()
    ax.set(xlim=(0, looks.WIDTH), ylim=(height, 0))
    return ax


def place(ax: Axes, image: np.ndarray, *, x: float, y: float, side: float = SIDE, frame: str = looks.GRID) -> None:
    """Draw a uint8 image, 0 paper to 255 ink, with its upper left corner at x, y."""
    limits = ax.axis()  # imshow moves them
    where = {"extent": (x, x + side, y + side, y), "aspect": "auto"}
    ax.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest", **where)
    ax.axis(limits)
    thick = 1.0 if frame == looks.GRID else 2.5
    ax.add_patch(Rectangle((x, y), side, side, fill=False, edgecolor=frame, linewidth=thick, zorder=3))
