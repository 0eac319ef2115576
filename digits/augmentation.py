"""Training images moved about, as a pure function of (seed, epoch, row): a resumed run sees what an unbroken one would."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from digits.params import between

# Tell these random numbers from one another, and from the shuffle's, which has the same seed and epoch.
SHIFT, AFFINE, ELASTIC, ERASE, FLIP = range(1, 6)
COARSE = 4  # points along a side of the grid whose displacements make an elastic warp


@dataclass(frozen=True)
class AugmentParams:
    """Section `augment` of params.yaml: how far each training image may move, another way each epoch. 0 turns a move off."""

    flip: float = between(0, 1)  # share of the images that are mirrored left to right: clothes, not digits
    shift: int = between(0, 14)  # pixels along each axis
    rotate: float = between(0, 180)  # degrees either way
    scale: float = between(0, 0.9)  # share by which the image may grow or shrink; 0.1 is from 0.9 to 1.1 times
    elastic: float = between(0, 5)  # pixels, standard deviation of the displacements of a coarse grid
    # Pixels, side of a square set to 0 (DeVries and Taylor 2017, "cutout"), around any pixel: one more up and left if it is even.
    erase: int = between(0, 28)


def augment(images: np.ndarray, moves: AugmentParams, *, seed: int, epoch: int) -> np.ndarray:
    """Return images uint8 (n, height, width) moved about; zeros move in.

    What happens to row i depends on the seed, the epoch and i alone.
    """

    def random(purpose: int) -> np.random.Generator:
        return np.random.default_rng((seed, epoch, purpose))

    if moves.flip:
        mirrored = random(FLIP).random(len(images)) < moves.flip
        images = np.where(mirrored[:, None, None], images[:, :, ::-1], images)
    if moves.shift:
        images = _shifted(images, most=moves.shift, random=random(SHIFT))
    if moves.rotate or moves.scale or moves.elastic:
        warps = _warps(images.shape, moves, affine=random(AFFINE), elastic=random(ELASTIC))
        images = np.stack([cv2.remap(image, x, y, cv2.INTER_LINEAR) for image, (x, y) in zip(images, warps, strict=True)])
    if moves.erase:
        images = _erased(images, side=moves.erase, random=random(ERASE))
    return images


def _shifted(images: np.ndarray, *, most: int, random: np.random.Generator) -> np.ndarray:
    count, height, width = images.shape
    top, left = (random.random((count, 2)) * (2 * most + 1)).astype(np.int64).T
    padded = np.pad(images, ((0, 0), (most, most), (most, most)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    return windows[np.arange(count), top, left]


def _warps(
    shape: tuple[int, ...], moves: AugmentParams, *, affine: np.random.Generator, elastic: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each image the column and the row that each pixel is taken from, float32 (height, width)."""
    count, height, width = shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    turns = affine.uniform(-1, 1, (count, 2))
    for turn, growth in turns:
        angle, factor = np.deg2rad(turn * moves.rotate), 1 / (1 + growth * moves.scale)
        x, y = columns - (width - 1) / 2, rows - (height - 1) / 2
        if moves.elastic:
            dx, dy = elastic.normal(scale=moves.elastic, size=(2, COARSE, COARSE)).astype(np.float32)
            x += cv2.resize(dx, (width, height), interpolation=cv2.INTER_CUBIC)
            y += cv2.resize(dy, (width, height), interpolation=cv2.INTER_CUBIC)
        cosine, sine = np.float32(factor * np.cos(angle)), np.float32(factor * np.sin(angle))
        yield cosine * x - sine * y + np.float32((width - 1) / 2), sine * x + cosine * y + np.float32((height - 1) / 2)


def _erased(images: np.ndarray, *, side: int, random: np.random.Generator) -> np.ndarray:
    count, height, width = images.shape
    top, left = (random.random((count, 2)) * (height, width)).astype(np.int64).T - side // 2  # part of the square may lie outside
    row, column = np.arange(height)[None, :, None] - top[:, None, None], np.arange(width)[None, None, :] - left[:, None, None]
    inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
    return np.where(inside, np.uint8(0), images)
