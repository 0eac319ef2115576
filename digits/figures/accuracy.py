"""Accuracy per epoch of each split, on a scale that is stretched towards 100 %.

Equal steps up the axis are about equal factors of the error, so that 98.8 and 99.2 % stand as far apart as 40 and 60 %.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from digits.figures import by_epoch, looks
from digits.figures.by_epoch import History

# Percent, from the roundest to the finest: a finer one is taken where there are few rounder ones and it crowds none.
TICKS = (
    (0, 50, 90, 99, 99.9, 100),
    (80, 95, 98, 99.5, 99.8),
    (20, 40, 60, 70, 85, 97, 99.7),
    (10, 30, 93, 96, 98.5, 99.3),
)
ENOUGH = 7  # ticks
CLOSEST = 0.07  # of the axis, between two ticks
NARROW = 4.0  # largest over smallest error; below it even steps do


def draw(history: History, *, title: str) -> Figure:
    """Return the figure of the columns epoch, {train,validation,test}_accuracy and validation_loss, each (epochs,).

    Accuracies are shares from 0 to 1. Without its columns validation is left out, and no epoch is marked as the best.
    """
    figure = looks.page("Accuracy by epoch", title=title, height=5.3)
    ax = figure.subplots()
    looks.tidy(ax)
    epochs = np.asarray(history["epoch"], np.float64)
    percent = {
        split: 100 * np.asarray(history[f"{split}_accuracy"], np.float64)
        for split in looks.OF_SPLIT
        if f"{split}_accuracy" in history
    }
    for split, values in percent.items():
        by_epoch.line(ax, epochs, values, split=split)
    by_epoch.count_epochs(ax, epochs)
    _stretch(ax, percent)
    ax.set_ylabel("accuracy, % (stretched towards 100)", size=looks.TEXT + 0.5, color=looks.INK, labelpad=8)
    by_epoch.name_ends(ax, percent, form="{:.2f} %")
    row = by_epoch.best(history)
    if row is not None:
        there = {split: float(values[row]) for split, values in percent.items() if np.isfinite(values[row])}
        loss = float(history["validation_loss"][row])
        order = (split for split in ("validation", "test", "train") if split in there)
        shares = ", ".join(f"{split} {there[split]:.2f} %" for split in order)
        text = f"best epoch {epochs[row]:.0f}: lowest validation loss, {loss:.4g}\n{shares}"
        by_epoch.mark_best(ax, epochs[row], there, text=text)
    return looks.settle(figure)


def _stretch(ax: Axes, percent: dict[str, np.ndarray]) -> None:
    """Set scale, limits and ticks of the y axis."""
    known = np.concatenate([values[np.isfinite(values)] for values in percent.values()])
    held_out = np.concatenate([values[np.isfinite(values)] for split, values in percent.items() if split != "train"])
    # The offset keeps 100 % finite, and a training error of nearly 0 from taking all the room.
    errors = 100 - held_out[held_out < 100]
    offset = max(0.05, errors.min() / 4) if errors.size else 0.05  # percent

    def up(value: np.ndarray | float) -> np.ndarray:
        return -np.log10(np.maximum(100 + offset - np.asarray(value, np.float64), 1e-9))

    def down(height: np.ndarray | float) -> np.ndarray:
        return 100 + offset - 10 ** -np.asarray(height, np.float64)

    low, high = up(np.array([known.min(), known.max()] if known.size else [0.0, 100.0])).tolist()
    room = 0.05 * max(high - low, 0.1)
    low, high = max(low - room, float(up(0.0))), min(high + room, float(up(100.0)))
    ends = float(down(low)), float(down(high))
    ax.set_yscale("function", functions=(up, down))
    ax.set_ylim(*ends)
    ticks = _even_ticks(*ends) if high - low < np.log10(NARROW) else _ticks(up, low, high)
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.yaxis.set_minor_locator(NullLocator())


def _even_ticks(low: float, high: float) -> list[float]:
    ticks = MaxNLocator(nbins=7, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [round(tick, 6) for tick in ticks if low <= tick <= high]


def _ticks(up: Callable[[float], np.ndarray], low: float, high: float) -> list[float]:
    """Return percentages whose heights `up(percentage)` lie from low to high, none too close to another."""
    chosen: list[float] = []
    for candidates in TICKS:
        for tick in candidates if len(chosen) < ENOUGH else ():
            if low <= up(tick) <= high and all(abs(up(tick) - up(other)) >= CLOSEST * (high - low) for other in chosen):
                chosen.append(tick)
    return sorted(chosen)
