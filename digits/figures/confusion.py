"""The confusion matrix as a table in which errors are coloured and right answers are not.

So ten errors show beside a thousand right answers.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from digits.figures import looks

DIAGONAL = "#e6eff6"
ERRORS = LinearSegmentedColormap.from_list("errors", ["#ffffff", "#fbdcc6", "#f2a36c", "#e0702a"])
RECALL, SUPPORT, BESIDE = 0.45, 1.15, 1.5  # inches right of the matrix: the middles of two columns, and their room
LONGEST = 1.5  # inches of a class name
SLANTED = 0.23  # inches from one slanted name to the next, at least
OVER = 0.03  # inches by which a count may be wider than its cell
SMALLEST = 8.0  # points of a count; where it would be smaller, thousands are written as k
# What stands inside the axes needs no margin, so the layout need not measure it.
STYLE: dict[str, Any] = {"ha": "center", "va": "center", "color": looks.INK, "in_layout": False}


def draw(counts: np.ndarray, *, class_names: Sequence[str] | np.ndarray, title: str) -> Figure:
    """Return the figure of integer counts (classes, classes), rows the true class and columns the predicted one."""
    counts = np.asarray(counts)
    n, images, right = len(counts), int(counts.sum()), int(np.trace(counts))
    names = [looks.fitted(str(name), inches=LONGEST) for name in class_names]
    longest = max(looks.width(name) for name in names)
    beside = max(longest, 0.9) + 0.4  # inches, left of the matrix
    column = min(1.25, (looks.WIDTH - beside - BESIDE) / n)  # inches
    row = min(0.5, max(0.3, column))
    slanted = longest > 0.9 * column
    height = row * (n + 1) + (0.6 + 0.7 * longest if slanted else 0.65) + 0.85

    share = f", {100 * right / images:.2f} %" if images else ""
    what = f"Confusion matrix: {right:,} of {images:,} images right{share}"
    within = min(0.97, (beside + column * n + BESIDE) / looks.WIDTH)
    figure = looks.page(what, title=title, height=height, within=within)
    ax = figure.subplots()
    _shade(ax, counts, legend=min(1.0, max(0.4, 2.8 / (column * n + BESIDE))))
    _write_counts(ax, counts, column=column)
    every = math.ceil(SLANTED / column) if slanted else 1
    _write_shares(ax, counts, column=column, every=every)
    _name(ax, names, slanted=slanted, every=every)
    ax.set_xlim(0, n + BESIDE / column)
    ax.set_ylim(n + 1, 0)
    return looks.settle(figure)


def _shade(ax: Axes, counts: np.ndarray, *, legend: float) -> None:
    """Colour each error by its percentage of the true class's images; the diagonal, masked, has a tint of its own.

    `legend` is the share of the axes' width that the scale of colours takes.
    """
    support = counts.sum(axis=1, keepdims=True)
    percent = np.ma.array(100 * counts / np.maximum(support, 1), mask=np.eye(len(counts), dtype=bool))
    highest = float(percent.max())
    colours = ERRORS.with_extremes(bad=DIAGONAL)
    mesh = ax.pcolormesh(percent, cmap=colours, vmin=0, vmax=highest or 1, edgecolors=looks.GRID, linewidth=0.6)
    if highest:
        bar = ax.figure.colorbar(mesh, ax=ax, location="bottom", shrink=legend, aspect=28, anchor=(0.0, 0.0), pad=0.02)
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0, labelsize=looks.TEXT, labelcolor=looks.INK)
        bar.ax.locator_params(nbins=5)
        bar.set_label("an error's share of the true class, %", loc="left", size=looks.TEXT, color=looks.INK)


def _write_counts(ax: Axes, counts: np.ndarray, *, column: float) -> None:
    """Write the counts into cells `column` inches wide.

    An error that did not happen leaves its cell empty, and a count that would stand in the next cell: its colour says it.
    """
    room = 72 * 0.96 * column / 0.7  # points of size times figures, 0.7 being a bold figure's width
    fitting = min(looks.TEXT + 0.5, room / len(str(counts.max())))
    short, size = fitting < SMALLEST, max(fitting, SMALLEST)
    for (row, place), count in np.ndenumerate(counts):
        if count or row == place:
            weight = "bold" if row == place else "normal"
            text = _thousands(count) if short and count >= 1000 else f"{count}"
            if looks.width(text, size=size, weight=weight) <= column + OVER:
                ax.text(place + 0.5, row + 0.5, text, size=size, weight=weight, **STYLE)


def _thousands(count: int) -> str:
    return f"{count / 1000:.1f}k" if count < 9950 else f"{count / 1000:.0f}k"


def _write_shares(ax: Axes, counts: np.ndarray, *, column: float, every: int) -> None:
    """Write recall and support right of the rows, precision below each `every`th column; columns are `column` inches wide."""
    n, right, support = len(counts), np.diag(counts), counts.sum(axis=1)
    recall_at, support_at = n + RECALL / column, n + SUPPORT / column
    for place, (recall, images) in enumerate(zip(_percent(right, support), support, strict=True)):
        ax.text(recall_at, place + 0.5, recall, size=looks.TEXT, **STYLE)
        ax.text(support_at, place + 0.5, f"{images}", size=looks.TEXT, **STYLE)
    digits = 1 if column > 1.15 * looks.width("100.0") else 0
    upright = {"rotation": 90} if column < looks.width("100") else {}
    for place, precision in [*enumerate(_percent(right, counts.sum(axis=0), digits=digits))][::every]:
        ax.text(place + 0.5, n + 0.55, precision, size=looks.TEXT, **STYLE, **upright)
    for at, text in ((recall_at, "recall, %"), (support_at, "images")):
        _head(ax, at, text, ha="center")


def _percent(right: np.ndarray, of: np.ndarray, *, digits: int = 1) -> list[str]:
    return [f"{100 * part / whole:.{digits}f}" if whole else "–" for part, whole in zip(right, of, strict=True)]


def _name(ax: Axes, names: Sequence[str], *, slanted: bool, every: int) -> None:
    """Name each row, and above them so many columns apart."""
    middles = np.arange(len(names)) + 0.5
    slant = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
    ax.spines[:].set_visible(False)
    ax.set_xticks(middles[::every], names[::every], parse_math=False, **slant)
    ax.set_yticks([*middles, len(names) + 0.55], [*names, "precision, %"], parse_math=False, va="center")
    ax.tick_params(length=0, labelsize=looks.TEXT, labelcolor=looks.INK, pad=6)
    ax.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.xaxis.set_label_position("top")
    ax.set_xlabel("predicted class", loc="left", size=looks.TEXT, color=looks.MUTED, labelpad=4 if slanted else 9)
    _head(ax, 0, "true class", ha="right")


def _head(ax: Axes, x: float, text: str, *, ha: str) -> None:
    """Write above the first row what stands below."""
    away = (-6 if ha == "right" else 0, 7)  # points
    ax.annotate(text, (x, 0), away, textcoords="offset points", ha=ha, va="bottom", size=looks.TEXT, color=looks.MUTED)
