"""Validation accuracy along each dimension of a study, a panel each."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digits.figures import looks, percent
from digits.figures.wrapping import wrapped

COLUMNS = 3
PANEL = 2.5  # inches
LINES = 4  # at most, of a value's name under its place
SIZES = (looks.TEXT, 9.5, 8.5)  # points of these names, the larger the better
OF_SEVERAL = (
    "grey: a setting of the other dimensions, a dot alone if tried at one value only;\n"
    "blue: their mean, with its 95 % interval over the seeds"
)
OF_ONE = "bars: the mean's 95 % interval over the seeds"
CUT = ", cut off where it leaves the panel"


def draw(panels: Mapping[str, Mapping[str, np.ndarray | Sequence[str]]], *, title: str) -> Figure:
    """Return the figure of the dimensions by their names.

    Each has labels (k,) as text; paths (places, k), mean, low and high (k,), shares from 0 to 1, NaN where nothing is known.
    """
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    figure = looks.page("Validation accuracy along each dimension", title=title, height=PANEL * rows + 0.3 * rows + 0.5)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    inches = looks.WIDTH / columns - 0.8
    cut = [_panel(ax, name, panel, inches=inches) for ax, (name, panel) in zip(axes, panels.items(), strict=False)]
    for ax in axes[len(panels) :]:
        ax.set_axis_off()
    for ax in axes[::columns]:
        ax.set_ylabel("accuracy, %", size=looks.TEXT, color=looks.INK)
    several = any(len(panel["paths"]) > 1 for panel in panels.values())
    figure.supxlabel((OF_SEVERAL if several else OF_ONE) + (CUT if any(cut) else ""), size=looks.TEXT, color=looks.MUTED)
    return looks.settle(figure)


def _panel(ax: Axes, name: str, panel: Mapping, *, inches: float) -> bool:
    """Draw one dimension, and return whether an interval leaves the panel."""
    looks.tidy(ax)
    places = np.arange(len(panel["labels"]))
    paths = 100 * np.asarray(panel["paths"], np.float64)
    for path in paths if len(paths) > 1 else ():  # a single one is the mean
        known = np.isfinite(path)
        ax.plot(places[known], path[known], color="#bdbdbd", linewidth=0.9, marker="o", markersize=2.5, zorder=2)
    mean, low, high = (100 * np.asarray(panel[key], np.float64) for key in ("mean", "low", "high"))
    spans = np.array([mean - low, high - mean])
    sure = np.isfinite(spans).all(axis=0)
    ax.errorbar(places[sure], mean[sure], spans[:, sure], fmt="none", ecolor=looks.BLUE, elinewidth=1.6, capsize=4, zorder=3)
    labels = [str(label) for label in panel["labels"]]
    between = "-" if all(map(_is_number, labels)) else "none"  # numbers have others between them, names have not
    style = {"linewidth": 1.8, "linestyle": between, "marker": "o", "markersize": 6, "markeredgecolor": "white"}
    ax.plot(places, mean, color=looks.BLUE, zorder=4, **style)
    _name_places(ax, places, labels, inches=0.97 * (inches + 0.2) / len(places))
    ax.set_xlim(-0.5, len(places) - 0.5)
    measured = np.concatenate([mean, *paths])
    percent.axis(ax, measured, ends=np.concatenate([low, high]), ticks=5)
    title = looks.fitted(name, inches=inches, size=11, weight="bold")
    ax.set_title(title, loc="left", size=11, weight="bold", color=looks.INK, parse_math=False)
    bottom, top = ax.get_ylim()
    return bool(((low < bottom) | (high > top)).any())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _name_places(ax: Axes, places: np.ndarray, labels: Sequence[str], *, inches: float) -> None:
    """Write the labels under their places, each within so many inches: as large as leaves them whole."""
    for size in SIZES:
        texts = ["\n".join(wrapped(label, inches=inches, lines=LINES, size=size)) for label in labels]
        ax.set_xticks(places, texts, size=size, parse_math=False)
        if not any("…" in text for text in texts):
            break
