"""What accuracy costs: each variation of a study by its time and by its size, and those that no other beats."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from digits import effects
from digits.figures import looks

NAMED = 5  # at most, of the front, the most accurate ones
GAP = 0.055  # of the axes' height, between two names


def draw(accuracy: np.ndarray, *, seconds: np.ndarray, parameters: np.ndarray, names: Sequence[str], title: str) -> Figure:
    """Return the figure of variations, each (n,): validation accuracy 0 to 1, seconds of training, parameters, and a name."""
    figure = looks.page("Accuracy against time and against size", title=title, height=5.2)
    left, right = figure.subplots(1, 2, sharey=True)
    for ax, cost, what in ((left, seconds, "training of a run, seconds"), (right, parameters, "parameters of the network")):
        _panel(ax, np.asarray(cost, np.float64), 100 * np.asarray(accuracy, np.float64), names)
        ax.set_xlabel(what, size=looks.TEXT + 0.5, color=looks.INK)
    left.set_ylabel("validation accuracy, %", size=looks.TEXT + 0.5, color=looks.INK)
    return looks.settle(figure)


def _panel(ax: Axes, cost: np.ndarray, percent: np.ndarray, names: Sequence[str]) -> None:
    looks.tidy(ax)
    front = effects.pareto(cost, percent)
    ax.plot(cost, percent, "o", color="#9a9a9a", markersize=5, alpha=0.8, markeredgewidth=0, zorder=2)
    style = {"markersize": 7, "markeredgecolor": "white", "linewidth": 1.6}
    ax.plot(cost[front], percent[front], "o-", color=looks.VERMILLION, drawstyle="steps-post", zorder=3, **style)
    ax.set_xscale("log")
    low, high = cost.min(), cost.max()
    ax.set_xlim(low / 1.3, high * (high / low) ** 0.05 * 1.3)
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 50 else (1,), numticks=8))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    ax.yaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.set_title("no other is cheaper and as accurate", loc="left", size=looks.TEXT, color=looks.VERMILLION)
    _name(ax, cost[front][-NAMED:], percent[front][-NAMED:], [names[i] for i in front[-NAMED:]])


def _name(ax: Axes, cost: np.ndarray, percent: np.ndarray, names: Sequence[str]) -> None:
    """Write the names in the lower right corner, from the best down, each with its number on the front."""
    for rank, (x, y, name) in enumerate(zip(cost[::-1], percent[::-1], names[::-1], strict=True), start=1):
        ax.annotate(
            str(rank), (x, y), (0, 7), textcoords="offset points", ha="center", size=looks.TEXT, color=looks.INK, weight="bold"
        )
        text = looks.fitted(f"{rank}  {name}", inches=4.0)
        ax.text(0.0, -0.17 - GAP * rank, text, transform=ax.transAxes, size=looks.TEXT, color=looks.INK, parse_math=False)
