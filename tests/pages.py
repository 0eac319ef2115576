"""Photos of made pages: handwritten digits in rows on ruled, squared or plain paper, under uneven light, tilted, as noisy JPEG."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from digits import strokes

PAPER = ("plain", "ruled", "squared")


@dataclass(frozen=True, eq=False)
class Page:
    """A page and what is written on it, in reading order."""

    jpeg: bytes
    labels: np.ndarray  # uint8 (n,)
    rows: np.ndarray  # int (n,), the written row of each
    centres: np.ndarray  # float (n, 2), x and y in the photo's pixels
    heights: np.ndarray  # float (n,), pixels

    @property
    def text(self) -> str:
        """A line a written row."""
        return "".join("".join(map(str, self.labels[self.rows == row])) + "\n" for row in range(self.rows.max() + 1))


def drawn(count: int, *, seed: int) -> list[tuple[int, np.ndarray]]:
    """Return so many strokes as pairs of label and ink, float (h, w) in 0 to 1."""
    images, labels = strokes.draw(count, classes=strokes.CLASSES["digits"], seed=seed)
    return [
        (int(label), _sharp(cv2.resize(image, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)))
        for image, label in zip(images, labels, strict=True)
    ]


def written(folder: Path) -> list[tuple[int, np.ndarray]]:
    """Return the pictures WRITER/DIGIT.* of a folder as pairs of label and ink."""
    return [(int(path.stem[0]), _ink(path)) for path in sorted(folder.glob("*/*"))]


def page(glyphs: Sequence[tuple[int, np.ndarray]], *, seed: int, side: int = 0, tilt: float | None = None) -> Page:
    """Return the page of a seed; `side` is its longer side in pixels, 1100 to 2600 if 0, `tilt` in degrees, up to 15 if None."""
    random = np.random.default_rng(seed)
    width = side or int(random.integers(1100, 2600))
    height = int(width * random.uniform(0.6, 1.0))
    size = width * random.uniform(0.035, 0.07)  # a digit's height
    tilt = random.uniform(-15, 15) if tilt is None else tilt
    ink, labels, rows, centres, heights = _rows(glyphs, random, width, height, size, abs(tilt))
    lines = _lines(random.choice(PAPER), random, ink.shape, size)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1)
    ink, lines = (cv2.warpAffine(layer, turn, (width, height), flags=cv2.INTER_LINEAR) for layer in (ink, lines))
    photo = _lit(random, ink, lines)
    centres = np.hstack([centres, np.ones((len(centres), 1))]) @ turn.T
    quality = int(random.integers(45, 92))
    jpeg = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    return Page(jpeg, np.array(labels, np.uint8), np.array(rows), centres, np.array(heights))


def _rows(glyphs, random, width, height, size, tilt):
    """Write rows that stay on the photo whatever the tilt; return the ink, and each digit's label, row, centre and height."""
    ink = np.zeros((height, width), np.float32)
    lean = np.sin(np.radians(tilt)) * 0.55
    left, top = width * 0.05 + height * lean, height * 0.05 + width * lean
    pitch = size * random.uniform(1.5, 2.2)
    labels, rows, centres, heights = [], [], [], []
    y, row = top, 0
    while y + size * 1.2 < height - top:
        x = left + random.uniform(0, 2) * size
        while x + size * 1.2 < width - left:
            label, glyph = glyphs[random.integers(len(glyphs))]
            tall = size * random.uniform(0.85, 1.15)
            scale = min(tall / glyph.shape[0], 1.2 * size / glyph.shape[1])
            shape = max(2, round(glyph.shape[1] * scale)), max(2, round(glyph.shape[0] * scale))
            small = cv2.resize(glyph, shape, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC).clip(0, 1)
            at = round(y + (size - shape[1]) / 2 + random.normal(0, 0.06) * size)
            here = ink[at : at + shape[1], round(x) : round(x) + shape[0]]
            np.maximum(here, small[: here.shape[0], : here.shape[1]], out=here)
            labels.append(label), rows.append(row), heights.append(shape[1])
            centres.append((round(x) + shape[0] / 2, at + shape[1] / 2))
            x += shape[0] + size * random.uniform(0.25, 1.0)
        y, row = y + pitch, row + 1
    return ink, labels, rows, np.array(centres), heights


def _lines(paper, random, shape, size):
    """Return printed lines, 0 to 1; they go on beyond the page's corners, which the tilt brings in."""
    lines = np.zeros(shape, np.float32)
    pitch, thick = size * random.uniform(0.55, 1.6), int(random.integers(1, max(2, round(size / 25)) + 1))
    first = random.uniform(0, pitch)
    if paper != "plain":
        for at in np.arange(first, shape[0], pitch):
            lines[int(at) : int(at) + thick] = 1
    if paper == "squared":
        for at in np.arange(first, shape[1], pitch):
            lines[:, int(at) : int(at) + thick] = 1
    return lines * np.float32(random.uniform(0.2, 0.6))  # as dark as that share of the ink


def _lit(random, ink, lines):
    """Return the photo, uint8 (h, w, 3): paper, ink and lines under a gradient and a shadow, with noise."""
    height, width = ink.shape
    paper, dark = random.uniform(190, 250), random.uniform(15, 70)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    way = random.uniform(0, 2 * np.pi)
    light = 1 - random.uniform(0.1, 0.45) * ((np.cos(way) * (x - 0.5) + np.sin(way) * (y - 0.5)) / 1.42 + 0.5)
    way, off, soft = random.uniform(0, 2 * np.pi), random.uniform(-0.3, 0.3), random.uniform(0.01, 0.1)
    edge = (np.cos(way) * (x - 0.5) + np.sin(way) * (y - 0.5) - off) / soft
    light *= 1 - random.uniform(0.15, 0.45) / (1 + np.exp(-edge.clip(-30, 30)))
    cover = np.maximum(ink, lines)
    grey = (paper * (1 - cover) + dark * cover) * light
    if random.random() < 0.15:  # chalk
        grey = 255 - grey
    tint = np.array([0.96, 1.0, 1.0], np.float32) if random.random() < 0.5 else np.ones(3, np.float32)
    noisy = grey[..., None] * tint + random.normal(0, random.uniform(1, 5), (height, width, 1)).astype(np.float32)
    return noisy.clip(0, 255).astype(np.uint8)


def _sharp(image: np.ndarray) -> np.ndarray:
    """Return the ink of an enlarged uint8 image, light on dark, cut out and with the edges of a pen."""
    ink = ((image.astype(np.float32) / 255 - 0.35) / 0.25).clip(0, 1)
    rows, columns = (np.flatnonzero((ink > 0.5).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _ink(path: Path) -> np.ndarray:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if np.median([*grey[0], *grey[-1], *grey[:, 0], *grey[:, -1]]) > grey.mean():
        grey = 255 - grey
    scale = 168 / max(grey.shape)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    grey = cv2.subtract(grey, cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((61, 61), np.uint8)))
    return _sharp(cv2.normalize(cv2.GaussianBlur(grey, (3, 3), 0), None, 0, 255, cv2.NORM_MINMAX))
