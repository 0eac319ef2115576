"""Which pixels speak for what the network answers: right answers, then wrong ones, also with what would have been right."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks, panels

COLUMNS = 5
ROWS = {True: 2, False: 3}  # of panels: the image and its map; and the map of the true class for a wrong answer
STEP = 1.4 + panels.LABEL + 0.1  # inches from one row of panels to the next
CLIPPED = 99.8  # percent of the pixels lie within the scale of colours: a few large ones would leave the others pale
HEADED = 0.34  # inches of the line above the right and above the wrong answers


def draw(
    images: np.ndarray,
    *,
    labels: np.ndarray,
    predicted: np.ndarray,
    for_predicted: np.ndarray,
    for_truth: np.ndarray,
    class_names: Sequence[str] | np.ndarray,
    title: str,
) -> Figure:
    """Return the figure of uint8 images (n, 28, 28), the right answers among them above the wrong ones, five in a row.

    labels, predicted           int (n,), indices into the class names
    for_predicted, for_truth    float (n, 28, 28), nats that each pixel adds to log p of that class
    """
    right = np.asarray(labels) == np.asarray(predicted)
    heights = {kind: HEADED + ROWS[kind] * STEP * -(-int((right == kind).sum()) // COLUMNS) for kind in (True, False)}
    below = 2 * panels.HEAD + sum(heights.values()) + 0.2
    figure = looks.page("Which pixels speak for the answer: integrated gradients", title=title, height=below, within=None)
    ax = digit_grid.in_inches(figure, height=below)
    of_read, of_truth = (
        _scale(for_predicted, "the class it was read as"),
        _scale(for_truth[~right], "the true class, below wrong answers"),
    )
    for line, scale in enumerate((of_read, of_truth) if (~right).any() else (of_read,)):
        panels.legend(ax, scale, x=looks.MARGIN, y=0.05 + panels.HEAD * line)
    y = 2 * panels.HEAD
    for kind, word in ((True, "right"), (False, "wrong")):
        rows = np.flatnonzero(right == kind)
        heading = f"{len(rows) or 'No'} {word} answer{'' if len(rows) == 1 else 's'} shown"
        ax.text(looks.MARGIN, y, heading, va="top", size=12, weight="bold", color=looks.INK)
        for place, row in enumerate(rows):
            said, truth = (str(class_names[int(which[row])]) for which in (predicted, labels))
            x, top = looks.MARGIN + 1.95 * (place % COLUMNS), y + HEADED + ROWS[kind] * STEP * (place // COLUMNS)
            name = f"true {truth}, read as {said}"
            maps = [(said, for_predicted[row], of_read)] + ([] if kind else [(truth, for_truth[row], of_truth)])
            _column(ax, images[row], maps, name=name, x=x, y=top)
        y += heights[kind] + 0.1
    return figure


def _scale(maps: np.ndarray, of: str) -> panels.Scale:
    most = float(np.percentile(np.abs(maps), CLIPPED)) if maps.any() else 1.0
    return panels.Scale("RdBu_r", -most, most, f"nats that a pixel adds to log p of {of}; a few add more")


def _column(
    ax: Axes, image: np.ndarray, maps: list[tuple[str, np.ndarray, panels.Scale]], *, name: str, x: float, y: float
) -> None:
    panels.write(ax, name, x=x, y=y, room=1.85)
    panels.place(ax, image, panels.PAPER, x=x, y=y + panels.LABEL, room=1.4)
    for row, (of, values, scale) in enumerate(maps, start=1):
        panels.write(ax, f"for {of}: {values.sum():+.2f} nats", x=x, y=y + row * STEP, room=1.85)
        panels.place(ax, values, scale, x=x, y=y + row * STEP + panels.LABEL, room=1.4)
