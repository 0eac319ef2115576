import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digits import augmentation

IMAGES = np.random.default_rng(0).integers(0, 256, size=(20, 28, 28)).astype(np.uint8)


def moves_of(image: np.ndarray, most: int) -> list[np.ndarray]:
    padded = np.pad(image, most)
    return [padded[y : y + 28, x : x + 28] for y in range(2 * most + 1) for x in range(2 * most + 1)]


@given(most=st.integers(0, 3), seed=st.integers(0, 1000), epoch=st.integers(0, 1000))
def test_each_image_is_moved_by_at_most_so_many_pixels_and_zeros_move_in(most, seed, epoch):
    shifted = augmentation.shift(IMAGES, most=most, seed=seed, epoch=epoch)
    assert shifted.dtype == np.uint8
    assert shifted.shape == IMAGES.shape
    for image, moved in zip(IMAGES, shifted, strict=True):
        assert any(np.array_equal(moved, candidate) for candidate in moves_of(image, most))


def test_the_same_seed_and_epoch_move_alike_and_others_differently():
    first = augmentation.shift(IMAGES, most=2, seed=1, epoch=5)
    assert np.array_equal(first, augmentation.shift(IMAGES, most=2, seed=1, epoch=5))
    assert not np.array_equal(first, augmentation.shift(IMAGES, most=2, seed=1, epoch=6))
    assert not np.array_equal(first, augmentation.shift(IMAGES, most=2, seed=2, epoch=5))


def test_shift_0_leaves_images_as_they_are():
    assert np.array_equal(augmentation.shift(IMAGES, most=0, seed=1, epoch=5), IMAGES)
