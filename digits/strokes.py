"""Drawn characters: pen strokes of this project's own making, rendered the way MNIST's images were.

Each image starts from one way to write its class (`stroke_templates`). Its points are jittered; the strokes are
warped, bent out of proportion, slanted, turned, and drawn by a pen of varying width. The ink is scaled into a 20x20
box, and the box moved until the centre of mass of the ink is the middle of the 28x28 image.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np

from digits.stroke_templates import TEMPLATES

CLASSES: dict[str, tuple[str, ...]] = {
    "digits": ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "greek": ("alpha", "beta", "gamma"),
    "all": ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "alpha", "beta", "gamma"),
}

SIDE = 28  # pixels
BOX = 20  # pixels, the longer side of the ink
FINE = 6  # canvas pixels per image pixel and axis; drawn in black and white, then averaged, as MNIST's scans were
SHIFT = 4  # OpenCV reads coordinates in 1/16 of a canvas pixel

BLOCK = 256  # images whose random numbers are drawn together; another value makes other images
SAMPLES = 72  # pen positions along one character
RUN = 6  # of them drawn with one pen width


def draw(count: int, *, classes: Sequence[str], seed: int, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return images uint8 (count, 28, 28), 0 paper to 255 ink, and labels uint8 (count,), indices into `classes`.

    Image i of a seed is the same image on any call: draw(5, start=3) is draw(8)[3:]. Labels are shuffled within blocks
    of 256 images and as even as they can be. `count`, `seed` and `start` are 0 or more. Between processors a position
    may differ in its last bit, which shows only where it lies on the edge of OpenCV's 1/96 of a pixel.
    """
    _refuse(count, classes, seed, start)
    images = np.empty((count, SIDE, SIDE), np.uint8)
    labels = np.empty(count, np.uint8)
    stop = start + count
    for block in range(start // BLOCK, -(-stop // BLOCK)):
        first = block * BLOCK
        low, high = max(start, first), min(stop, first + BLOCK)
        here = slice(low - start, high - start)
        labels[here], images[here] = _block(block, classes, seed, slice(low - first, high - first))
    return images, labels


def _refuse(count: int, classes: Sequence[str], seed: int, start: int) -> None:
    unknown = [name for name in classes if name not in TEMPLATES]
    if unknown:
        raise ValueError(f"classes: {unknown[0]!r} is not drawn here. Known: {', '.join(TEMPLATES)}.")
    if not 0 < len(classes) <= 256:
        raise ValueError(f"classes: expected 1 to 256 names. Received: {len(classes)}.")
    for name, value in (("count", count), ("seed", seed), ("start", start)):
        if value < 0:
            raise ValueError(f"{name}: expected 0 or more. Received: {value}.")


def _block(block: int, classes: Sequence[str], seed: int, wanted: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and images of the wanted rows of a block.

    Chance and geometry are worked out for the whole block, whatever is wanted: so an image cannot depend on it.
    """
    # Not default_rng((seed, block)): seeds beyond 32 bits would run into the blocks of small ones.
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
    labels = random.permutation((block * BLOCK + np.arange(BLOCK)) % len(classes))
    ways = _ways()
    way = _choose(ways, np.take(classes, labels).tolist(), random)
    pen, width = _hand(ways, way, random)
    return labels[wanted], _render(pen[wanted], width[wanted], [ways.runs[row] for row in way[wanted]])


# Templates ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ways:
    """Every way to write every class, W in all, padded to the same number of points P. S samples make a character."""

    points: np.ndarray  # (W, P, 2), unit square
    spline: np.ndarray  # (W, S, P), points -> samples: a spline is linear in its points
    ends: np.ndarray  # (W, P, P), points -> for the ends of a stroke, the step there from the neighbour; 0 elsewhere
    stroke: np.ndarray  # (W, P), the stroke a point belongs to
    runs: tuple[tuple[slice, ...], ...]  # per way, the samples drawn with one pen width
    rows: dict[str, tuple[int, np.ndarray]]  # per class, its first way, and the cumulative share of each


@cache
def _ways() -> _Ways:
    every = [_parse(strokes) for ways in TEMPLATES.values() for _, strokes in ways]
    most = max(sum(len(points) for points, _ in way) for way in every)
    points, spline, ends, stroke, runs = zip(*(_tabulate(way, most) for way in every), strict=True)
    rows, first = {}, 0
    for name, ways in TEMPLATES.items():
        share = np.cumsum([share for share, _ in ways])
        rows[name] = first, share / share[-1]
        first += len(ways)
    return _Ways(np.stack(points), np.stack(spline), np.stack(ends), np.stack(stroke), runs, rows)


def _parse(strokes: str) -> list[tuple[np.ndarray, list[int]]]:
    """Return, per stroke, its points (n, 2) in the unit square, and which of them are corners; both ends are."""
    parsed = []
    for stroke in strokes.split("/"):
        kind, *words = stroke.split()
        points = np.array([[float(number) / 100 for number in word.rstrip("!").split(",")] for word in words])
        last = len(words) - 1
        corners = [i for i, word in enumerate(words) if kind == "line" or word.endswith("!") or i in (0, last)]
        parsed.append((points, corners))
    return parsed


def _tabulate(way: list[tuple[np.ndarray, list[int]]], most: int) -> tuple:
    """Return one row of each array of `_Ways`: points, spline, ends, stroke, runs."""
    # A piece is what lies between two corners; it gets samples by its length.
    lengths = [np.hypot(*np.diff(own[a : b + 1], axis=0).T).sum() for own, at in way for a, b in pairwise(at)]
    cuts = np.round(np.cumsum([0, *lengths]) / sum(lengths) * SAMPLES).astype(int).tolist()

    points, spline = np.zeros((most, 2)), np.zeros((SAMPLES, most))
    ends, stroke = np.zeros((most, most)), np.zeros(most, int)
    runs = []
    first, piece = 0, 0
    for number, (own, corners) in enumerate(way):
        last, begin = first + len(own) - 1, cuts[piece]
        for a, b in pairwise(corners):
            low, high = cuts[piece : piece + 2]
            spline[low:high, first + a : first + b + 1] = _catmull_rom(b - a + 1, high - low)
            piece += 1
        points[first : last + 1], stroke[first : last + 1] = own, number
        ends[first, [first, first + 1]] = ends[last, [last, last - 1]] = 1, -1
        # Runs share a sample, so the ink has no gap between them; strokes do not.
        runs += [slice(low, min(low + RUN + 1, cuts[piece])) for low in range(begin, cuts[piece] - 1, RUN)]
        first = last + 1
    return points, spline, ends, stroke, tuple(runs)


def _catmull_rom(points: int, samples: int) -> np.ndarray:
    """Return (samples, points): each row weighs the points into one position on the uniform Catmull-Rom spline."""
    at = np.linspace(0, points - 1, samples)
    left = np.minimum(at.astype(int), points - 2)
    t = (at - left)[:, None]
    basis = 0.5 * np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3])
    # Phantom points continue the spline straight on beyond both ends: p[-1] = 2 p[0] - p[1].
    padded = np.zeros((samples, points + 2))
    padded[np.arange(samples)[:, None], left[:, None] + np.arange(4)] = basis
    weights = padded[:, 1:-1].copy()
    weights[:, 0] += 2 * padded[:, 0]
    weights[:, 1] -= padded[:, 0]
    weights[:, -1] += 2 * padded[:, -1]
    weights[:, -2] -= padded[:, -1]
    return weights


# A hand ------------------------------------------------------------------------------------------------------------
# The spreads below are chosen, not fitted: by eye and by a few trials beside MNIST's first 5,000 training images (ink,
# pen width and slant on average; point jitter for how well a network taught by strokes read them).


def _choose(ways: _Ways, names: list[str], random: np.random.Generator) -> np.ndarray:
    """Return the row in `ways` for each class name (n,), drawn by share."""
    rows = []
    for name, at in zip(names, random.random(len(names)), strict=True):
        first, share = ways.rows[name]
        rows.append(first + np.searchsorted(share, at, side="right"))
    return np.array(rows)


def _hand(ways: _Ways, way: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return pen positions float (n, S, 2) and pen widths float (n, S), in image pixels, the ink's box centred."""
    points = _jitter(ways, way, random)
    pen = ways.spline[way] @ points
    pen = _bend(_warp(pen, random), random)
    pen = _lean(pen, random)
    width = _press(len(way), random)
    return _fit(pen, width), width


def _jitter(ways: _Ways, way: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return points (n, P, 2) of each way, moved singly, by stroke, and at the ends, which stop short or overshoot."""
    points = ways.points[way]
    n, most, _ = points.shape
    care = random.uniform(0.3, 1.4, (n, 1, 1))  # some writers are neat
    points = points + care * random.normal(0, 0.045, points.shape)
    strokes = random.normal(0, 0.03, (n, ways.stroke.max() + 1, 2))
    points += np.take_along_axis(strokes, ways.stroke[way][:, :, None], axis=1)
    return points + random.normal(0, 0.12, (n, most, 1)) * (ways.ends[way] @ points)


def _warp(pen: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Warp pen positions (n, S, 2) elastically: three slow waves cross the page, each pushing the ink its own way."""
    n = len(pen)
    for _ in range(3):
        wave = random.normal(0, 0.7, (n, 2, 1))  # cycles per unit
        phase = random.uniform(0, 2 * np.pi, (n, 1, 1))
        push = random.normal(0, 0.03, (n, 1, 2))
        pen = pen + push * np.sin(2 * np.pi * (pen @ wave) + phase)
    return pen


def _bend(pen: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Bend pen positions (n, S, 2) out of proportion: where the middle lies, how much wider the top is."""
    n = len(pen)
    middle = random.normal(0, 0.32, (n, 1, 2)).clip(-0.7, 0.7)
    taper = random.normal(0, 0.15, (n, 1))
    pen = pen + middle * np.sin(np.pi * pen.clip(0, 1)) / np.pi
    pen[..., 0] += taper * (pen[..., 0] - 0.5) * (pen[..., 1] - 0.5) * 2
    return pen


def _lean(pen: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Stretch, slant and turn pen positions (n, S, 2) about the middle of the unit square, which becomes the origin."""
    n = len(pen)
    aspect = np.exp(random.normal(0, 0.25, n))
    slant = random.normal(0.12, 0.25, n)  # right per up
    turn = random.normal(0, 0.1, n)  # radians
    zero, one = np.zeros(n), np.ones(n)
    stretch = np.array([[aspect, zero], [zero, one]])
    shear = np.array([[one, zero], [-slant, one]])  # y runs down: what is below moves left
    rotate = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    whole = np.einsum("ijn,jkn,kln->nil", stretch, shear, rotate)
    return (pen - 0.5) @ whole


def _press(n: int, random: np.random.Generator) -> np.ndarray:
    """Return pen widths (n, S) in image pixels: a mean per image, and two waves of pressure along the way."""
    mean = 2.3 * np.exp(random.normal(0, 0.35, (n, 1)))
    along = np.linspace(0, 1, SAMPLES)
    pressure = 0.0
    for _ in range(2):
        phase = random.uniform(0, 2 * np.pi, (n, 1))
        cycles = random.uniform(0.5, 3, (n, 1))
        pressure = pressure + random.uniform(0, 0.15, (n, 1)) * np.sin(2 * np.pi * cycles * along + phase)
    return np.round((mean * (1 + pressure)).clip(1.2, 5) * FINE) / FINE  # OpenCV's lines are whole pixels thick


def _fit(pen: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Scale pen positions (n, S, 2) so that the ink just fits the box, keeping its aspect, and put it in the middle.

    A canvas pixel is left free on each side, for the rounding in OpenCV's lines.
    """
    reach = width.max(axis=1)[:, None]
    low, high = pen.min(axis=1), pen.max(axis=1)
    scale = (BOX - 2 / FINE - reach) / (high - low).max(axis=1, keepdims=True)
    return (pen - (low + high)[:, None] / 2) * scale[:, None] + SIDE / 2


# Rendering ---------------------------------------------------------------------------------------------------------


def _render(pen: np.ndarray, width: np.ndarray, runs: list[tuple[slice, ...]]) -> np.ndarray:
    """Draw pen positions (n, S, 2) with widths (n, S), shrink, and centre: uint8 (n, 28, 28)."""
    positions = np.round((pen * FINE - 0.5) * 2**SHIFT).astype(np.int32)  # OpenCV's pixel centres are whole numbers
    thickness = np.round(width * FINE).astype(int)  # canvas pixels
    canvas = np.empty((SIDE * FINE, SIDE * FINE), np.uint8)
    images = np.empty((len(pen), SIDE, SIDE), np.uint8)
    for image, path, wide, pieces in zip(images, positions, thickness.tolist(), runs, strict=True):
        canvas.fill(0)
        for run in pieces:
            cv2.polylines(canvas, [path[run]], False, 255, wide[run.start], cv2.LINE_8, SHIFT)
        cv2.resize(canvas, (SIDE, SIDE), dst=image, interpolation=cv2.INTER_AREA)
    return centred(images)


def centred(images: np.ndarray) -> np.ndarray:
    """Move each image by whole pixels until its centre of mass is the middle, as far as the margin of 4 pixels lets."""
    margin = (SIDE - BOX) // 2
    ink = images.sum(axis=(1, 2), dtype=np.int64).clip(1)
    at = np.arange(SIDE)
    rows = (images.sum(axis=2, dtype=np.int64) @ at) / ink
    columns = (images.sum(axis=1, dtype=np.int64) @ at) / ink
    down, right = (np.round(SIDE / 2 - middle).astype(int).clip(-margin, margin) for middle in (rows, columns))
    image = np.arange(len(images))[:, None, None]
    return images[image, (at - down[:, None])[:, :, None] % SIDE, (at - right[:, None])[:, None, :] % SIDE]
