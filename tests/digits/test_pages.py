"""What finding digits on a page promises, on pages of strokes made here; nothing runs a network but the slow tests."""

import itertools
import time

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digits import pages
from tests import pages as made

GLYPHS = made.drawn(60, seed=5)


def grey_of(page: made.Page) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)


def placed(found: pages.Digits, page: made.Page) -> np.ndarray:
    """Return how far, in heights, the digit found at each place of the reading order lies from the one written there."""
    return np.linalg.norm(found.corners.mean(axis=1) - page.centres, axis=1) / page.heights


@pytest.mark.parametrize(("seed", "tilt"), [(1, -15.0), (2, 15.0), (3, 4.0), (4, None)])
def test_every_digit_is_found_in_reading_order_on_lined_paper_under_a_shadow(seed, tilt):
    page = made.page(GLYPHS, seed=seed, side=900, tilt=tilt)
    found = pages.find(grey_of(page), ink="auto")
    assert len(found) == len(page.labels)
    assert placed(found, page).max() < 0.35
    assert found.rows.tolist() == page.rows.tolist()


def test_light_ink_is_found_as_dark_ink_is():
    grey = grey_of(made.page(GLYPHS, seed=3, side=900))
    dark, light = (pages.find(picture, ink="auto") for picture in (grey, 255 - grey))
    assert len(dark) == len(light) > 10
    assert np.abs(dark.corners - light.corners).max() < 6


def test_a_digit_s_image_is_as_mnist_s_are():
    images = pages.find(grey_of(made.page(GLYPHS, seed=3, side=900)), ink="auto").images
    assert images.dtype == np.uint8
    assert images.shape[1:] == (28, 28)
    for image in images:
        rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) < 20
        assert image.max() == 255


@pytest.mark.parametrize("side", [8, 9, 300])
@pytest.mark.parametrize("grain", [0, 4])
def test_blank_paper_shows_none(side, grain):
    random = np.random.default_rng(0)
    shade = np.linspace(120, 240, side)[None, :] + random.normal(0, grain, (side, side))
    assert len(pages.find(shade.clip(0, 255).astype(np.uint8), ink="auto")) == 0


@pytest.mark.parametrize("pitch", [17, 60])
def test_squared_paper_alone_shows_none(pitch):
    grey = np.full((700, 900), 220, np.uint8)
    grey[::pitch], grey[:, ::pitch] = 140, 140
    turn = cv2.getRotationMatrix2D((450, 350), 7, 1)
    grey = cv2.warpAffine(grey, turn, (900, 700), flags=cv2.INTER_LINEAR, borderValue=220)
    assert len(pages.find(grey, ink="auto")) == 0


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
@example(77045)  # a row of 28 pixels, whose closed gaps alone look like a printed line
def test_any_tiny_picture_is_looked_at_without_an_error(seed):
    random = np.random.default_rng(seed)
    height, width = random.integers(1, 40, 2)
    found = pages.find(random.integers(0, 256, (height, width)).astype(np.uint8), ink="auto")
    assert len(found.images) == len(found.corners) == len(found)


BOXES = st.lists(st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 25)] * 2), max_size=15)


@given(BOXES, st.floats(5, 30))
def test_pieces_join_one_by_one_into_the_same_digits(corners, tall):
    boxes = np.array([[x, y, x + wide, y + high] for x, y, wide, high in corners]).reshape(-1, 4)
    together = [{i} for i in range(len(boxes))]  # of each piece the digit it is in
    for a, b in itertools.combinations(range(len(boxes)), 2):
        if pages._belong(boxes[b], boxes[a : a + 1], tall)[0]:
            joined = together[a] | together[b]
            for i in joined:
                together[i] = joined
    assert {frozenset(group.tolist()) for group in pages._merged(boxes, tall)} == set(map(frozenset, together))


def test_a_printed_page_of_four_thousand_letters_is_joined_in_seconds():
    x, y = np.meshgrid(np.arange(80) * 12, np.arange(50) * 18)
    boxes = np.stack([x, y, x + 8, y + 12], axis=-1).reshape(-1, 4)
    began = time.perf_counter()
    assert len(pages._merged(boxes, 12.0)) == 4000
    assert time.perf_counter() - began < 10  # 45 s when each pair was looked at by itself


@pytest.mark.parametrize("shape", [(3, 3000), (3000, 2), (1, 3000)])
def test_a_very_thin_picture_is_looked_at_without_an_error(shape):
    strip = np.full(shape, 220, np.uint8)
    strip[..., :: max(2, shape[1] // 9)] = 20
    pages.find(strip, ink="auto")
