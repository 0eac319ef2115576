"""Pictures of one digit each, as they are and as the network gets them, with its answers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from digits.answers import Answer, in_words
from digits.figures import looks
from digits.figures.digit_grid import LINE, in_inches

LEGEND = "each as it is, as the network gets it, and the answer, ? if unsure, with the likeliest answer's probability"

COLUMNS = 10
SIDE = 0.84  # inches of a picture: 84 pixels at 100 dpi, so that each of the 28 is three wide
PITCH = 0.94  # inches from one picture to the next
STEP = 2 * SIDE + 2 * LINE + 0.16  # inches from one row to the next; of answers of more than a letter a line more
NAMED = 0.34  # inches, a folder's name


def draw(
    thumbnails: Sequence[np.ndarray], images: np.ndarray, *, answers: Sequence[Answer], folders: Sequence[str], title: str
) -> Figure:
    """Return the figure of uint8 (height, width, 3) thumbnails, red first, and below each its image (28, 28).

    `folders` (n,) names the folder of each, those of one folder in a row; its name stands above them, unless it is "".
    """
    groups: dict[str, list[int]] = {}
    for index, folder in enumerate(folders):
        groups.setdefault(folder, []).append(index)
    words = in_words(answers)
    step = STEP + (LINE if words else 0)
    heights = {name: (NAMED if name else 0) + step * -(-len(rows) // COLUMNS) for name, rows in groups.items()}
    height = sum(heights.values()) + 0.35
    figure = looks.page(_what(answers), title=title, height=height, within=None)
    ax = in_inches(figure, height=height)
    top = 0.0
    for name, rows in groups.items():
        fitted = looks.fitted(name, inches=looks.WIDTH - 2 * looks.MARGIN, size=12, weight="bold")
        ax.text(looks.MARGIN, top + 0.04, fitted, va="top", size=12, weight="bold", color=looks.INK, parse_math=False)
        for place, index in enumerate(rows):
            x, y = looks.MARGIN + PITCH * (place % COLUMNS), top + (NAMED if name else 0) + step * (place // COLUMNS)
            _picture(ax, thumbnails[index], x=x, y=y)
            _picture(ax, images[index], x=x, y=y + SIDE)
            _frame(ax, answers[index], x=x, y=y, words=words)
        top += heights[name]
    ax.text(looks.MARGIN, height - 0.14, LEGEND, size=looks.TEXT, color=looks.MUTED)
    return figure


def _picture(ax: Axes, image: np.ndarray, *, x: float, y: float) -> None:
    limits = ax.axis()  # imshow moves them
    wide, high = SIDE * image.shape[1] / max(image.shape[:2]), SIDE * image.shape[0] / max(image.shape[:2])
    left, up = x + (SIDE - wide) / 2, y + (SIDE - high) / 2
    colours = {} if image.ndim == 3 else {"cmap": "gray", "vmin": 0, "vmax": 255}
    ax.imshow(image, extent=(left, left + wide, up + high, up), aspect="auto", interpolation="nearest", **colours)
    ax.axis(limits)


def _frame(ax: Axes, answer: Answer, *, x: float, y: float, words: bool) -> None:
    """Draw the frame, and below it the answer and its probability, in two lines if there are words among the answers."""
    odd = {"wrong": looks.VERMILLION, "unsure": looks.MUTED}
    colour = odd.get(answer.verdict, looks.GRID)
    ax.add_patch(
        Rectangle((x, y), SIDE, 2 * SIDE, fill=False, edgecolor=colour, linewidth=2.5 if answer.verdict in odd else 1.0, zorder=3)
    )
    style = {"va": "top", "color": odd.get(answer.verdict, looks.INK), "parse_math": False}
    below = y + 2 * SIDE + 0.05
    size, away, under = (looks.TEXT, 0, LINE) if words else (12, 0.18, 0.01)
    ax.text(x, below, looks.fitted(answer.said, inches=SIDE, size=size, weight="bold"), size=size, weight="bold", **style)
    ax.text(x + away, below + under, f"{100 * answer.probability:.0f} %", size=looks.TEXT, **style)
    if answer.truth is not None and answer.verdict != "right":
        truth = looks.fitted(f"true {answer.truth}", inches=SIDE)
        ax.text(x, below + LINE + (under if words else 0), truth, size=looks.TEXT, **style)


def _what(answers: Sequence[Answer]) -> str:
    unsure = sum(answer.verdict == "unsure" for answer in answers)
    return f"{len(answers)} pictures of a digit, {unsure or 'none'} of them unsure"
