import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.augmentation import AugmentParams, augment

IMAGES = np.random.default_rng(0).integers(1, 256, size=(20, 28, 28)).astype(np.uint8)
NONE = {"flip": 0.0, "shift": 0, "rotate": 0.0, "scale": 0.0, "elastic": 0.0, "erase": 0}
MOVES = [{"flip": 0.5}, {"shift": 2}, {"rotate": 15.0}, {"scale": 0.1}, {"elastic": 1.0}, {"erase": 8}]
ALL = {"flip": 0.5, "shift": 2, "rotate": 15.0, "scale": 0.1, "elastic": 1.0, "erase": 8}


def moved(images: np.ndarray = IMAGES, *, seed: int = 1, epoch: int = 5, **moves) -> np.ndarray:
    return augment(images, AugmentParams(**(NONE | moves)), seed=seed, epoch=epoch)


def places_of(image: np.ndarray, most: int) -> list[np.ndarray]:
    padded = np.pad(image, most)
    return [padded[y : y + 28, x : x + 28] for y in range(2 * most + 1) for x in range(2 * most + 1)]


def test_with_all_moves_off_images_stay_as_they_are():
    assert np.array_equal(moved(), IMAGES)


@pytest.mark.parametrize("moves", [*MOVES, ALL])
def test_a_move_keeps_shape_and_type_and_changes_something(moves):
    result = moved(**moves)
    assert result.shape == IMAGES.shape
    assert result.dtype == np.uint8
    assert not np.array_equal(result, IMAGES)


@pytest.mark.parametrize("moves", [*MOVES, ALL])
def test_the_same_seed_and_epoch_move_alike_and_others_differently(moves):
    assert np.array_equal(moved(**moves), moved(**moves))
    assert not np.array_equal(moved(**moves), moved(epoch=6, **moves))
    assert not np.array_equal(moved(**moves), moved(seed=2, **moves))


@given(count=st.integers(1, 20), seed=st.integers(0, 99), moves=st.sampled_from([*MOVES, ALL]))
def test_what_happens_to_a_row_does_not_depend_on_how_many_there_are(count, seed, moves):
    assert np.array_equal(moved(seed=seed, **moves)[:count], moved(IMAGES[:count], seed=seed, **moves))


@given(most=st.integers(0, 3), seed=st.integers(0, 1000), epoch=st.integers(0, 1000))
def test_a_shift_is_of_whole_pixels_and_zeros_move_in(most, seed, epoch):
    for image, result in zip(IMAGES, moved(seed=seed, epoch=epoch, shift=most), strict=True):
        assert any(np.array_equal(result, place) for place in places_of(image, most))


@given(share=st.floats(0.05, 1), seed=st.integers(0, 1000))
def test_about_the_asked_share_is_mirrored_and_the_rest_stays(share, seed):
    many = np.tile(IMAGES, (50, 1, 1))
    result = moved(many, seed=seed, flip=share)
    mirrored = (result == many[:, :, ::-1]).all(axis=(1, 2))
    assert np.array_equal(result[~mirrored], many[~mirrored])
    assert mirrored.mean() == pytest.approx(share, abs=0.08)


def test_every_shift_occurs():
    many = np.tile(IMAGES[:1], (2000, 1, 1))
    seen = {result.tobytes() for result in moved(many, shift=1)}
    assert seen == {place.tobytes() for place in places_of(IMAGES[0], 1)}


@given(seed=st.integers(0, 1000))
def test_a_turn_and_a_change_of_size_leave_the_middle_where_it_is(seed):
    disc = np.zeros((1, 28, 28), np.uint8)
    rows, columns = np.mgrid[:28, :28] - 13.5
    disc[0, rows**2 + columns**2 < 16] = 255
    ink = moved(disc, seed=seed, rotate=30.0, scale=0.2)[0].astype(float)
    assert (ink * rows).sum() / ink.sum() == pytest.approx(0, abs=0.3)
    assert (ink * columns).sum() / ink.sum() == pytest.approx(0, abs=0.3)


@given(seed=st.integers(0, 1000))
def test_scale_stays_within_its_share(seed):
    square = np.zeros((1, 28, 28), np.uint8)
    square[0, 9:19, 9:19] = 255
    area = moved(square, seed=seed, scale=0.1)[0].sum() / square.sum()
    assert 0.9**2 - 0.03 <= area <= 1.1**2 + 0.03


@given(side=st.integers(1, 28), seed=st.integers(0, 1000))
def test_erasing_sets_at_most_a_square_to_zero_and_touches_nothing_else(side, seed):
    for image, result in zip(IMAGES, moved(seed=seed, erase=side), strict=True):
        gone = result != image
        assert (result[gone] == 0).all()
        rows, columns = np.flatnonzero(gone.any(axis=1)), np.flatnonzero(gone.any(axis=0))
        assert gone[np.ix_(rows, columns)].all()
        assert 1 <= len(rows) <= side
        assert 1 <= len(columns) <= side


def test_a_turn_is_within_its_degrees_and_goes_both_ways():
    bars = np.zeros((200, 28, 28), np.uint8)
    bars[:, 13:15, 4:24] = 255
    ink, (rows, columns) = moved(bars, rotate=15.0).astype(float), np.mgrid[:28, :28] - 13.5
    down, along, both = ((ink * of).sum(axis=(1, 2)) for of in (rows**2, columns**2, rows * columns))
    angles = np.rad2deg(np.arctan2(2 * both, along - down)) / 2
    assert -15.5 < angles.min() < -13
    assert 13 < angles.max() < 15.5


@pytest.mark.parametrize("pixels", [0.5, 2.0])
def test_an_elastic_warp_is_of_its_pixels_along_either_axis_and_along_one_whatever_it_is_along_the_other(pixels):
    ramp = np.tile(np.arange(28, dtype=np.uint8) * 9, (200, 28, 1))
    along, down = (
        (moved(images, elastic=pixels).astype(float) - images)[:, 8:20, 8:20] / 9 for images in (ramp, ramp.transpose(0, 2, 1))
    )
    assert [along.std(), down.std()] == pytest.approx([0.8 * pixels] * 2, rel=0.25)
    assert np.corrcoef(along.ravel(), down.ravel())[0, 1] == pytest.approx(0, abs=0.2)


def test_scale_grows_and_shrinks():
    square = np.zeros((200, 28, 28), np.uint8)
    square[:, 9:19, 9:19] = 255
    areas = moved(square, scale=0.1).sum(axis=(1, 2)) / square[0].sum()
    assert areas.min() < 0.85
    assert areas.max() > 1.15


@pytest.mark.parametrize(("side", "first", "last"), [(9, 5, 5), (8, 5, 4)])  # centres from which it covers a side's outmost row
def test_every_corner_is_erased_as_often_as_squares_around_any_pixel_cover_it(side, first, last):
    share = (moved(np.full((20_000, 28, 28), 9, np.uint8), erase=side) == 0).mean(axis=0)
    wanted = np.outer([first, last], [first, last]) / 28**2
    assert share[np.ix_([0, -1], [0, -1])] == pytest.approx(wanted, abs=0.005)
