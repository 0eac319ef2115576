"""A percent axis on which a point near 100 % can still be seen beside values far below."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from digits.figures import looks

WIDE = 20  # points; where values lie further apart than this, the axis follows the logarithm of the error
TICKS = (0, 20, 50, 70, 80, 90, 95, 97, 98, 99, 99.5, 100)
LEAST_ERROR = 0.2  # points, added to every error, so that 100 % has a place
MARGIN = 0.06  # of the axis, below and above
FAR = 3  # times the quartiles' distance below the lower one: "far out" (Tukey 1977)
NEAR = 0.05  # on the logarithmic axis, the least that the quartiles' distance is taken for
MARK = 0.9  # inches, more than a mark of what lies below the axis takes
ROOM = 0.3  # of the logarithmic axis, at most, below and above, for ends of intervals


def is_wide(percent: np.ndarray) -> bool:
    """Whether these values, NaN among them or not, ask for the logarithmic axis."""
    known = percent[np.isfinite(percent)]
    return bool(known.size) and float(np.ptp(known)) > WIDE


def floor(percent: np.ndarray) -> float:
    """Return the least value, NaN aside, that an axis need show: one far below all others would press them together at its top."""
    known = percent[np.isfinite(percent)]
    if not is_wide(known):
        return float(known.min(initial=100))
    low, high = np.quantile(_height(known), [0.25, 0.75])
    return float(known[_height(known) >= low - FAR * max(high - low, NEAR)].min())


def mark_below(ax: Axes, places: np.ndarray, percent: np.ndarray) -> None:
    """Say at the foot of the axis which values lie below it: at `places` (n,) along the x axis, NaN or shown above for the rest.

    Those nearer to one another than a word is wide are said together.
    """
    bottom, _ = ax.get_ylim()
    below = sorted((place, value) for place, value in zip(places, percent, strict=True) if value < bottom)
    inches = [(ax.transData - ax.figure.dpi_scale_trans).transform((place, bottom))[0] for place, _ in below]
    groups: list[list[int]] = []
    for i in range(len(below)):
        if groups and inches[i] - inches[groups[-1][-1]] < MARK:
            groups[-1].append(i)
        else:
            groups.append([i])
    style = {"ha": "center", "va": "bottom", "size": looks.TEXT, "color": looks.MUTED}
    for group in groups:
        low, high = (f"{end(below[i][1] for i in group):.0f}" for end in (min, max))
        text = f"↓ {low} %" if low == high else f"↓ {low} to {high} %"
        ax.annotate(text, (below[group[len(group) // 2]][0], 0.01), xycoords=("data", "axes fraction"), **style)


def by_error(ax: Axes, percent: np.ndarray, *, ends: np.ndarray | None = None) -> None:
    """Scale the y axis by the logarithm of the error, 100 - percent, and to the range of the values, 0 to 100, and of the ends."""
    known = percent[np.isfinite(percent)]
    ax.set_yscale("function", functions=(_height, _percent))
    low, high = _height(known.min()), _height(known.max())
    span = high - low
    if ends is not None and np.isfinite(ends).any():
        of_ends = _height(ends[np.isfinite(ends)])
        low, high = np.clip(of_ends.min(), low - ROOM * span, low), np.clip(of_ends.max(), high, high + ROOM * span)
    ax.set_ylim(max(_percent(low - MARGIN * span), 0), min(_percent(high + MARGIN * span), 100))
    ax.yaxis.set_major_locator(FixedLocator(TICKS))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_locator(NullLocator())


def axis(ax: Axes, percent: np.ndarray, *, ticks: int, ends: np.ndarray | None = None, least: float = 0) -> None:
    """Put round ticks on the y axis, about so many, or scale it by the error if the values lie far apart.

    What lies below `least`, such as their `floor`, is not shown; `mark_below` says so.

    With the intervals' ends the axis has the values' range, and room for the ends: as much again on either side at most, or
    `ROOM` of it on the logarithmic axis. The interval of two seeds can be a hundred times as wide as anything to be seen, and runs
    out of the panel.
    """
    known = percent[np.isfinite(percent)]
    shown = known[known >= least]
    if is_wide(shown):
        by_error(ax, shown, ends=ends)
        return
    if ends is not None or len(shown) < len(known):
        _limit(ax, shown, ends=shown if ends is None else ends[np.isfinite(ends)])
    ax.yaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10]))


def _limit(ax: Axes, known: np.ndarray, *, ends: np.ndarray) -> None:
    span = max(known.max() - known.min(), 0.5)
    low = np.clip(ends.min(initial=np.inf), known.min() - span, known.min() - 0.25 * span)
    high = np.clip(ends.max(initial=-np.inf), known.max() + 0.25 * span, known.max() + span)
    ax.set_ylim(low - 0.05 * span, high + 0.05 * span)


def _height(percent):
    return -np.log(100 + LEAST_ERROR - np.minimum(percent, 100))


def _percent(height):
    return 100 + LEAST_ERROR - np.exp(-height)
