"""A map of the embedding: each symbol as a thumbnail where its first two principal components put it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import Patch

from digits.figures import looks
from digits.figures.hues import HUES, hue, inked
from digits.symbols import Symbols

HEIGHT = 6.6  # inches
ZOOM = 1.45  # points an image pixel; less where there are many
ROOMY = 60  # symbols that have room at that size


def draw(examples: Symbols, *, places: np.ndarray, own: Symbols, own_places: np.ndarray, share: np.ndarray, title: str) -> Figure:
    """Return the map of examples and of one's own symbols, which are framed; places (n, 2), the axes' share (2,) of variance."""
    figure = looks.page("Map of the embedding: the two directions of greatest variance", title=title, height=HEIGHT)
    ax = figure.subplots()
    looks.tidy(ax)
    zoom = ZOOM * min(1.0, (ROOMY / (len(examples) + len(own))) ** 0.5)
    _thumbnails(ax, examples, places, zoom=zoom, framed=False)
    _thumbnails(ax, own, own_places, zoom=zoom, framed=True)
    everywhere = np.concatenate([places, own_places])
    low, high = everywhere.min(axis=0), everywhere.max(axis=0)
    room = 0.08 * np.maximum(high - low, 1e-9)  # for the thumbnails at the edge
    ax.set_xlim(low[0] - room[0], high[0] + room[0])
    ax.set_ylim(low[1] - room[1], high[1] + room[1])
    for set_label, number in ((ax.set_xlabel, 0), (ax.set_ylabel, 1)):
        percent = f"{100 * share[number]:.0f} % of the examples' variance"
        set_label(f"principal component {number + 1}, {percent}", size=looks.TEXT, color=looks.INK)
    _key(ax, examples)
    return looks.settle(figure)


def _thumbnails(ax: Axes, symbols: Symbols, places: np.ndarray, *, zoom: float, framed: bool) -> None:
    for image, label, place in zip(symbols.images, symbols.labels, places, strict=True):
        picture = OffsetImage(inked(image, colour=hue(label)), zoom=zoom, interpolation="nearest")
        frame = {"edgecolor": hue(label), "facecolor": "none", "linewidth": 1.6}
        ax.add_artist(AnnotationBbox(picture, tuple(place), frameon=framed, pad=0.05, bboxprops=frame, annotation_clip=False))


def _key(ax: Axes, examples: Symbols) -> None:
    """Name the categories by their colours, if each has its own."""
    apart = len(examples.letters()) <= len(HUES)
    letters = [looks.fitted(letter, inches=1.2) for letter in examples.letters() if apart]
    keys = [Patch(color=hue(label), label=letter) for label, letter in enumerate(letters)]
    frame = {"marker": "s", "markersize": 11, "markerfacecolor": "none", "markeredgecolor": looks.MUTED, "linestyle": "none"}
    keys.append(Line2D([], [], label="one's own", **frame))
    wide = max(map(looks.width, [*letters, "one's own"])) + 0.75  # inches, with its patch
    columns = min(len(keys), 7, int((looks.WIDTH - 2 * looks.MARGIN) / wide))
    legend = ax.legend(
        handles=keys, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, frameon=False, fontsize=looks.TEXT
    )
    for text in legend.get_texts():
        text.set(color=looks.INK, parse_math=False)
