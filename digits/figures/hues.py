"""A colour for each category of symbols, and a thumbnail in it."""

import numpy as np
from matplotlib.colors import to_rgb

from digits.figures import looks

# Okabe and Ito 2008, without the yellow, too light for lines on white, and without vermillion, which marks what is wrong.
# After the last the first comes again.
HUES = (looks.BLUE, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", looks.MUTED)


def hue(label: int) -> str:
    """Return the colour of a category."""
    return HUES[int(label) % len(HUES)]


def inked(image: np.ndarray, *, colour: str) -> np.ndarray:
    """Return a uint8 (28, 28) image with ink of that colour on clear paper, float (28, 28, 4), 0 to 1."""
    return np.dstack([np.broadcast_to(to_rgb(colour), (*image.shape, 3)), image / 255])
