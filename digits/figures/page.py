"""The photo of a page with the answers drawn on it, and how sure the network is of each."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke

from digits.answers import Answer
from digits.figures import looks

COLOURS = {"read": looks.BLUE, "right": looks.BLUE, "wrong": looks.VERMILLION, "unsure": looks.MUTED}
LEGEND = "above each digit its answer, ? if unsure; below it the likeliest answer's probability in %; wrong ones in vermillion"


def draw(photo: np.ndarray, *, corners: np.ndarray, answers: Sequence[Answer], title: str) -> Figure:
    """Return the figure of a uint8 (height, width, 3) photo, red first, and the digits at `corners` (n, 4, 2), in its pixels."""
    inside = looks.WIDTH - 2 * looks.MARGIN
    per_pixel = inside / photo.shape[1]  # inches
    high = photo.shape[0] * per_pixel
    figure = looks.page(_what(answers), title=title, height=high + 0.5, within=None)
    whole = figure.get_figheight()
    ax = figure.add_axes((looks.MARGIN / looks.WIDTH, 0.4 / whole, inside / looks.WIDTH, high / whole))
    ax.set_axis_off()
    ax.text(0, -0.12 / high, LEGEND, va="top", size=looks.TEXT, color=looks.MUTED, transform=ax.transAxes)
    pale = (255 - (255 - photo.astype(np.float32)) * 0.75).astype(np.uint8)  # so that the answers stand out
    ax.imshow(pale, aspect="auto", interpolation="antialiased")
    ax.set(xlim=(0, photo.shape[1]), ylim=(photo.shape[0], 0))
    size = np.clip(0.33 * 72 * per_pixel * np.median(np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)), 8, 16)
    for quad, answer in zip(corners, answers, strict=True):
        colour, above, below = COLOURS[answer.verdict], quad[:2].mean(axis=0), quad[2:].mean(axis=0)
        ax.add_patch(Polygon(quad, fill=False, edgecolor=colour, linewidth=1.2 if answer.verdict in ("read", "right") else 2.2))
        halo = [withStroke(linewidth=2, foreground="white")]
        style = {"color": colour, "ha": "center", "clip_on": True, "parse_math": False, "path_effects": halo}
        said = f"{answer.said}≠{answer.truth}" if answer.verdict == "wrong" else answer.said
        if len(answer.said) > 1:
            said = looks.fitted(said, inches=2 * per_pixel * np.linalg.norm(quad[1] - quad[0]), size=size + 2, weight="bold")
        ax.text(above[0], above[1], said, va="bottom", size=size + 2, weight="bold", **style)
        ax.text(below[0], below[1], f"{100 * answer.probability:.0f}", va="top", size=size, **style)
    return figure


def _what(answers: Sequence[Answer]) -> str:
    unsure = sum(answer.verdict == "unsure" for answer in answers)
    return f"{len(answers)} digits found, {unsure or 'none'} of them unsure"
