"""A picture of a character, whoever drew, scanned or photographed it, as an image like MNIST's: light ink on black, 28x28.

MNIST's images are the ink fitted into a 20x20 box, grey from the averaging, the centre of its mass in the middle of 28x28
(LeCun et al. 1998, section III.A). What comes before that is ours: which is ink, which is paper, how to take away shade,
and that a pen finer than MNIST's is made as wide: a pencil's line would be less than a pixel across.
"""

import io
import re
import struct
import threading
import unicodedata
import warnings
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from digits.strokes import BOX, SIDE, centred

CLASSES = ("folder", "name", "auto")
INK = ("auto", "dark", "light")
NORMALISE = ("mnist", "none")

MOST_MEGAPIXELS = 50.5  # a 50 megapixel camera's 8192 x 6144 among them
LARGE = 2240  # pixels, the longer side above which a picture is shrunk at once

FINE = 224  # pixels, the longer side of a picture while its ink is looked for; larger ones are shrunk
SHADE = 0.45  # of the picture's shorter side: what is wider than this is paper or shade, not ink
SPECK = 0.05  # of the largest piece of ink: what is smaller is dirt
MOST_OF = 0.5  # of a crop's ink is in one piece
MOST_CROSSINGS = 4  # places where a character that fills its picture may touch the edge; printed lines touch it more often
MOST_HOLES = 6  # in a character's ink, stray ones included; printed squares have more
LEAST_CONTRAST = 16  # grey levels between ink and paper
PEN = 2.5  # pixels of the 28: the median width of the pen in MNIST's first 5,000 training images, by `pen_width`
SUB = 8  # a pixel's side while the pen's width is measured and mended

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # else it writes to stderr of each damaged picture


class NoPicture(Exception):
    """Bytes that are no picture, or a picture without ink; the text follows the file's name."""


def read(data: bytes, *, ink: str, normalise: str) -> np.ndarray:
    """Return the picture in a file's bytes as uint8 (28, 28), 0 paper to 255 ink.

    ink        whether it is dark or light; auto takes what there is less of at the picture's edge
    normalise  mnist: cut out, fitted and centred as MNIST's images are; none: the whole picture, scaled

    Raises NoPicture if the bytes cannot be decoded, or show nothing. A PNG is checked whole; of other formats what their decoder
    can tell, and libjpeg may say it on stderr.
    """
    grey = cv2.cvtColor(decode(data, longest=LARGE), cv2.COLOR_BGR2GRAY)
    return character(grey, ink=ink) if normalise == "mnist" else _resized(_light_on_dark(grey, ink), SIDE, SIDE)


def character(grey: np.ndarray, *, ink: str) -> np.ndarray:
    """Return the ink of a uint8 (height, width) picture, specks left out, as uint8 (28, 28). Raises NoPicture if it shows none."""
    return _normalised(_ink(grey, ink))


def only_character(grey: np.ndarray, *, ink: str) -> np.ndarray | None:
    """Return `character`, or None if the picture shows more or less than one.

    It shows one if a piece is most of its ink, darker than paper is, and no grid of printed lines.
    """
    try:
        found = _ink(grey, ink)
        return _normalised(found) if _is_one(found) else None
    except NoPicture:  # nothing, or what is as pale as a crease: of a page that may be all that was seen
        return None


def class_of(parts: Sequence[str], *, classes: str) -> str | None:
    """Return the class of a picture from its path's parts below the folder of all, or None if they have none.

    classes  folder: the first part; name: what comes before a dot and a last number, alpha of alpha_001.png, 3 of 3.png;
             auto: the folder if there is one, else the name

    Of the ways in which Unicode writes a letter it is the composed one (NFC): a Mac's archives have the other.
    """
    if classes == "folder" or (classes == "auto" and len(parts) > 1):
        return unicodedata.normalize("NFC", parts[0]) if len(parts) > 1 else None
    return re.sub(r"[ _-][0-9]+$", "", unicodedata.normalize("NFC", Path(parts[-1]).stem)) or None


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


def decode(data: bytes, *, longest: int) -> np.ndarray:
    """Return the picture in a file's bytes as uint8 (height, width, 3), blue first, neither side over `longest` pixels.

    It is turned as the camera says, and what is transparent is white paper, but in a TIFF, and where a grey PNG names one shade as
    transparent: these stay as OpenCV reads them. The size is read from the header first: memory stays below 1.5 GB whatever the
    file claims. Raises NoPicture as `read` does, and above MOST_MEGAPIXELS.
    """
    if not data:
        raise NoPicture("expected a picture; received an empty file")
    header = _header(data)
    if data[:8] == _PNG and not _is_whole_png(data):  # libpng would write to stderr
        raise NoPicture("expected a whole PNG; received a damaged one")
    try:
        raw = cv2.imdecode(np.frombuffer(data, np.uint8), _flags(header, longest))
    except cv2.error as error:
        raise NoPicture(f"expected a picture; received one that OpenCV refuses ({error.err})") from None
    if raw is None:
        raise NoPicture(f"expected a picture; received {len(data)} bytes that are none")
    if raw.ndim == 3 and raw.shape[2] == 4:
        raw = _turned(_on_white(raw), header)
    elif header.transparent:  # it said so, and is not
        raw = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
    if raw.ndim != 3:  # of a picture of floats OpenCV makes no colours, though asked to
        raise NoPicture(f"expected 8 or 16 bits a channel; received a {header.kind} of floats")
    return shrunk(raw, longest)


@dataclass(frozen=True)
class _Header:
    size: tuple[int, int]  # pixels, width and height as stored
    kind: str  # PNG, JPEG, …
    transparent: bool  # whether pixels have an opacity
    orientation: int  # EXIF's, 1 to 8


_QUIET = threading.Lock()  # what is ignored is the whole process's: one thread at a time says so, and takes it back


def _header(data: bytes) -> _Header:
    """Read what a file says of itself; no pixel is decoded."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of slips in metadata
        try:
            with Image.open(io.BytesIO(data)) as image:
                header = _Header(image.size, str(image.format), image.has_transparency_data, _orientation(image))
        except Image.DecompressionBombError:  # from 179 megapixels on
            raise NoPicture(f"expected at most {MOST_MEGAPIXELS} megapixels; received over 178") from None
        except MemoryError:
            raise
        except Exception as error:  # its readers raise a dozen types for damaged bytes, struct.error and SyntaxError among them
            if data[:8] == _PNG:
                raise NoPicture("expected a whole PNG; received a damaged one") from None
            raise NoPicture(f"expected a picture; received {len(data)} bytes that are none") from error
    width, height = header.size
    if width * height > MOST_MEGAPIXELS * 1e6:
        raise NoPicture(f"expected at most {MOST_MEGAPIXELS} megapixels; received {width} x {height}")
    return header


def _orientation(image: Image.Image) -> int:
    """Return EXIF's, 1 where there is none that can be read: a picture without it is one all the same."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))  # image.getexif() would decode a PNG to its end
        return exif.get(_ORIENTATION, 1)
    except (SyntaxError, struct.error, ValueError, OverflowError):  # SyntaxError is Pillow's own of bytes that are no EXIF
        return 1


def _flags(header: _Header, longest: int) -> int:
    """Return OpenCV's flags: with opacity where there is any; a JPEG reduced by its decoder, as far as `longest` lets it be."""
    if header.transparent:
        return cv2.IMREAD_UNCHANGED
    if header.kind in ("JPEG", "MPO"):
        for times, flag in ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2)):
            if max(header.size) >= times * longest:
                return flag
    return cv2.IMREAD_COLOR


def _on_white(raw: np.ndarray) -> np.ndarray:
    """Lay a picture with opacity, uint8 or uint16 (height, width, 4), on white paper, some rows at a time."""
    most = np.iinfo(raw.dtype).max
    if raw.dtype == np.uint8 and raw[..., 3].min() == most:
        return cv2.cvtColor(raw, cv2.COLOR_BGRA2BGR)  # nothing shows through
    page = np.empty((*raw.shape[:2], 3), np.uint8)
    for top in range(0, len(raw), 256):
        rows = raw[top : top + 256]
        cover = rows[..., 3:].astype(np.float32) / most
        page[top : top + 256] = (rows[..., :3] * (255 / most) * cover + 255 * (1 - cover)).round()
    return page


def _turned(image: np.ndarray, header: _Header) -> np.ndarray:
    """Turn a picture that was decoded as stored; OpenCV turns the others itself, and libtiff every TIFF."""
    orientation = 1 if header.kind == "TIFF" else header.orientation
    image = np.swapaxes(image, 0, 1) if orientation in (5, 6, 7, 8) else image
    image = image[::-1] if orientation in (3, 4, 7, 8) else image
    return np.ascontiguousarray(image[:, ::-1] if orientation in (2, 3, 6, 7) else image)


_ORIENTATION = 0x0112  # EXIF's tag
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


def like_mnist(grey: np.ndarray, kept: np.ndarray, *, threshold: float) -> np.ndarray:
    """Return the ink of a uint8 picture, light on dark, fitted and centred as MNIST's; `kept` says which pixels are its pieces.

    threshold  grey level between paper and ink, 0 to 255
    """
    level = float(np.percentile(grey[kept], 75))  # of full ink
    soft = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # the ink's own soft edge stays
    ink = np.where(soft, np.clip((grey - threshold / 2) * (255 / max(level - threshold / 2, 1)), 0, 255), 0).astype(np.uint8)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return _fitted(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


@dataclass(frozen=True, eq=False)
class _Ink:
    """What is not paper on a picture, in pieces."""

    grey: np.ndarray  # uint8 (height, width), the picture shrunk and evenly lit, light ink on black
    threshold: float  # the grey level that ink starts at
    pieces: np.ndarray  # int32 (height, width), the number of the piece a pixel is of, from 1; 0 is paper
    sizes: np.ndarray  # int32 (pieces,), pixels of each


def _ink(grey: np.ndarray, ink: str) -> _Ink:
    grey = _even(shrunk(_light_on_dark(grey, ink), FINE))
    threshold, mask = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, pieces, about, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if len(about) == 1:
        raise NoPicture("expected ink on paper; received none")
    return _Ink(grey, threshold, pieces, about[1:, cv2.CC_STAT_AREA])


def _is_one(found: _Ink) -> bool:
    sizes, largest = found.sizes, found.pieces == 1 + found.sizes.argmax()
    border = np.concatenate([largest[0], largest[:, -1], largest[-1, ::-1], largest[::-1, 0]])
    crossings = np.count_nonzero(border & ~np.roll(border, 1))
    around = cv2.connectedComponents((~np.pad(largest, 1)).astype(np.uint8), connectivity=4)[0] - 1  # the first is 0, ink
    alone = sizes.max() > MOST_OF * sizes[sizes >= SPECK * sizes.max()].sum()
    return bool(alone and crossings <= MOST_CROSSINGS and around - 1 <= MOST_HOLES)


def _normalised(found: _Ink) -> np.ndarray:
    kept = np.isin(found.pieces, 1 + np.flatnonzero(found.sizes >= SPECK * found.sizes.max()))
    if np.percentile(found.grey[kept], 75) < LEAST_CONTRAST:
        raise NoPicture("expected ink on paper; received paper alone")
    return like_mnist(found.grey, kept, threshold=found.threshold)


def shrunk(image: np.ndarray, longest: int) -> np.ndarray:
    """Return the image, scaled down if its longer side has more than `longest` pixels."""
    return image if max(image.shape[:2]) <= longest else _boxed(image, longest)


def _even(grey: np.ndarray) -> np.ndarray:
    """Take away the paper's shade: what an opening by a disc wider than any stroke leaves, smoothed."""
    across = max(3, round(min(grey.shape) * SHADE) | 1)
    paper = cv2.GaussianBlur(opened(grey, across=across), (across, across), 0)
    return cv2.subtract(grey, paper)


def opened(grey: np.ndarray, *, across: int) -> np.ndarray:
    """Return a picture opened by OpenCV's disc, uint8 of the same shape (height, width); its border is repeated outside it.

    across  pixels, odd

    The bits are `cv2.morphologyEx`'s, which compares as often as the disc has pixels. Here each row of the disc, one centred run of
    pixels, is made of two shorter runs that touch or overlap, for all places at once: 5 ms for 43 where 224x224 are opened by 101.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    widths, beyond = disc.sum(axis=1, dtype=int), across - 1
    eroded = _extremes(cv2.copyMakeBorder(grey, beyond, beyond, beyond, beyond, cv2.BORDER_REPLICATE), widths, cv2.min)
    return _extremes(eroded, widths, cv2.max)


def _extremes(picture: np.ndarray, widths: np.ndarray, extreme: Callable[..., np.ndarray]) -> np.ndarray:
    """Return the extreme in each disc that lies wholly in the picture, uint8 (height - rows + 1, width - rows + 1).

    widths  of the disc's rows, odd
    """
    height, width = (side - len(widths) + 1 for side in picture.shape)
    runs, length, rows = picture, 1, []  # the extreme of the `length` pixels that begin at each; each row of all discs
    for wanted in np.unique(widths):
        while length < wanted:
            further = min(length, wanted - length)
            runs, length = extreme(runs[:, :-further], runs[:, further:]), length + further
        left = (len(widths) - length) // 2
        rows += [runs[top : top + height, left : left + width] for top in np.flatnonzero(widths == wanted)]
    return reduce(extreme, rows)


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


def _boxed(image: np.ndarray, box: int) -> np.ndarray:
    """Scale an image so that its longer side is `box`."""
    height, width = image.shape[:2]
    scale = box / max(height, width)
    return _resized(image, max(1, round(width * scale)), max(1, round(height * scale)))


def _resized(image: np.ndarray, width: int, height: int) -> np.ndarray:
    smaller = width * height <= image.shape[0] * image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
