"""One's own symbols, each beside the examples that are nearest to it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digits.figures import looks
from digits.figures.digit_grid import LINE, in_inches, place
from digits.figures.hues import hue
from digits.figures.symbol_distances import short_number
from digits.symbols import Symbols

COLUMNS = 2
WIDE = 4.8  # inches from one of one's own to the next
SIDE = 0.98  # inches of a symbol: 98 pixels at 100 dpi
NEAREST = 3
FIRST = 1.2  # inches from one of one's own to its nearest
PITCH = 1.1  # inches from one example to the next
STEP = SIDE + 2 * LINE + 0.3  # inches from row to row
MOST = 40


def draw(own: Symbols, *, examples: Symbols, distances: np.ndarray, title: str) -> Figure:
    """Return the figure of one's own, at most 40, with squared distances (own, examples); a wrong match is crossed."""
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :NEAREST]
    right = examples.labels[nearest[:, 0]] == own.labels
    shown = min(len(own), MOST)
    height = STEP * -(-shown // COLUMNS) + 0.1
    what = f"One's own beside their nearest examples: {right.sum()} of {len(own)} matched"
    figure = looks.page(what + (f", {shown} shown" if shown < len(own) else ""), title=title, height=height, within=None)
    ax = in_inches(figure, height=height)
    letters, titles = own.letters(), examples.titles()
    for i in range(shown):
        x, y = looks.MARGIN + WIDE * (i % COLUMNS), 0.05 + LINE + STEP * (i // COLUMNS)
        said = f"{'✓' if right[i] else '✗'} own {letters[own.labels[i]]}"
        _named(ax, own.images[i], said, x=x, y=y, colour=looks.INK if right[i] else looks.VERMILLION, wide=FIRST)
        for rank, j in enumerate(nearest[i].tolist()):
            at = x + FIRST + PITCH * rank
            _named(ax, examples.images[j], titles[j], x=at, y=y, colour=hue(examples.labels[j]), wide=PITCH)
            below = f"at {short_number(distances[i, j])}"
            ax.text(at, y + SIDE + 0.06, below, va="top", size=looks.TEXT, color=looks.INK)
    return figure


def _named(ax: Axes, image: np.ndarray, name: str, *, x: float, y: float, colour: str, wide: float) -> None:
    place(ax, image, x=x, y=y, side=SIDE, frame=colour)
    shown = looks.fitted(name, inches=wide - 0.1)
    ax.text(x, y - 0.06, shown, va="bottom", size=looks.TEXT, color=colour, parse_math=False)
