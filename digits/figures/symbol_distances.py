"""One example of each category, and all symbols from the nearest to the farthest of it."""

import numpy as np
from matplotlib.figure import Figure

from digits.figures import looks
from digits.figures.digit_grid import LINE, in_inches, place
from digits.figures.hues import hue
from digits.symbols import Symbols

NAMED = 1.25  # inches from the left edge to the first symbol, for the example's name
COLUMNS = 14
PITCH = 0.615  # inches from one symbol to the next
SIDE = 0.52  # inches of a symbol
STEP = SIDE + 2 * LINE + 0.12  # inches from one row of symbols to the next
MOST_SYMBOLS = 3 * COLUMNS  # around each example
MOST_EXAMPLES = 6


def draw(symbols: Symbols, *, distances: np.ndarray, title: str) -> Figure:
    """Return the figure of the squared distances (n, n), each written below the symbol it leads to. Many are cut short."""
    each = symbols.first_of_each()
    examples = each[:MOST_EXAMPLES]
    shown = min(len(symbols), MOST_SYMBOLS)
    tall = STEP * -(-shown // COLUMNS) + 0.2  # inches of an example's symbols
    height = tall * len(examples)
    of = "each, nearest first" if len(examples) == len(each) else f"{len(examples)} of {len(each)} kinds"
    what = f"Squared distances from one example of {of}"
    figure = looks.page(
        what + (f": {shown} of {len(symbols)}" if shown < len(symbols) else ""), title=title, height=height, within=None
    )
    ax = in_inches(figure, height=height)
    titles = symbols.titles()
    for row, example in enumerate(examples):
        top = tall * row
        name = looks.fitted(titles[example], inches=NAMED - looks.MARGIN - 0.1, size=13, weight="bold")
        style = {"va": "center", "parse_math": False}
        ax.text(looks.MARGIN, top + LINE + 0.05, "from", size=looks.TEXT, color=looks.MUTED, **style)
        ax.text(looks.MARGIN, top + LINE + SIDE / 2, name, size=13, weight="bold", color=hue(symbols.labels[example]), **style)
        for place_of, i in enumerate(np.argsort(distances[example], kind="stable")[:shown].tolist()):
            x, y = NAMED + PITCH * (place_of % COLUMNS), top + LINE + STEP * (place_of // COLUMNS)
            place(ax, symbols.images[i], x=x, y=y, side=SIDE, frame=hue(symbols.labels[i]))
            style = {"ha": "center", "size": 10, "parse_math": False}
            middle, short = x + SIDE / 2, looks.fitted(titles[i], inches=PITCH - 0.05, size=10)
            ax.text(middle, y - 0.05, short, va="bottom", color=hue(symbols.labels[i]), **style)
            ax.text(middle, y + SIDE + 0.05, short_number(distances[example, i]), va="top", color=looks.INK, **style)
    return figure


def short_number(value: float) -> str:
    """Return a number of 0 or more in at most six characters, as 0, 0.123, 12.3, 1235 or 1e+06."""
    if value == 0:
        return "0"
    return f"{value:.0f}" if 100 <= value < 99999 else f"{value:.3g}" if 0.01 <= value < 100 else f"{value:.0e}"
