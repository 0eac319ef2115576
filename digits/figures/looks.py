"""What every figure shares: colours, the heading, and text that stays within its place.

A figure is 10 inches wide, 1000 pixels at 100 dpi. Sizes of text are in points, places in inches. Whoever imports
this draws all text in `fonts`, which are set in Matplotlib's rcParams.
"""

import logging
import textwrap
from collections.abc import Collection, Sequence

from matplotlib import font_manager, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import text_to_path

WIDTH = 10.0  # inches
MARGIN = 0.3  # inches left of the heading, and of whatever is placed by hand
TEXT = 10.5  # points

# Okabe and Ito 2008, colours that stay apart for the colour-blind; the greys are ours.
BLUE = "#0072B2"
VERMILLION = "#D55E00"
INK = "#222222"
MUTED = "#666666"
GRID = "#e3e3e3"

OF_SPLIT = {"train": "#767676", "validation": BLUE, "test": VERMILLION}

LATIN = "DejaVu Sans"  # comes with Matplotlib; it has Greek, Cyrillic and more as well
EASTERN = (  # fonts with Chinese, Japanese and Korean letters, one or more of which most desktops have
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic",
    "PingFang SC", "Hiragino Sans", "Hiragino Sans GB", "Apple SD Gothic Neo", "IPAexGothic", "IPAGothic", "NanumGothic",
)  # fmt: skip


def fonts(there: Collection[str]) -> list[str]:
    """Return the fonts in which a letter is looked up, one after the other, of those that Matplotlib found on this machine."""
    return [LATIN, *(name for name in EASTERN if name in there)]


rcParams["font.family"] = fonts(font_manager.get_font_names())
# Matplotlib warns of each that has no bold letters, whether or not any are wanted.
logging.getLogger(font_manager.__name__).addFilter(lambda record: "Failed to find font weight" not in record.getMessage())


def page(what: str, *, title: str, height: float, within: float | None = 0.97) -> Figure:
    """Return a figure headed by what it is and whose it is, with `height` inches left for the rest.

    Axes are laid out in that lowest part, within this share of the width; with None, the caller places them there.
    """
    lines = textwrap.wrap(title, width=96) or [""]
    heading = 0.66 + 0.2 * len(lines)
    whole = round(height + heading, 2)  # whole pixels at 100 dpi
    layout = None if within is None else ConstrainedLayoutEngine(rect=(0.02, 0.01, within, height / whole - 0.01))
    figure = Figure(figsize=(WIDTH, whole), layout=layout, facecolor="white")
    style = {"x": MARGIN / WIDTH, "ha": "left", "va": "top", "parse_math": False}
    figure.suptitle(what, y=1 - 0.2 / whole, size=16, weight="bold", color=INK, **style)
    figure.text(y=1 - 0.52 / whole, s="\n".join(lines), size=11.5, color=MUTED, linespacing=1.2, **style)
    return figure


def settle(figure: Figure) -> Figure:
    """Lay a constrained figure out for good: else a save starts from the last one's layout, and ends in other bytes."""
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")
    return figure


def tidy(ax: Axes) -> None:
    """Light lines at the ticks, and no box."""
    ax.grid(True, color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=TEXT, labelcolor=INK, pad=6)


def fitted(text: str, *, inches: float, size: float = TEXT, weight: str = "normal") -> str:
    """Return the text, its end replaced by an ellipsis if it is wider than that."""
    wide = width(text, size=size, weight=weight)
    if wide <= inches:
        return text
    kept = text[: int(len(text) * inches / wide)]
    while kept and width(kept + "…", size=size, weight=weight) > inches:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def width(text: str, *, size: float = TEXT, weight: str = "normal") -> float:
    """Return how many inches of a line the text takes."""
    font = font_manager.FontProperties(size=size, weight=weight)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return points / 72


def spread(wanted: Sequence[float], *, gap: float) -> list[float]:
    """Return places near the wanted ones that are at least about `gap` apart, in the same order."""
    placed = list(wanted)
    order = sorted(range(len(placed)), key=lambda i: placed[i])
    for _ in range(100):
        for low, high in zip(order, order[1:], strict=False):
            overlap = gap - (placed[high] - placed[low])
            if overlap > 0:
                placed[low] -= overlap / 2
                placed[high] += overlap / 2
    return placed
