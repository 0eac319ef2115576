"""Log loss per epoch of training and validation, and below it the learning rate that made it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from digits.figures import by_epoch, looks
from digits.figures.by_epoch import History

LOG_FROM = 5.0  # largest over smallest loss; below it a linear axis from 0 shows more


def draw(history: History, *, title: str) -> Figure:
    """Return the figure of the columns epoch, train_loss, validation_loss (if there) and learning_rate, each (epochs,).

    Losses are in nats per image. A loss that is not finite is a cross at the foot of its epoch.
    """
    figure = looks.page("Log loss by epoch", title=title, height=6.2)
    ax, below = figure.subplots(2, 1, sharex=True, height_ratios=[4.2, 1])
    epochs = np.asarray(history["epoch"], np.float64)
    splits = [split for split in ("train", "validation") if f"{split}_loss" in history]
    losses = {split: np.asarray(history[f"{split}_loss"], np.float64) for split in splits}
    for split, values in losses.items():
        by_epoch.line(ax, epochs, values, split=split)
    for panel in (ax, below):
        looks.tidy(panel)
    by_epoch.count_epochs(below, epochs)
    _scale(ax, losses)
    _cross_out(ax, epochs, losses)
    ax.set_ylabel("log loss, nats per image", size=looks.TEXT + 0.5, color=looks.INK)
    by_epoch.name_ends(ax, losses, form="{:.4g}")
    row = by_epoch.best(history)
    if row is not None:
        there = {split: float(values[row]) for split, values in losses.items() if np.isfinite(values[row])}
        values = ", ".join(f"{split} {there[split]:.4g}" for split in ("validation", "train") if split in there)
        text = f"best epoch {epochs[row]:.0f}: lowest validation loss\n{values}"
        by_epoch.mark_best(ax, epochs[row], there, text=text)
        below.axvline(epochs[row], color=looks.INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    _learning_rate(below, epochs, np.asarray(history["learning_rate"], np.float64))
    return looks.settle(figure)


def _scale(ax: Axes, losses: dict[str, np.ndarray]) -> None:
    known = np.concatenate([values[np.isfinite(values)] for values in losses.values()])
    above_zero = known[known > 0]
    if above_zero.size and above_zero.max() >= LOG_FROM * above_zero.min():
        low, high = np.log10(above_zero.min()), np.log10(above_zero.max())
        room = 0.05 * (high - low)
        ax.set_yscale("log")
        under = 3 * room if known.size < sum(map(len, losses.values())) else room  # the crosses take some
        ax.set_ylim(10 ** (low - under), 10 ** (high + room))
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high - low < 2.5 else (1,), numticks=12))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        ax.set_ylim(0, 1.1 * above_zero.max() if above_zero.size else 1)
        ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]) if known.size else NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _cross_out(ax: Axes, epochs: np.ndarray, losses: dict[str, np.ndarray]) -> None:
    lost = {split: ~np.isfinite(values) for split, values in losses.items() if not np.isfinite(values).all()}
    for split, where in lost.items():
        feet = np.full(where.sum(), by_epoch.FOOT[split])
        style = {"color": looks.OF_SPLIT[split], "markersize": 6, "markeredgewidth": 1.4}
        ax.plot(epochs[where], feet, "x", transform=ax.get_xaxis_transform(), label=f"{split} not finite", **style)
    if lost:
        counts = ", ".join(f"{split} in {where.sum()} of {len(where)} epochs" for split, where in lost.items())
        ax.set_xlabel(f"×  not finite: {counts}", loc="right", size=looks.TEXT, color=looks.INK)


def _learning_rate(ax: Axes, epochs: np.ndarray, rates: np.ndarray) -> None:
    ax.fill_between(epochs, rates, color="#ececec", linewidth=0, zorder=0.5)
    ax.plot(epochs, rates, color=looks.INK, linewidth=1.4, marker="o" if len(epochs) == 1 else None, markersize=6)
    known = rates[np.isfinite(rates)]
    highest = known.max() if known.size else 0
    ax.set_ylim(0, 1.12 * highest if highest > 0 else 1)
    ax.yaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.set_title("learning rate per step", loc="left", size=looks.TEXT + 0.5, color=looks.INK)
