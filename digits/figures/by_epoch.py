"""Lines over epochs, as the accuracy and the loss figure draw them: named at their ends, the best epoch marked."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from digits.figures import looks

History = Mapping[str, np.ndarray]  # column -> (epochs,); "epoch" counts from 1
LINE = 0.052  # of the axes' height, from one name at the right end to the next
FOOT = {"train": 0.035, "validation": 0.035 + LINE, "test": 0.035 + 2 * LINE}  # of it, where the not finite is marked


def best(history: History) -> int | None:
    """Return the row of the lowest validation loss, the first among equals; None where no validation loss is finite."""
    losses = np.asarray(history.get("validation_loss", []), np.float64)
    losses = np.where(np.isfinite(losses), losses, np.inf)
    return int(losses.argmin()) if np.isfinite(losses).any() else None


def line(ax: Axes, epochs: np.ndarray, values: np.ndarray, *, split: str) -> None:
    """Draw one split's values; what is not finite is a gap, and a value between gaps a dot."""
    known = np.isfinite(values)
    beside = np.concatenate([[False], known[:-1]]) | np.concatenate([known[1:], [False]])
    ax.plot(
        epochs,
        np.where(known, values, np.nan),
        label=split,
        color=looks.OF_SPLIT[split],
        linewidth=1.9 if len(epochs) <= 150 else 1.1,
        solid_joinstyle="round",
        marker="o",
        markersize=6,
        markevery=np.flatnonzero(known & ~beside).tolist(),
        zorder=2 if split == "train" else 3,
    )


def name_ends(ax: Axes, values: Mapping[str, np.ndarray], *, form: str) -> None:
    """Write each split's name and last value beside the right end of its line. Limits and scale are set before."""
    heights, texts = [], []
    for split, column in values.items():
        known = bool(np.isfinite(column[-1]))
        at = (ax.transScale + ax.transLimits).transform((1.0, column[-1]))[1] if known else FOOT[split]
        heights.append(min(max(float(at), 0.0), 1.0))
        texts.append(f"{split} {form.format(column[-1])}" if known else f"{split} not finite")
    for split, text, height in zip(values, texts, looks.spread(heights, gap=LINE), strict=True):
        color = looks.OF_SPLIT[split]
        ax.text(1.012, height, text, transform=ax.transAxes, va="center", size=looks.TEXT, weight="bold", color=color)


def mark_best(ax: Axes, epoch: float, values: Mapping[str, float], *, text: str) -> None:
    """Mark an epoch by a line, a dot on each curve, and a text above the axes, where no curve can be."""
    ax.axvline(epoch, color=looks.INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    lowest, highest = ax.get_ylim()
    for split, value in values.items():
        if lowest <= value <= highest:  # a logarithmic axis does not show 0
            style = {"color": looks.OF_SPLIT[split], "markersize": 7, "markeredgecolor": "white"}
            ax.plot(epoch, value, "o", zorder=5, clip_on=False, **style)
    low, high = ax.get_xlim()
    along = (epoch - low) / (high - low)
    side = "left" if along < 0.33 else "right" if along > 0.67 else "center"
    style = {"size": looks.TEXT, "color": looks.INK, "linespacing": 1.35}
    ax.text(epoch, 1.015, text, transform=ax.get_xaxis_transform(), ha=side, va="bottom", **style)


def count_epochs(ax: Axes, epochs: np.ndarray) -> None:
    """Give the x axis its limits, whole-numbered ticks and name."""
    first, last = float(epochs[0]), float(epochs[-1])
    room = max(0.5, 0.012 * (last - first))
    ax.set_xlim(first - room, last + room)
    ticks = MaxNLocator(nbins=10, integer=True, steps=[1, 2, 5, 10]).tick_values(first, last)
    beyond = first + 0.04 * (last - first)  # else its number would touch the first one's
    ax.set_xticks(sorted({first} | {tick for tick in ticks if beyond <= tick <= last and tick == int(tick)}))
    ax.set_xlabel("epoch", size=looks.TEXT + 0.5, color=looks.INK)
