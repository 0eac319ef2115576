"""What integrated gradients promise: the axioms of Sundararajan, Taly and Yan."""

import numpy as np
import pytest

from digits import models, saliency
from digits.inference import predict
from digits.saliency import integrated_gradients

IMAGES = np.random.default_rng(4).integers(0, 256, (3, 28, 28), dtype=np.uint8)
CLASSES = np.array([1, 5, 9])


@pytest.mark.parametrize("name", ["mlp", "recognition", "resnet5"])
def test_completeness_the_attributions_sum_to_the_change_of_log_p(name):
    network = models.build(name, classes=10, seed=1)
    maps, changes = integrated_gradients(network, IMAGES, classes=CLASSES, steps=200)
    blank = predict(network, np.zeros_like(IMAGES[:1]))
    expected = np.log(predict(network, IMAGES)[np.arange(3), CLASSES] / blank[0, CLASSES])
    np.testing.assert_allclose(changes, expected, atol=1e-4)
    np.testing.assert_allclose(maps.sum(axis=(1, 2)), changes, atol=0.02 * np.abs(changes).max())
    assert np.abs(changes).max() > 0.01


def test_a_pixel_without_ink_has_no_part():
    images = IMAGES * (IMAGES > 128)
    maps, _ = integrated_gradients(models.build("mlp", classes=10, seed=1), images, classes=CLASSES, steps=5)
    assert not maps[images == 0].any()
    assert maps[images > 0].any()


def test_a_pixel_the_network_does_not_look_at_has_no_part():
    network = models.build("softmax", classes=10, seed=1)
    weights = np.random.default_rng(5).normal(size=(784, 10))
    weights[100:200] = 0
    network.layers[-1].set_weights([weights, np.zeros(10)])
    maps, _ = integrated_gradients(network, IMAGES, classes=CLASSES, steps=5)
    assert not maps.reshape(3, -1)[:, 100:200].any()
    assert maps.reshape(3, -1)[:, 200:].any(axis=1).all()


def test_a_step_takes_the_gradient_in_its_middle():
    network = models.build("softmax", classes=10, seed=1)
    weights = np.random.default_rng(5).normal(size=(784, 10)) / 10
    network.layers[-1].set_weights([weights, np.zeros(10)])
    maps, _ = integrated_gradients(network, IMAGES, classes=CLASSES, steps=1)
    half = np.exp(IMAGES.reshape(3, -1) / 255 / 2 @ weights)
    gradients = weights.T[CLASSES] - half / half.sum(axis=1, keepdims=True) @ weights.T  # of log p, half-way from the blank image
    np.testing.assert_allclose(maps.reshape(3, -1), IMAGES.reshape(3, -1) / 255 * gradients, atol=1e-5)


def test_the_number_of_steps_need_not_fill_a_batch():
    network = models.build("mlp", classes=10, seed=1)
    few, many = (integrated_gradients(network, IMAGES, classes=CLASSES, steps=steps)[0] for steps in (saliency.BATCH + 1, 640))
    np.testing.assert_allclose(few, many, atol=0.02 * np.abs(many).max())


def test_no_images_are_no_maps():
    maps, changes = integrated_gradients(models.build("mlp", classes=10, seed=1), IMAGES[:0], classes=CLASSES[:0], steps=5)
    assert maps.shape == (0, 28, 28)
    assert changes.shape == (0,)
