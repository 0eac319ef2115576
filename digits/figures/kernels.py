"""The filters of a convolution, their weights as colours."""

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks, panels


def draw(kernels: np.ndarray, *, layer: str, title: str) -> Figure:
    """Return the figure of float kernels (height, width, channels, filters), eight in a row; channels stand side by side."""
    channels, filters = kernels.shape[2:]
    strips = [panels.channels(kernels[..., number]) for number in range(min(filters, panels.MOST))]
    columns = min(8 if channels == 1 else 4, len(strips))
    pitch = panels.ROOM / columns
    room = min(pitch - panels.GAP, panels.LARGEST * min(channels, 2))
    step = panels.LABEL + panels.size(strips[0].shape, room=room)[0] + 2 * panels.GAP
    below = panels.HEAD + step * -(-len(strips) // columns)

    what = panels.shown(f"First convolution, {layer}", filters, "filter", of=kernels.shape[:2])
    figure = looks.page(what, title=title, height=below, within=None)
    ax = digit_grid.in_inches(figure, height=below)
    beside = "" if channels == 1 else f"; a filter's {channels} channels side by side"
    scale = panels.signed(kernels, f"weight{beside}")
    panels.legend(ax, scale, x=looks.MARGIN, y=0.05)
    for number, strip in enumerate(strips):
        x, y = looks.MARGIN + pitch * (number % columns), panels.HEAD + step * (number // columns)
        panels.write(ax, f"filter {number}", x=x, y=y, room=pitch - panels.GAP)
        panels.place(ax, strip, scale, x=x, y=y + panels.LABEL, room=room)
    return figure
