import numpy as np
import pytest

from digits import models
from digits.compute import keras
from digits.errors import UserError
from digits.inference import predict
from digits.truncation import truncated, until


def test_what_comes_after_the_layer_makes_the_networks_own_answer_of_it():
    network = models.build("mlp", classes=10, seed=1, hidden=8)
    images = np.random.default_rng(1).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    hidden, last = network.layers[-2], network.layers[-1]
    cut = predict(truncated(network, hidden.name), images)
    assert cut.shape == (3, 8)
    np.testing.assert_allclose(last(cut), predict(network, images), rtol=1e-5)


def test_an_unknown_layer_is_refused_with_the_nearest_and_all_there_are():
    network = models.build("mlp", classes=10, seed=1, hidden=8)
    name = network.layers[-1].name
    with pytest.raises(UserError, match=f"expected {name}.*{network.layers[0].name}"):
        truncated(network, name + "x")


def test_a_layer_makes_its_output_of_what_the_network_gives_it():
    network = models.build("recognition", classes=10, seed=1)
    images = np.random.default_rng(1).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    given = predict(until(network, "conv2"), images)
    np.testing.assert_allclose(network.get_layer("conv2")(given), predict(truncated(network, "conv2"), images), atol=1e-6)


def test_the_first_layer_is_given_the_networks_input():
    network = models.build("recognition", classes=10, seed=1)
    images = np.random.default_rng(1).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    np.testing.assert_allclose(predict(until(network, "conv1"), images)[..., 0], images / 255, rtol=1e-6)


def test_a_layer_of_a_network_within_the_network_is_found():
    inner = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(name="flat"), keras.layers.Dense(3, name="deep")])
    pixels = keras.Input((28, 28, 1))
    network = keras.Model(pixels, keras.layers.Softmax()(inner(keras.layers.Rescaling(2.0, name="twice")(pixels))))
    images = np.random.default_rng(1).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    np.testing.assert_allclose(predict(until(network, "deep"), images), images.reshape(2, -1) * (2 / 255), rtol=1e-6)
    assert predict(truncated(network, "deep"), images).shape == (2, 3)


def test_a_network_within_the_network_is_cut_off_at_its_end():
    inner = models.build("mlp", classes=7, seed=1, hidden=8)
    pixels = keras.Input(inner.input_shape[1:])
    outer = keras.Model(pixels, keras.layers.Dense(3)(inner(pixels)))
    images = np.random.default_rng(1).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    np.testing.assert_allclose(predict(truncated(outer, inner.name), images), predict(inner, images), rtol=1e-6)
