"""A picture of a character, whoever drew, scanned or photographed it, as an image like MNIST's: light ink on black, 28x28.

MNIST's images are the ink fitted into a 20x20 box, grey from the averaging, the centre of its mass in the middle of 28x28
(LeCun et al. 1998, section III.A). What comes before that is ours: which is ink, which is paper, how to take away shade,
and that a pen finer than MNIST's is made as wide: a pencil's line would be less than a pixel across.
"""

import re
import zlib
from collections.abc import Sequence

import cv2
import numpy as np

from digits.strokes import BOX, SIDE, centred

CLASSES = ("folder", "name", "auto")
INK = ("auto", "dark", "light")
NORMALISE = ("mnist", "none")

FINE = 224  # pixels, the longer side of a picture while its ink is looked for; larger ones are shrunk
SHADE = 0.45  # of the picture's shorter side: what is wider than this is paper or shade, not ink
SPECK = 0.05  # of the largest piece of ink: what is smaller is dirt
LEAST_CONTRAST = 16  # grey levels between ink and paper
PEN = 2.5  # pixels of the 28: the median width of the pen in MNIST's first 5,000 training images, by `pen_width`
SUB = 8  # a pixel's side while the pen's width is measured and mended


class NoPicture(Exception):
    """Bytes that are no picture, or a picture without ink; the text follows the file's name."""


def read(data: bytes, *, ink: str, normalise: str) -> np.ndarray:
    """Return the picture in a file's bytes as uint8 (28, 28), 0 paper to 255 ink.

    ink        whether it is dark or light; auto takes what there is less of at the picture's edge
    normalise  mnist: cut out, fitted and centred as MNIST's images are; none: the whole picture, scaled

    Raises NoPicture if the bytes cannot be decoded, whole, or show nothing.
    """
    grey = _light_on_dark(decode(data), ink)
    return _like_mnist(grey) if normalise == "mnist" else _resized(grey, SIDE, SIDE)


def class_of(parts: Sequence[str], *, classes: str) -> str | None:
    """Return the class of a picture from its path's parts below the folder of all, or None if they have none.

    classes  folder: the first part; name: what comes before a dot and a last number, alpha of alpha_001.png, 3 of 3.png;
             auto: the folder if there is one, else the name
    """
    if classes == "folder" or (classes == "auto" and len(parts) > 1):
        return parts[0] if len(parts) > 1 else None
    return re.sub(r"[ _-][0-9]+$", "", parts[-1].rpartition(".")[0])


def in_turn(labels: Sequence[str]) -> list[int]:
    """Return the order that takes one of each class, then a second of each, and so on: any part of it has all classes."""
    seen: dict[str, int] = {}
    turns = []
    for index, label in enumerate(labels):
        seen[label] = seen.get(label, -1) + 1
        turns.append((seen[label], label, index))
    return [index for *_, index in sorted(turns)]


def last_of_each(labels: Sequence[str], *, share: float) -> np.ndarray:
    """Return bool (n,): the last pictures of each class, a share of them and one at least; none of a class of one."""
    chosen = np.zeros(len(labels), bool)
    for label in dict.fromkeys(labels):
        rows = [index for index, other in enumerate(labels) if other == label]
        if len(rows) > 1:
            chosen[rows[-min(len(rows) - 1, max(1, round(share * len(rows)))) :]] = True
    return chosen


def decode(data: bytes) -> np.ndarray:
    """Return the picture in a file's bytes as grey, uint8 (height, width), what is transparent as white paper."""
    if data[:8] == _PNG and not _is_whole_png(data):  # libpng would write to stderr
        raise NoPicture("expected a whole PNG; received a damaged one")
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # OpenCV would, too
    try:
        raw = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        if raw is None:
            received = f"{len(data)} bytes that are none" if data else "an empty file"
            raise NoPicture(f"expected a picture; received {received}")
        if raw.ndim == 3 and raw.shape[2] == 4:
            most = {"uint8": 255, "uint16": 65535}.get(str(raw.dtype), 1)
            cover = raw[..., 3:].astype(np.float32) / most
            colour = raw[..., :3] * (255 / most) * cover + 255 * (1 - cover)
            return cv2.cvtColor(colour.round().astype(np.uint8), cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE))  # turned as a camera says, 8 bits
    except cv2.error as error:
        raise NoPicture(f"expected a picture; received one that OpenCV refuses ({error.err})") from None
    finally:
        cv2.utils.logging.setLogLevel(level)


_PNG = b"\x89PNG\r\n\x1a\n"


def _is_whole_png(data: bytes) -> bool:
    """Whether every chunk is there, with the checksum it should have."""
    at, kind = len(_PNG), b""
    while at + 12 <= len(data) and kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 8 + length
        if data[end : end + 4] != zlib.crc32(data[at + 4 : end]).to_bytes(4):
            return False
        at = end + 4
    return kind == b"IEND"


def _light_on_dark(grey: np.ndarray, ink: str) -> np.ndarray:
    """Return grey with light ink. Paper is what most of the edge is."""
    if int(grey.max()) - int(grey.min()) < LEAST_CONTRAST:
        raise NoPicture(f"expected ink on paper; received one shade, {grey.min()} to {grey.max()} of 255")
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = ink == "dark" or (ink == "auto" and float(np.median(edge)) > threshold)
    return 255 - grey if dark else grey


def _like_mnist(grey: np.ndarray) -> np.ndarray:
    grey = _even(_shrunk(grey))
    threshold, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, pieces, about, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    sizes = about[1:, cv2.CC_STAT_AREA]
    if not sizes.size:
        raise NoPicture("expected ink on paper; received none")
    kept = np.isin(pieces, 1 + np.flatnonzero(sizes >= SPECK * sizes.max()))
    level = np.percentile(grey[kept], 75)  # of full ink
    soft = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # the ink's own soft edge stays
    ink = np.where(soft, np.clip((grey - threshold / 2) * (255 / max(level - threshold / 2, 1)), 0, 255), 0).astype(np.uint8)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return _fitted(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _shrunk(grey: np.ndarray) -> np.ndarray:
    return grey if max(grey.shape) <= FINE else _boxed(grey, FINE)


def _even(grey: np.ndarray) -> np.ndarray:
    """Take away the paper's shade: what an opening by a disc wider than any stroke leaves, smoothed."""
    across = max(3, round(min(grey.shape) * SHADE) | 1)
    paper = cv2.morphologyEx(
        cv2.copyMakeBorder(grey, across, across, across, across, cv2.BORDER_REPLICATE),
        cv2.MORPH_OPEN,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across)),
    )[across:-across, across:-across]
    paper = cv2.GaussianBlur(paper, (across, across), 0)
    return cv2.subtract(grey, paper)


def pen_width(ink: np.ndarray) -> float:
    """Return how wide the lines of a uint8 image with light ink are, in its pixels; its edges count as paper.

    Across a line of width w, the mean distance of its pixels' centres to the nearest pixel outside is w/4 + 1/2.
    """
    mask = cv2.copyMakeBorder((ink > 127).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depths = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[mask > 0]
    return float(4 * depths.mean() - 2) if depths.size else 0.0


def _fitted(ink: np.ndarray) -> np.ndarray:
    """Scale the ink into a box of 20x20, keeping its aspect, and move its centre of mass to the middle of 28x28."""
    small = _boxed(_widened(_boxed(ink, BOX * SUB)), BOX)
    small = (small * (255 / max(int(small.max()), 1))).round().astype(np.uint8)  # thin strokes pale when they are shrunk
    image = np.zeros((1, SIDE, SIDE), np.uint8)
    top, left = (SIDE - small.shape[0]) // 2, (SIDE - small.shape[1]) // 2
    image[0, top : top + small.shape[0], left : left + small.shape[1]] = small
    return centred(image)[0]


def _widened(ink: np.ndarray) -> np.ndarray:
    """Return ink that fills a box of BOX * SUB drawn by a pen of at least PEN, once it is shrunk into the box again."""
    box, pen = BOX * SUB, PEN * SUB
    missing = round((pen - pen_width(ink)) / (1 - pen / box))  # the line grows by it, and so does the whole
    if missing < 1:
        return ink
    around = (missing + 1) // 2
    padded = cv2.copyMakeBorder(ink, around, around, around, around, cv2.BORDER_CONSTANT, value=0)
    return cv2.dilate(padded, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1)))


def _boxed(grey: np.ndarray, box: int) -> np.ndarray:
    """Scale an image so that its longer side is `box`."""
    height, width = grey.shape
    scale = box / max(height, width)
    return _resized(grey, max(1, round(width * scale)), max(1, round(height * scale)))


def _resized(grey: np.ndarray, width: int, height: int) -> np.ndarray:
    smaller = width * height <= grey.size
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
