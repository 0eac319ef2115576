"""What the figures of a network's inside promise: one scale of colours, nothing left out unsaid, each array as it was given."""

import numpy as np
import pytest

from digits.figures import kernels, layer_maps, panels, patches, responses, saliency, side_by_side

TITLE = "MNIST · recognition · seed 1"
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (3, 28, 28), dtype=np.uint8)


def normal(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


def drawn(figure):
    return [np.ma.filled(image.get_array(), np.nan) for image in figure.axes[0].images]


def test_32_filters_are_an_8_by_4_grid_of_one_scale_of_colours():
    weights = normal(3, 3, 1, 32)
    figure = kernels.draw(weights, layer="conv1", title=TITLE)
    _, *shown = figure.axes[0].images
    assert len({image.get_extent()[0] for image in shown}) == 8
    assert len({image.get_extent()[3] for image in shown}) == 4
    most = float(np.abs(weights).max())
    assert {image.get_clim() for image in shown} == {(-most, most)}
    assert all(np.array_equal(array, weights[:, :, 0, number]) for number, array in enumerate(drawn(figure)[1:]))


def test_the_channels_of_a_filter_stand_side_by_side_with_nothing_between():
    weights = normal(3, 3, 2, 1)
    (strip,) = drawn(kernels.draw(weights, layer="conv2d", title=TITLE))[1:]
    assert np.array_equal(strip[:, :3], weights[:, :, 0, 0])
    assert np.isnan(strip[:, 3]).all()
    assert np.array_equal(strip[:, 4:], weights[:, :, 1, 0])


def test_opencv_s_and_the_layer_s_maps_stand_beside_their_filter_each_in_one_scale():
    filtered, layers = normal(6, 6, 2), np.abs(normal(6, 6, 2))
    figure = responses.draw(
        normal(3, 3, 1, 2), given=normal(6, 6, 1), filtered=filtered, by_layer=layers, difference=3e-8, layer="conv1", title=TITLE
    )
    arrays = drawn(figure)[4:]  # behind the picture and the scales
    limits = [image.get_clim() for image in figure.axes[0].images[4:]]
    most = float(np.abs(filtered).max())
    for number in range(2):
        assert np.array_equal(arrays[3 * number + 1], filtered[..., number])
        assert np.array_equal(arrays[3 * number + 2], layers[..., number])
        assert limits[3 * number + 1 : 3 * number + 3] == [(-most, most), (0, float(layers.max()))]
    words = [text.get_text() for text in figure.axes[0].texts]
    assert "filter2D with bias and activation is conv1, but for 3e-08 of the largest response" in words


@pytest.mark.parametrize(
    "draw",
    [
        lambda n: kernels.draw(normal(3, 3, 1, n), layer="conv1", title=TITLE),
        lambda n: layer_maps.draw(normal(4, 4, n), image=IMAGES[0], name="a 5", layer="conv1", title=TITLE),
        lambda n: side_by_side.draw(normal(3, 4, 4, n), images=IMAGES, names=["a", "b", "c"], layer="pool", title=TITLE),
        lambda n: patches.draw(normal(3, 3, 1, n), patches=normal(n, 9, 3, 3, 1), highest=normal(n), layer="conv1", title=TITLE),
    ],
)
def test_more_than_64_are_cut_and_the_heading_says_so(draw):
    assert "the first 64 of 70 " in draw(70).get_suptitle()
    assert "64 of" not in draw(64).get_suptitle()
    assert len(draw(70).axes[0].images) == len(draw(64).axes[0].images)


def test_a_panel_has_a_whole_number_of_screen_pixels_for_each_value():
    for side in (1, 3, 12, 24, 26, 28):
        assert panels.size((side, side), room=1.125)[0] * 100 / side == pytest.approx(112 // side)


def test_a_wrong_answer_is_explained_for_both_classes_and_a_right_one_once():
    maps = normal(3, 28, 28)
    of = {"labels": np.array([0, 1, 2]), "predicted": np.array([0, 1, 0]), "class_names": ["a", "b", "c"]}
    figure = saliency.draw(IMAGES, **of, for_predicted=maps, for_truth=-maps, title=TITLE)
    assert len(figure.axes[0].images) == 2 + 2 * 2 + 3  # the scales, the right answers, the wrong one
    words = [text.get_text() for text in figure.axes[0].texts]
    assert f"for a: {maps[2].sum():+.2f} nats" in words
    assert f"for c: {-maps[2].sum():+.2f} nats" in words
    assert {"2 right answers shown", "1 wrong answer shown"} <= set(words)
