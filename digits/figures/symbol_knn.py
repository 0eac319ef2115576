"""How the nearest neighbours read each symbol when it is left out: in the embedding, and in raw pixels."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digits.evaluation import confusion
from digits.figures import looks
from digits.figures.confusion import DIAGONAL, ERRORS
from digits.symbols import Symbols

NUMBERED = 8  # categories; counts of more would be too small to read


def draw(symbols: Symbols, *, answers: Mapping[tuple[str, int], np.ndarray], title: str) -> Figure:
    """Return a confusion matrix for each space and k of the answers, a row a space, the share of right ones above it."""
    spaces, ks = (list(dict.fromkeys(keys)) for keys in zip(*answers, strict=True))
    letters = [looks.fitted(letter, inches=0.8) for letter in symbols.letters()]
    matrices = {at: confusion(symbols.labels, predicted, classes=len(letters)) for at, predicted in answers.items()}
    most = max(0.5, *(float(_errors(counts).max()) for counts in matrices.values()))  # one scale, so that panels compare
    heading = (
        "Each symbol left out and read by its nearest neighbours: counts"
        if len(letters) <= NUMBERED
        else f"Left out and read by its nearest neighbours: orange, {100 * most:.0f} % of a category"
    )
    figure = looks.page(heading, title=title, height=3.3 * len(spaces), within=0.96)
    grid = figure.subplots(len(spaces), len(ks), squeeze=False, gridspec_kw={"wspace": 0.12, "hspace": 0.12})
    for (space, k), counts in matrices.items():
        ax = grid[spaces.index(space), ks.index(k)]
        right = int(np.trace(counts))
        ax.set_title(f"{space}, k = {k}\n{right} of {len(symbols)} right", size=12, color=looks.INK, loc="left", pad=8)
        _matrix(ax, counts, letters, most=most)
        ax.set_xlabel("predicted", size=looks.TEXT, color=looks.MUTED)
        ax.set_ylabel("true", size=looks.TEXT, color=looks.MUTED)
    return looks.settle(figure)


def _errors(counts: np.ndarray) -> np.ma.MaskedArray:
    """Return each error's share of its true category; what is right is masked."""
    return np.ma.array(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), mask=np.eye(len(counts), dtype=bool))


def _matrix(ax: Axes, counts: np.ndarray, letters: list[str], *, most: float) -> None:
    """Draw counts as figures/confusion.py does, small: rows the true category, columns the predicted one.

    most  the share of a true category that is wholly orange
    """
    n = len(counts)
    colours = ERRORS.with_extremes(bad=DIAGONAL)
    ax.pcolormesh(_errors(counts), cmap=colours, vmin=0, vmax=most, edgecolors=looks.GRID, linewidth=0.6)
    ax.invert_yaxis()
    if n <= NUMBERED:
        for (row, column), count in np.ndenumerate(counts):
            if count or row == column:
                ax.text(column + 0.5, row + 0.5, f"{count}", ha="center", va="center", size=11, color=looks.INK)
    every = -(-n // NUMBERED)
    at = np.arange(0, n, every) + 0.5
    slanted = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if max(map(looks.width, letters)) > 0.25 else {}
    ax.set_xticks(at, letters[::every], parse_math=False, **slanted)
    ax.set_yticks(at, letters[::every], parse_math=False)
    ax.tick_params(length=0, labelsize=looks.TEXT, labelcolor=looks.INK)
    ax.spines[:].set_visible(False)
