"""A convolution's filters in text: printed for a terminal, and as a table in CSV."""

from digits import csv_writing
from digits.convolution import TOLERANCE, Filters, margins

WIDTH = 110  # characters of a printed line
GAP = "    "  # between filters that are printed side by side


def printed(filters: Filters) -> str:
    """Return the weights and biases with two decimals, as many filters side by side as a line takes."""
    height, width, channels, count = filters.kernels.shape
    blocks = [
        [f"filter {number}" + (f", channel {channel}" if channels > 1 else "")]
        + ["".join(f"{weight:z6.2f}" for weight in row) for row in filters.kernels[:, :, channel, number]]
        for number in range(count)
        for channel in range(channels)
    ]
    wide = max(len(line) for block in blocks for line in block)
    beside = max(1, (WIDTH + len(GAP)) // (wide + len(GAP)))
    lines = [f"{count} filters of {height} x {width}, channels {channels}", ""]
    for start in range(0, len(blocks), beside):
        lines += [
            GAP.join(part.ljust(wide) for part in parts).rstrip() for parts in zip(*blocks[start : start + beside], strict=True)
        ]
        lines.append("")
    biases = [f"{bias:z6.2f}" for bias in filters.biases]
    return "\n".join([*lines, "biases", *("".join(biases[start : start + 16]) for start in range(0, count, 16)), ""])


def agreement(filters: Filters, *, size: tuple[int, int], difference: float) -> str:
    """Return in words how `cv2.filter2D` and the layer compute the same of an image of `size`, and how well they agree."""
    around = [
        margins(pixels, kernel=kernel, stride=stride, same=filters.same)
        for pixels, kernel, stride in zip(size, filters.shape, filters.strides, strict=True)
    ]
    (above, below), (left, right) = around
    zeros = f"same, zeros around {size[0]} x {size[1]}: {above} above, {below} below, {left} left, {right} right"
    lines = [
        f"cv2.filter2D with bias and activation, and the layer, differ by at most {difference:.2g} of the largest response"
        f" ({TOLERANCE:.0e} is tolerated)",
        "flip      none: both compute the cross-correlation, which networks call convolution",
        f"padding   {zeros if filters.same else 'valid, none'}; what filter2D makes up beyond the edge is cut off",
        f"stride    {filters.strides[0]} down, {filters.strides[1]} across",
    ]
    return "\n".join([*lines, ""])


def table(filters: Filters) -> str:
    """Return a row a filter and channel in CSV: its weights, row by row from the upper left, and the filter's bias, exact."""
    height, width, channels, count = filters.kernels.shape
    places = [f"{row}x{column}" for row in range(height) for column in range(width)]
    rows = []
    for number in range(count):
        for channel in range(channels):
            weights = filters.kernels[:, :, channel, number].ravel()
            rows.append([number, channel, *(f"{weight:.9g}" for weight in weights), f"{filters.biases[number]:.9g}"])
    return csv_writing.text(rows, header=["filter", "channel", *places, "bias"])
