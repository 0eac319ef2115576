"""What each filter makes of an image by OpenCV, and beside it what the layer makes of that."""

import numpy as np
from matplotlib.figure import Figure

from digits.figures import digit_grid, looks, panels


def draw(
    kernels: np.ndarray, *, given: np.ndarray, filtered: np.ndarray, by_layer: np.ndarray, difference: float, layer: str, title: str
) -> Figure:
    """Return the figure: a filter, what `cv2.filter2D` makes of the image, what the layer makes of it; and so on.

    kernels         float (height, width, channels, filters)
    given           float (height, width, channels), what the layer is given of the image
    filtered        float (height, width, filters), by `cv2.filter2D`
    by_layer        float (height, width, filters), by the layer itself, after its bias and activation
    difference      the largest between the two once `filtered` has these too, in shares of the largest before the activation
    """
    filters = min(kernels.shape[-1], panels.MOST)
    columns = min(4, filters)
    pitch = panels.ROOM / columns
    room = min(0.37 * pitch, panels.LARGEST / 1.5)
    small = room * 0.54
    tall, wide = panels.size(filtered.shape[:2], room=room)
    places = (small + 0.06, small + wide + 0.12)  # inches from the kernel's left edge
    step = tall + panels.GAP + (panels.LABEL if small < 0.3 else 0)
    top = 3 * panels.HEAD + 0.62
    below = top + panels.LABEL + step * -(-filters // columns) + 0.1

    what = panels.shown(f"cv2.filter2D and {layer} itself", kernels.shape[-1], "filter", of=kernels.shape[:2])
    figure = looks.page(what, title=title, height=below, within=None)
    ax = digit_grid.in_inches(figure, height=below)
    scales = (
        panels.signed(kernels, "weight of a filter"),
        panels.signed(filtered, "what cv2.filter2D makes of the picture"),
        panels.scale(by_layer, f"what {layer} makes of it, with bias and activation"),
    )
    _, width = panels.place(ax, panels.channels(given), panels.ink(given), x=looks.MARGIN, y=0.05, room=1.2 * given.shape[-1])
    beside = looks.MARGIN + width + 0.25
    for line, scale in enumerate(scales):
        panels.legend(ax, scale, x=beside, y=0.05 + panels.HEAD * line)
    told = (
        f"left: the picture, as {layer} is given it",
        f"filter2D with bias and activation is {layer}"
        + (f", but for {difference:.2g} of the largest response" if difference else ""),
    )
    for line, text in enumerate(told):
        panels.write(ax, text, x=beside, y=0.05 + 3 * panels.HEAD + 0.22 * line, room=looks.WIDTH - looks.MARGIN - beside)
    for number in range(filters):
        x, y = looks.MARGIN + pitch * (number % columns), top + panels.LABEL + step * (number // columns)
        if number < columns:
            for at, text in zip(places, ("filter2D", "layer"), strict=True):
                panels.write(ax, text, x=x + at, y=y - panels.LABEL, room=room, color=looks.MUTED)
        strip = panels.channels(kernels[..., number])
        below_it, _ = panels.place(ax, strip, scales[0], x=x, y=y, room=small)
        panels.write(ax, f"{number}", x=x, y=y + below_it + 0.05, room=small)
        for at, maps, scale in zip(places, (filtered, by_layer), scales[1:], strict=True):
            panels.place(ax, maps[..., number], scale, x=x + at, y=y, room=room)
    return figure
