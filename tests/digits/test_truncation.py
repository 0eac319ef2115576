import numpy as np
import pytest

from digits import models
from digits.compute import keras
from digits.errors import UserError
from digits.inference import predict
from digits.truncation import truncated


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


def test_a_network_within_the_network_is_cut_off_at_its_end():
    inner = models.build("mlp", classes=7, seed=1, hidden=8)
    pixels = keras.Input(inner.input_shape[1:])
    outer = keras.Model(pixels, keras.layers.Dense(3)(inner(pixels)))
    images = np.random.default_rng(1).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    np.testing.assert_allclose(predict(truncated(outer, inner.name), images), predict(inner, images), rtol=1e-6)
