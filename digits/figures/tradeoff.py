"""What accuracy costs: each variation of a study by its time and by its size, and those that no other beats."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from digits import effects
from digits.figures import looks, percent
from digits.figures.wrapping import wrapped

NAMED = 5  # at most, of the front, the most accurate ones
KEY = 4.0  # inches, of a line that names them


def draw(
    accuracy: np.ndarray, *, seconds: np.ndarray, parameters: np.ndarray, names: Sequence[Sequence[str]], title: str
) -> Figure:
    """Return the figure of n variations: validation accuracy 0 to 1, seconds of updates, parameters, and a name, in parts."""
    figure = looks.page("Accuracy against time and against size", title=title, height=6.2)
    axes = figure.subplots(1, 2, sharey=True)
    percents = 100 * np.asarray(accuracy, np.float64)
    costs = {"updates of a run at its fastest pace, seconds": seconds, "parameters of the network": parameters}
    fronts = [
        _panel(ax, np.asarray(cost, np.float64), percents, names, what=what)
        for ax, (what, cost) in zip(axes, costs.items(), strict=True)
    ]
    axes[0].set_ylabel("validation accuracy, %", size=looks.TEXT + 0.5, color=looks.INK)
    looks.settle(figure)  # how near two numbers are, the layout decides
    for ax, front in zip(axes, fronts, strict=True):
        _number(ax, front)
    return figure


def _panel(ax: Axes, cost: np.ndarray, accuracies: np.ndarray, names: Sequence[Sequence[str]], *, what: str) -> np.ndarray:
    """Draw one of the two, and return the points (n, 2) that are named below it, the most accurate first."""
    looks.tidy(ax)
    front = effects.pareto(cost, accuracies)
    ax.plot(cost, accuracies, "o", color="#9a9a9a", markersize=5, alpha=0.8, markeredgewidth=0, zorder=2)
    style = {"markersize": 7, "markeredgecolor": "white", "linewidth": 1.6}
    ax.plot(cost[front], accuracies[front], "o-", color=looks.VERMILLION, drawstyle="steps-post", zorder=3, **style)
    ax.set_xscale("log")
    low, high = cost.min(), cost.max()
    ax.set_xlim(low / 1.3, high * (high / low) ** 0.05 * 1.3)
    ax.xaxis.set_major_locator(LogLocator(subs=_marks(high / low), numticks=8))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    percent.axis(ax, accuracies, ticks=8, least=percent.floor(accuracies))
    percent.mark_below(ax, cost, accuracies)
    ax.set_title("no other is cheaper and as accurate", loc="left", size=looks.TEXT, color=looks.VERMILLION)
    named = front[: -NAMED - 1 : -1]
    shared, own = _apart([names[i] for i in named])
    below = wrapped(f"1 to {len(own)}: {shared}", inches=KEY, lines=2) if shared else []
    below += [looks.fitted(f"{rank}  {name}", inches=KEY) for rank, name in enumerate(own, start=1)]
    lines = [what, "", *below, *([""] * (1 + NAMED - len(below)))]
    ax.set_xlabel("\n".join(lines), size=looks.TEXT, color=looks.INK, loc="left", linespacing=1.4, parse_math=False)
    return np.column_stack([cost[named], accuracies[named]])


def _marks(factor: float) -> tuple[float, ...]:
    """Return the multiples of each power of ten that are marked on an axis whose costs differ by this factor."""
    if factor < 3:
        return (1, 1.5, 2, 3, 4, 5, 6, 8)
    return (1, 2, 5) if factor < 50 else (1,)


def _number(ax: Axes, points: np.ndarray) -> None:
    """Number the points (n, 2) of the front, the most accurate first: above and to the left, where the front seldom runs.

    A number that would stand on the one before it stands below that.
    """
    line = looks.TEXT + 1  # points
    style = {"textcoords": "offset points", "ha": "right", "size": looks.TEXT, "color": looks.INK, "weight": "bold"}
    to_inches = ax.transData - ax.figure.dpi_scale_trans
    last_x, last_y = np.inf, np.inf
    for rank, point in enumerate(points, start=1):
        x, y = 72 * to_inches.transform(point)
        lift = min(2.0, last_y - line - y) if last_x - x < line else 2.0
        ax.annotate(str(rank), point, (-4, lift), **style)
        last_x, last_y = x, y + lift


def _apart(names: Sequence[Sequence[str]]) -> tuple[str, list[str]]:
    """Return the parts that all names share, such as "kernel 3", and what is each one's own."""
    shared = [part for part in names[0] if all(part in other for other in names[1:])] if len(names) > 1 else []
    return ", ".join(shared), [", ".join(part for part in of if part not in shared) or "nothing else" for of in names]
