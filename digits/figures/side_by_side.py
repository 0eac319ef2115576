"""What a layer makes of several images: a block of panels for each, side by side."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks, panels

COLUMNS = 4  # panels of a block


def draw(maps: np.ndarray, *, images: np.ndarray, names: Sequence[str], layer: str, title: str) -> Figure:
    """Return the figure of float maps (n, height, width, channels) that `layer` makes of uint8 images (n, 28, 28).

    `names` (n,) stand above them.
    """
    blocks, channels = len(maps), maps.shape[-1]
    count = min(channels, panels.MOST)
    block = panels.ROOM / blocks
    pitch = (block - 0.15) / min(COLUMNS, count)
    room = min(pitch - 0.04, panels.LARGEST / 2)
    step = panels.size(maps.shape[1:3], room=room)[0] + 0.05
    top = panels.HEAD + 1.5
    below = top + step * -(-count // COLUMNS) + 0.1

    what = panels.shown(f"{layer} over {blocks} image{'' if blocks == 1 else 's'}", channels, "channel", of=maps.shape[1:3])
    figure = looks.page(what, title=title, height=below, within=None)
    ax = digit_grid.in_inches(figure, height=below)
    scale = panels.scale(maps, f"output of {layer}; each channel at the same place in each block; left, a row's first")
    panels.legend(ax, scale, x=looks.MARGIN, y=0.05)
    for which, (image, name) in enumerate(zip(images, names, strict=True)):
        left = looks.MARGIN + block * which
        panels.write(ax, name, x=left, y=panels.HEAD + 0.03, room=block - 0.15)
        panels.place(ax, image, panels.PAPER, x=left, y=panels.HEAD + 0.27, room=1.12)
        for channel in range(count):
            x, y = left + pitch * (channel % COLUMNS), top + step * (channel // COLUMNS)
            panels.place(ax, maps[which, ..., channel], scale, x=x, y=y, room=room)
    for channel in range(0, count, COLUMNS):  # beside its row: the number of the first one
        y = top + step * (channel // COLUMNS)
        panels.write(ax, str(channel), x=looks.MARGIN - 0.06, y=y, room=0.2, color=looks.MUTED, ha="right")
    return figure
