"""Small arrays on a page measured in inches: each value a whole number of screen pixels wide, one scale of colours for all."""

from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from digits.figures import looks

MOST = 64  # filters or channels of a figure
ROOM = looks.WIDTH - 2 * looks.MARGIN  # inches across
LARGEST = 2.6  # inches of a panel, where there are few
GAP = 0.12  # inches between panels
LABEL = 0.22  # inches, a line of text above a panel
BETWEEN = "#999999"  # the colour of nothing, between arrays drawn as one
BAR = 2.4  # inches of the scale of colours
HEAD = 0.62  # inches of the scale of colours and what is written below it


@dataclass(frozen=True)
class Scale:
    """Colours for values from `low` to `high`, and what the values are, with their unit."""

    colours: str
    low: float
    high: float
    words: str


PAPER = Scale("gray_r", 0, 255, "")  # of the uint8 images


def signed(values: np.ndarray, words: str) -> Scale:
    """Return blue below zero, white at it, red above, as far one way as the other."""
    most = float(np.nanmax(np.abs(values))) or 1.0
    return Scale("RdBu_r", -most, most, words)


def scale(values: np.ndarray, words: str) -> Scale:
    """Return dark at zero to bright, or blue to red if any value is below zero."""
    return signed(values, words) if np.nanmin(values) < 0 else Scale("viridis", 0.0, float(np.nanmax(values)) or 1.0, words)


def ink(values: np.ndarray, words: str = "") -> Scale:
    """Return white at the lowest value, black at the highest, as the digits are drawn."""
    return Scale("gray_r", min(0.0, float(np.nanmin(values))), float(np.nanmax(values)) or 1.0, words)


def tiled(arrays: np.ndarray, *, columns: int) -> np.ndarray:
    """Return arrays (n, height, width) as one, row by row, a line of nothing (nan) between them."""
    n, height, width = arrays.shape
    rows = -(-n // columns)
    tiles = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for i, array in enumerate(arrays):
        y, x = (height + 1) * (i // columns), (width + 1) * (i % columns)
        tiles[y : y + height, x : x + width] = array
    return tiles


def channels(values: np.ndarray) -> np.ndarray:
    """Return the channels of values (height, width, channels) side by side."""
    return tiled(np.moveaxis(values, -1, 0), columns=values.shape[-1])


def size(shape: tuple[int, ...], *, room: float) -> tuple[float, float]:
    """Return the height and width in inches of an array drawn as large as `room` inches each way allow."""
    pixels = max(1, int(100 * room / max(shape) + 1e-6))
    return shape[0] * pixels / 100, shape[1] * pixels / 100


def place(ax: Axes, values: np.ndarray, scale: Scale, *, x: float, y: float, room: float) -> tuple[float, float]:
    """Draw values (height, width) with their upper left corner at x, y, and return their height and width in inches."""
    limits = ax.axis()  # imshow moves them
    height, width = size(values.shape, room=room)
    where = {"extent": (x, x + width, y + height, y), "aspect": "auto", "interpolation": "nearest"}
    colours = colormaps[scale.colours].with_extremes(bad=BETWEEN)
    ax.imshow(values, cmap=colours, vmin=scale.low, vmax=scale.high, **where)
    ax.axis(limits)
    ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=looks.MUTED, linewidth=0.5, zorder=3))
    return height, width


def write(ax: Axes, text: str, *, x: float, y: float, room: float, color: str = looks.INK, ha: str = "left") -> None:
    """Write a line whose upper edge is at y, its end left out where it is wider than `room` inches."""
    shown = looks.fitted(text, inches=room)
    ax.text(x, y, shown, ha=ha, va="top", size=looks.TEXT, color=color, parse_math=False)


def legend(ax: Axes, scale: Scale, *, x: float, y: float) -> None:
    """Draw the scale of colours with its ends, and beside it what it stands for."""
    limits = ax.axis()
    ramp = np.linspace(scale.low, scale.high, 241)[None]
    ax.imshow(ramp, cmap=scale.colours, extent=(x, x + BAR, y + 0.16, y), aspect="auto", interpolation="nearest")
    ax.axis(limits)
    middle = (scale.low + scale.high) / 2
    for at, value, ha in ((x, scale.low, "left"), (x + BAR / 2, middle, "center"), (x + BAR, scale.high, "right")):
        write(ax, f"{value:.3g}", x=at, y=y + 0.2, room=BAR / 3, color=looks.MUTED, ha=ha)
    write(ax, scale.words, x=x + BAR + 0.15, y=y - 0.02, room=looks.WIDTH - x - BAR - 0.15 - looks.MARGIN)


def shown(what: str, count: int, noun: str, *, of: tuple[int, ...]) -> str:
    """Return a heading with the count and size of what it shows, and which of them if they are more than MOST."""
    which = f"the first {MOST} of {count}" if count > MOST else f"{count}"
    return f"{what}: {which} {noun}{'' if count == 1 else 's'} of {of[0]} x {of[1]}"
