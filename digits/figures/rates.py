"""Accuracy against the learning rate, a line for each network."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from digits.figures import looks, percent

# Okabe and Ito 2008, without the yellow.
COLORS = (looks.BLUE, looks.VERMILLION, "#009E73", "#CC79A7", "#56B4E9", "#E69F00", looks.INK)
APART = 0.012  # of the axis, from one network's points to the next one's, so that intervals do not hide one another
LINE = 0.055  # of the axes' height, between two names


def draw(rates: np.ndarray, curves: Mapping[str, Mapping[str, np.ndarray]], *, title: str) -> Figure:
    """Return the figure of learning rates (k,) and for each network mean, low and high (k,), shares from 0 to 1 or NaN."""
    figure = looks.page("Validation accuracy by learning rate", title=title, height=5.3)
    ax = figure.subplots()
    looks.tidy(ax)
    places = np.log10(np.asarray(rates, np.float64))
    order = np.argsort(places)
    span = max(places.max() - places.min(), 1.0)
    last, means, ends = {}, [], []
    for i, (name, curve) in enumerate(curves.items()):
        x = places[order] + APART * span * (i - (len(curves) - 1) / 2)
        mean, low, high = (100 * np.asarray(curve[key], np.float64)[order] for key in ("mean", "low", "high"))
        means.append(mean)
        ends += [low, high]
        style = {"color": COLORS[i % len(COLORS)]}
        sure = np.isfinite(low) & np.isfinite(high)
        spans = [(mean - low)[sure], (high - mean)[sure]]
        ax.errorbar(x[sure], mean[sure], spans, fmt="none", elinewidth=1.4, capsize=4, ecolor=style["color"], zorder=2)
        ax.plot(x, mean, "o-", linewidth=1.9, markersize=6, markeredgecolor="white", zorder=3, **style)
        last[name] = float(mean[np.isfinite(mean)][-1]) if np.isfinite(mean).any() else 0.0
    ax.set_xticks(places[order], [f"{rate:g}" for rate in np.asarray(rates)[order]])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(places.min() - 0.06 * span, places.max() + 0.06 * span)
    percent.axis(ax, np.concatenate(means), ends=np.concatenate(ends), ticks=8)
    what = "learning rate per step;  bars: 95 % interval over the seeds, cut off where they leave the panel"
    ax.set_xlabel(what, size=looks.TEXT + 0.5, color=looks.INK)
    ax.set_ylabel("validation accuracy, %", size=looks.TEXT + 0.5, color=looks.INK)
    to_axes = ax.transData + ax.transAxes.inverted()
    heights = looks.spread([float(np.clip(to_axes.transform((0, end))[1], 0, 1)) for end in last.values()], gap=LINE)
    for i, (name, height) in enumerate(zip(last, heights, strict=True)):
        style = {"va": "center", "size": looks.TEXT, "weight": "bold", "color": COLORS[i % len(COLORS)]}
        ax.text(1.012, height, looks.fitted(name, inches=1.8, weight="bold"), transform=ax.transAxes, parse_math=False, **style)
    return looks.settle(figure)
