"""What a layer makes of one image: a panel for each channel of its output."""

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks, panels


def draw(maps: np.ndarray, *, image: np.ndarray, name: str, layer: str, title: str) -> Figure:
    """Return the figure of float maps (height, width, channels) that the layer called `layer` makes of a uint8 image (28, 28).

    `name` says which image that is.
    """
    channels = maps.shape[-1]
    count = min(channels, panels.MOST)
    columns = min(8, count)
    pitch = panels.ROOM / columns
    room = min(pitch - 0.05, panels.LARGEST)
    step = panels.LABEL + panels.size(maps.shape[:2], room=room)[0] + panels.GAP
    top = 1.3
    below = top + step * -(-count // columns) + 0.1

    what = panels.shown(f"The network up to {layer}", channels, "channel", of=maps.shape[:2])
    figure = looks.page(what, title=title, height=below, within=None)
    ax = digit_grid.in_inches(figure, height=below)
    panels.place(ax, image, panels.PAPER, x=looks.MARGIN, y=0.02, room=1.12)
    scale = panels.scale(maps, f"output of {layer}")
    panels.legend(ax, scale, x=1.7, y=0.1)
    panels.write(ax, name, x=1.7, y=0.72, room=8)
    for channel in range(count):
        x, y = looks.MARGIN + pitch * (channel % columns), top + step * (channel // columns)
        panels.write(ax, f"{channel}", x=x, y=y, room=room)
        panels.place(ax, maps[..., channel], scale, x=x, y=y + panels.LABEL, room=room)
    return figure
