"""Training images moved about, as a pure function of (seed, epoch, row): a resumed run sees what an unbroken one would."""

import numpy as np

PURPOSE = 1  # tells these random numbers from the shuffle's, which has the same seed and epoch


def shift(images: np.ndarray, *, most: int, seed: int, epoch: int) -> np.ndarray:
    """Return each image moved by a whole number of pixels from -most to most, drawn for each axis on its own; zeros move in.

    images  uint8 (n, height, width); returned in the same shape and type, `images` itself when `most` is 0
    """
    if most == 0:
        return images
    count, height, width = images.shape
    top, left = np.random.default_rng((seed, epoch, PURPOSE)).integers(0, 2 * most + 1, size=(2, count))
    padded = np.pad(images, ((0, 0), (most, most), (most, most)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    return windows[np.arange(count), top, left]
