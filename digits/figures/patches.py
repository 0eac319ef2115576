"""For each filter the patches of images that excite it most."""

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks, panels

FINE = 4  # a pixel of a patch is as wide as four lines between patches


def draw(kernels: np.ndarray, *, patches: np.ndarray, highest: np.ndarray, layer: str, title: str) -> Figure:
    """Return the figure: each filter, and beside it its patches, row by row from the one that excites it most.

    kernels    float (height, width, channels, filters)
    patches    float (filters, n, height, width, channels), what the filter sees
    highest    float (filters,), the response to the first patch
    """
    channels, filters = kernels.shape[2:]
    count, n = min(filters, panels.MOST), patches.shape[1]
    columns = min(4 if channels == 1 else 2, count)
    pitch = panels.ROOM / columns
    across = int(np.ceil(np.sqrt(n)))
    fine = patches.repeat(FINE, axis=2).repeat(FINE, axis=3)
    tiles = [panels.tiled(np.stack([panels.channels(patch) for patch in of]), columns=across) for of in fine[:count]]
    room = min(0.52 * pitch, panels.LARGEST * min(channels, 2))
    small = 0.36 * pitch
    step = panels.size(tiles[0].shape, room=room)[0] + 2 * panels.GAP
    step = max(step, panels.size(panels.channels(kernels[..., 0]).shape, room=small)[0] + 2 * panels.LABEL + panels.GAP)
    below = panels.HEAD + step * -(-count // columns)

    what = panels.shown(f"What excites {layer}", filters, "filter", of=kernels.shape[:2])
    figure = looks.page(what, title=title, height=below, within=None)
    ax = digit_grid.in_inches(figure, height=below)
    seen = panels.ink(patches)
    each = "" if channels == 1 else f" of {channels} channels"
    words = f"weight; below, the highest response. Right, the {n} best patches{each}, {seen.low:.3g} to {seen.high:.3g}"
    weights = panels.signed(kernels, words)
    panels.legend(ax, weights, x=looks.MARGIN, y=0.05)
    for number, tile in enumerate(tiles):
        x, y = looks.MARGIN + pitch * (number % columns), panels.HEAD + step * (number // columns)
        panels.write(ax, f"filter {number}", x=x, y=y, room=small)
        tall, _ = panels.place(ax, panels.channels(kernels[..., number]), weights, x=x, y=y + panels.LABEL, room=small)
        panels.write(ax, f"{highest[number]:.2f}", x=x, y=y + panels.LABEL + tall + 0.03, room=small, color=looks.MUTED)
        panels.place(ax, tile, seen, x=x + small + 0.08, y=y, room=room)
    return figure
