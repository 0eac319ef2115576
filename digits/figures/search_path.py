"""The path of a line search: at each step the values tried along one dimension, and the one it went on with."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from digits.figures import looks, percent

MOST = 60  # steps that can be named below the axis
FEW = 20  # steps between which a number has room


def draw(tried: Sequence[np.ndarray], chosen: np.ndarray, *, names: Sequence[str], descents: Sequence[int], title: str) -> Figure:
    """Return the figure of the steps in their order.

    tried     of each step the validation accuracies along its dimension, 0 to 1
    chosen    (steps,), the accuracy it went on with
    names     what each step chose, "filters 64"
    descents  which start each step belongs to; a new one begins where the search was started anew
    """
    figure = looks.page("The path of the line search", title=title, height=5.6)
    ax = figure.subplots()
    looks.tidy(ax)
    for step, accuracies in enumerate(tried):
        ax.plot(np.full(len(accuracies), step), 100 * accuracies, "o", color="#b5b5b5", markersize=4, zorder=2)
    went_on = 100 * np.asarray(chosen, np.float64)
    for descent in np.unique(descents):
        (steps,) = np.nonzero(np.asarray(descents) == descent)
        ax.plot(steps, went_on[steps], "o-", color=looks.BLUE, linewidth=1.8, markersize=6, markeredgecolor="white", zorder=3)
        if steps[0]:
            ax.axvline(steps[0] - 0.5, color=looks.INK, linewidth=0.9, linestyle=(0, (4, 3)))
    best = int(went_on.argmax())
    ax.plot(best, went_on[best], "o", color=looks.VERMILLION, markersize=9, markeredgecolor="white", zorder=4)
    ax.set_title(
        f"best {went_on[best]:.2f} %, first reached at step {best + 1}", loc="left", size=looks.TEXT, color=looks.VERMILLION
    )
    every = -(-len(names) // MOST)
    ticks = range(0, len(names), every)
    texts = [looks.fitted(names[i], inches=1.7) for i in ticks]
    ax.set_xticks(
        list(ticks), texts, parse_math=False, rotation=90 if len(texts) > 12 else 30, ha="center" if len(texts) > 12 else "right"
    )
    ax.set_xlim(-0.6, len(names) - 0.4)
    measured = np.concatenate([*(100 * each for each in tried), went_on])
    highest = went_on.max()
    floor = max(measured.min(), highest - 4 * max(np.ptp(went_on), 1.0))  # a failure below takes no room
    room = max(highest - floor, 0.5)
    ax.set_ylim(floor - 0.03 * room, highest + 0.08 * room)
    percent.axis(ax, measured[measured >= floor], ticks=8)
    below = [(step, 100 * low) for step, low in enumerate(map(np.min, tried)) if 100 * low < floor]
    for step, low in below:
        text = f"↓ {low:.0f} %" if len(names) <= FEW else "↓"
        ax.annotate(text, (step, 0.01), xycoords=("data", "axes fraction"), ha="center", size=looks.TEXT, color=looks.MUTED)
    ax.set_ylabel("validation accuracy, mean of the seeds, %", size=looks.TEXT + 0.5, color=looks.INK)
    hint = "blue: what the step went on with;  grey: what else it tried"
    if below:
        hint += ";  ↓: the worst of it lies below"
    if len(set(descents)) > 1:
        hint += ";  dashed: begun again elsewhere"
    ax.set_xlabel(hint, size=looks.TEXT, color=looks.MUTED)
    return looks.settle(figure)
