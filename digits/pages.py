"""A photo of a page with digits on it: where each one is, in reading order, and each as an image like MNIST's.

The paper's light is divided out, the page turned upright, ruled lines taken away; what ink is left falls into pieces, and pieces
into digits. All lengths follow from the picture's size or the height of most of its ink, so that nothing has to be set. Tilt by
the projection profile is W. Postl's (US patent 4,723,297, 1988); the rest is morphology, and ours.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from digits import pictures

SIDE = 2000  # pixels, at most, of the longer side a page is looked at with
STEEPEST = 20.0  # degrees of tilt that are looked for
SURER = 1.15  # times the upright page's profile score that a tilt must have, else the page counts as upright

WIDEST = 0.06  # of the longer side: what is wider is paper or shade, not a pen's stroke
NOISE = 6.0  # standard deviations of the paper's grain that ink must exceed
FAINTEST = 12  # of 255, the least share of light that ink takes away
PALE = 0.3  # of full ink: what is paler is no ink

RULED = 0.3  # of the page's width: a straight line longer than that is printed
SHORTEST = 0.4  # of the height of most ink; what is lower is a speck, a dot, a dash
LOWEST = 8  # pixels; lower ones could not be read
TALLEST = 2.2  # times that height; what is taller is the edge of a sheet, a drawing, a shadow
NEAR = 0.18  # of that height: pieces nearer than that, one above the other, are one digit


@dataclass(frozen=True, eq=False)
class Digits:
    """The digits found on a picture, in reading order."""

    corners: np.ndarray  # float32 (n, 4, 2), x and y in the picture's pixels: upper left, upper right, lower right, lower left
    rows: np.ndarray  # int64 (n,), the written row of each, from 0
    images: np.ndarray  # uint8 (n, 28, 28), 0 paper to 255 ink

    def __len__(self) -> int:
        return len(self.rows)


def find(grey: np.ndarray, *, ink: str) -> Digits:
    """Return the digits of a uint8 (height, width) picture, none if it shows none.

    ink  dark, light, or auto: what stands out from its surroundings the more strongly
    """
    strength = _strength(grey, ink)
    faint = _least(strength)
    if faint is None:
        return _none()
    tilt = _tilt((strength > faint).astype(np.uint8))
    strength, back = _turned(strength, tilt)
    strength = _without_lines(strength, faint)
    boxes, pieces, kept = _boxes(strength, faint)
    if not len(boxes):
        return _none()
    order, rows = _reading_order(boxes)
    images = [pictures.like_mnist(*_cut(strength, pieces, boxes[at], kept[at]), threshold=faint) for at in order]
    left, top, right, bottom = boxes[order].T.astype(np.float32)
    corners = np.stack([[left, top], [right, top], [right, bottom], [left, bottom]]).transpose(2, 0, 1)
    return Digits(cv2.transform(corners, back).astype(np.float32), rows, np.stack(images))


def _none() -> Digits:
    return Digits(np.zeros((0, 4, 2), np.float32), np.zeros(0, np.int64), np.zeros((0, 28, 28), np.uint8))


def _strength(grey: np.ndarray, ink: str) -> np.ndarray:
    """Return the share of its surroundings' light that each pixel lacks, uint8, 255 for all of it; ink is light on dark."""
    across = max(3, round(max(grey.shape) * WIDEST) | 1)
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.4 + max(grey.shape) / 2500)
    if ink == "light" or (ink == "auto" and _stands_out_light(smooth, across)):
        smooth = 255 - smooth
    kernel = np.ones((across, across), np.uint8)
    paper = cv2.blur(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE), (3, 3))
    lack = cv2.subtract(paper, smooth).astype(np.float32) * 255 / np.maximum(paper, 32)
    return lack.clip(0, 255).astype(np.uint8)


def _stands_out_light(grey: np.ndarray, across: int) -> bool:
    """Whether what differs from its surroundings is rather lighter: the sign of the differences' third moment."""
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if min(grey.shape) > 200 else grey
    around = cv2.blur(small, (across, across), borderType=cv2.BORDER_REPLICATE)
    apart = small.astype(np.float32) / np.maximum(around, 16) - 1
    return float((apart**3).sum()) > 0


def _least(strength: np.ndarray) -> float | None:
    """Return the strength above which a pixel is more than the paper's grain, or None if none is."""
    middle = float(np.median(strength))
    grain = 1.4826 * float(np.median(np.abs(strength - middle)))  # standard deviation of a normal distribution
    least = max(FAINTEST, middle + NOISE * grain)
    above = strength[strength > least]
    return max(least, PALE * float(np.percentile(above, 90))) if above.size else None


def _tilt(mask: np.ndarray) -> float:
    """Return the degrees by which the page is turned anticlockwise: at the right angle, rows of ink and of paper differ most."""

    def sharpest(side: int, angles: np.ndarray) -> tuple[float, np.ndarray]:
        scale = min(1.0, side / max(mask.shape))
        height, width = (max(1, round(length * scale)) for length in mask.shape)
        small = cv2.resize(mask * 255, (width, height), interpolation=cv2.INTER_AREA)
        scores = np.array([_profile(small, angle) for angle in angles])
        return float(angles[scores.argmax()]), scores

    coarse = np.arange(-STEEPEST, STEEPEST + 0.5, 1.0)
    angle, scores = sharpest(600, coarse)
    if scores.max() < SURER * scores[len(coarse) // 2]:
        angle = 0.0
    return sharpest(1400, angle + np.arange(-1.0, 1.05, 0.1))[0]


def _profile(image: np.ndarray, angle: float) -> float:
    turned, _ = _turned(image, angle)
    return float((np.diff(turned.sum(axis=1, dtype=np.float64)) ** 2).sum())


def _turned(image: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the image turned clockwise by so many degrees, on a canvas that holds all of it, and the way back, float64 (2, 3)."""
    height, width = image.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = round(width * cos + height * sin), round(width * sin + height * cos)
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return cv2.warpAffine(image, turn, (wide, high), flags=cv2.INTER_LINEAR), cv2.invertAffineTransform(turn)


def _without_lines(strength: np.ndarray, faint: float) -> np.ndarray:
    """Return the strength without printed lines, across and down; a stroke that crosses one stays."""
    for _ in range(2):
        strength = np.ascontiguousarray(_without_rows(strength, faint).T)
    return strength


def _without_rows(strength: np.ndarray, faint: float) -> np.ndarray:
    mask = (strength > faint * 0.6).astype(np.uint8)
    width = mask.shape[1]
    piece = max(15, width // 16)
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(
        cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8)), cv2.MORPH_OPEN, np.ones((1, piece), np.uint8)
    )
    _, lines, about, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    long = about[:, cv2.CC_STAT_WIDTH] > RULED * width
    long[0] = False
    line = long[lines]
    printed = line & (mask > 0)
    if not printed.any():
        return strength
    extent = about[long, cv2.CC_STAT_WIDTH].sum()
    across = max(1, round(printed.sum() / extent))  # pixels, a line's thickness
    level = float(np.median(strength[printed]))
    stroke = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((across + 3, 1), np.uint8)) > 0
    gone = line & ~stroke & (strength < 1.8 * level)
    return np.where(gone, 0, strength).astype(np.uint8)


def _boxes(strength: np.ndarray, faint: float) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return the digits' boxes int (n, 4) as left, top, right, bottom, the labelled pieces, and which pieces make each digit."""
    mask = cv2.morphologyEx((strength > faint).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, pieces, about, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    left, top, wide, high, area = about.T
    tall = _height(high[1:], area[1:])
    there = np.flatnonzero((np.maximum(high, wide) > 0.12 * tall) & (high < TALLEST * tall) & (wide < TALLEST * tall) & (area > 4))
    there = there[there > 0]
    boxes = np.stack([left, top, left + wide, top + high], axis=1)[there]
    groups = _merged(boxes, tall)
    kept = [there[group] for group in groups]
    whole = np.array([[*boxes[group, :2].min(axis=0), *boxes[group, 2:].max(axis=0)] for group in groups]).reshape(-1, 4)
    ink = np.array([area[of].sum() for of in kept])
    high = whole[:, 3] - whole[:, 1]
    good = (high >= max(LOWEST, SHORTEST * tall)) & (ink > 0.15 * np.median(ink)) if len(whole) else np.zeros(0, bool)
    return whole[good], pieces, [of for of, it in zip(kept, good, strict=True) if it]


def _height(high: np.ndarray, area: np.ndarray) -> float:
    """Return the height of most ink, in pixels: the median of the pieces' heights, each counted by its area."""
    if not len(high):
        return 1.0
    order = np.argsort(high)
    share = np.cumsum(area[order])
    return float(high[order][np.searchsorted(share, share[-1] / 2)])


def _merged(boxes: np.ndarray, tall: float) -> list[np.ndarray]:
    """Return the pieces of each digit: a piece joins another that it lies above or below of, near, unless both are whole digits."""
    group = np.arange(len(boxes))
    for a in range(len(boxes)):
        for b in np.flatnonzero(_belong(boxes[a], boxes[:a], tall)):
            group[group == group[a]] = group[b]
    return [np.flatnonzero(group == one) for one in dict.fromkeys(group.tolist())]


def _belong(box: np.ndarray, boxes: np.ndarray, tall: float) -> np.ndarray:
    """Return bool (n,): which of the boxes (n, 4) are of the same digit as `box` (4,), each left, top, right, bottom."""
    apart = np.maximum(boxes[:, :2], box[:2]) - np.minimum(boxes[:, 2:], box[2:])  # x, y; below 0 they overlap
    wide, high = (np.maximum(boxes[:, 2:], box[2:]) - np.minimum(boxes[:, :2], box[:2])).T
    low = np.minimum(boxes[:, 3] - boxes[:, 1], box[3] - box[1])
    near = (apart.max(axis=1) < NEAR * tall) & (apart[:, 0] < 0.08 * tall)
    return near & (low < 0.7 * tall) & (high < 1.5 * tall) & (wide < 1.3 * tall)


def _reading_order(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the order of boxes, row by row from the left, and the row of each in that order.

    Each box, from the left, goes on with the row beside whose last three boxes, on average, it lies.
    """
    middle, high = (boxes[:, 1] + boxes[:, 3]) / 2, boxes[:, 3] - boxes[:, 1]
    tall = float(np.median(high))
    rows: list[list[int]] = []
    for at in np.argsort(boxes[:, 0], kind="stable"):
        apart = [abs(middle[row[-3:]].mean() - middle[at]) for row in rows]
        if apart and min(apart) < 0.6 * tall:
            rows[int(np.argmin(apart))].append(int(at))
        else:
            rows.append([int(at)])
    rows.sort(key=lambda row: middle[row].mean())
    return np.concatenate(rows), np.repeat(np.arange(len(rows)), [len(row) for row in rows])


def _cut(strength: np.ndarray, pieces: np.ndarray, box: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a digit's strength, with some paper around, and which of its pixels are its pieces."""
    left, top, right, bottom = box
    margin = 2
    here = slice(max(0, top - margin), bottom + margin), slice(max(0, left - margin), right + margin)
    return strength[here], np.isin(pieces[here], of)
