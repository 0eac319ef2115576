"""What is found in a network's convolutions and poolings, on networks of the zoo as they are drawn from a seed."""

import numpy as np
import pytest

from digits import convolution, feature_maps, inference, models
from digits.compute import keras
from digits.errors import UserError

IMAGES = np.random.default_rng(3).integers(0, 256, (12, 28, 28), dtype=np.uint8)


@pytest.fixture(scope="module", params=["resnet5", "recognition", "fashion_resnet", "resnet_d"])
def network(request):
    return models.build(request.param, classes=10, seed=2)


@pytest.mark.parametrize("change", [{"dilation_rate": 2}, {"groups": 2}])
def test_a_convolution_that_opencv_cannot_follow_is_refused_by_name(change):
    layer = keras.layers.Conv2D(2, 3, name="odd", **change)
    layer.build((None, 8, 8, 2))
    with pytest.raises(UserError, match="odd: expected"):
        feature_maps.filters_of(layer)


def test_opencv_and_the_first_convolution_agree(network):
    layer = feature_maps.convolutions(network)[0]
    found = feature_maps.compare(network, layer, IMAGES[0])
    assert found.difference <= convolution.TOLERANCE
    assert found.filtered.shape == found.by_layer.shape == layer.output.shape[1:]
    biases = feature_maps.filters_of(layer).biases
    np.testing.assert_allclose(layer.activation(found.filtered + biases), found.by_layer, atol=1e-5 * float(found.by_layer.max()))


def test_a_layer_that_hardly_answers_any_more_agrees_as_well():
    network = models.build("resnet5", classes=10, seed=2)
    layer = feature_maps.convolutions(network)[0]
    kernels, biases = layer.get_weights()
    largest = feature_maps.compare(network, layer, IMAGES[0]).filtered.max(axis=(0, 1))
    layer.set_weights([kernels, biases - largest + 1e-5])
    found = feature_maps.compare(network, layer, IMAGES[0])
    assert 0 < found.by_layer.max() < 2e-5
    assert found.difference <= convolution.TOLERANCE


def test_the_patches_are_of_as_many_images_and_excite_as_the_layer_says(network):
    layer = feature_maps.convolutions(network)[0]
    patches, highest, rows = feature_maps.exciting(network, layer, IMAGES, most=5)
    filters = feature_maps.filters_of(layer)
    assert patches.shape == (filters.kernels.shape[-1], 5, *filters.kernels.shape[:3])
    assert all(len(set(of)) == 5 for of in rows.tolist())
    responses = np.einsum("fnhwc,hwcf->fn", patches, filters.kernels) + filters.biases[:, None]
    np.testing.assert_allclose(responses, highest, rtol=1e-4, atol=1e-5)
    assert (np.diff(highest, axis=1) <= 0).all()


def test_no_image_excites_a_filter_more_than_the_first():
    network = models.build("fashion_resnet", classes=10, seed=2)  # its convolution has no activation: the output is the response
    layer = feature_maps.convolutions(network)[0]
    maps = feature_maps.of(network, layer.name, IMAGES)
    _, highest, rows = feature_maps.exciting(network, layer, IMAGES, most=1)
    np.testing.assert_allclose(highest[:, 0], maps.max(axis=(0, 1, 2)), rtol=1e-5)
    assert rows[:, 0].tolist() == maps.max(axis=(1, 2)).argmax(axis=0).tolist()


def test_recognition_has_the_shapes_that_course_b_names():
    network = models.build("recognition", classes=10, seed=1)
    first, second = feature_maps.convolutions(network)
    (pool,) = feature_maps.poolings(network)
    shapes = [feature_maps.of(network, layer.name, IMAGES[:2]).shape for layer in (first, second, pool)]
    assert shapes == [(2, 26, 26, 32), (2, 24, 24, 32), (2, 12, 12, 32)]


def test_resnet5_gives_its_convolution_two_channels():
    network = models.build("resnet5", classes=10, seed=1)
    given = feature_maps.seen(network, "conv2d", IMAGES[:1])
    assert given.shape == (1, 28, 28, 2)
    assert np.array_equal(given.reshape(2, -1)[0], inference.pixels(IMAGES[:1], network)[0])


@pytest.mark.parametrize("name", ["softmax", "mlp", "dnn"])
def test_a_network_without_a_convolution_has_none(name):
    assert feature_maps.convolutions(models.build(name, classes=10, seed=1)) == []


def test_the_layers_of_a_network_within_the_network_are_found():
    inner = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(3, 5, strides=2, padding="same", name="deep")])
    pixels = keras.Input((28, 28, 1))
    network = keras.Model(pixels, inner(keras.layers.Rescaling(2.0)(pixels)))
    (layer,) = feature_maps.convolutions(network)
    assert layer.name == "deep"
    found = feature_maps.compare(network, layer, IMAGES[0])
    assert found.by_layer.shape == (14, 14, 3)
    assert found.given.max() == pytest.approx(2 * float(IMAGES[0].max()) / 255)
