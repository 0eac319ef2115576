import numpy as np
import pytest

from digits import optimizers
from digits.compute import keras, tf


def after(optimizer, gradients):
    """Return a kernel and a bias after as many updates as there are gradients, and the optimizer's own variables."""
    weights = [keras.Variable(np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)), keras.Variable(np.zeros(4, np.float32))]
    optimizer.build(weights)

    @tf.function
    def update(kernel, rate):
        optimizer.learning_rate.assign(rate)
        optimizer.apply([kernel, kernel[0]], weights)

    for number, kernel in enumerate(gradients):
        update(kernel, np.float32(0.01 * 0.9**number))
    return [variable.numpy() for variable in [*weights, *optimizer.variables]]


@pytest.mark.parametrize(
    ("name", "theirs"), [("adam", keras.optimizers.Adam()), ("adamw", keras.optimizers.AdamW(weight_decay=0.01))]
)
def test_the_fused_update_is_keras_own_but_for_the_last_bits(name, theirs):
    gradients = np.random.default_rng(1).normal(size=(50, 3, 4)).astype(np.float32)
    ours = optimizers.build(name, momentum=0.9, weight_decay=0.01)
    for got, wanted in zip(after(ours, gradients), after(theirs, gradients), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_momentum_adds_its_share_of_the_last_update_to_the_next():
    """Updates of 0.01, then of 0.009 and half of the first."""
    kernel = after(optimizers.build("momentum", momentum=0.5, weight_decay=0.0), np.ones((2, 3, 4), np.float32))[0]
    np.testing.assert_allclose(kernel, np.linspace(-1, 1, 12).reshape(3, 4) - 0.01 - (0.009 + 0.005), atol=1e-6)


@pytest.mark.parametrize("name", optimizers.NAMES)
def test_an_update_goes_against_the_gradient(name):
    kernel = after(optimizers.build(name, momentum=0.9, weight_decay=0.0), np.ones((5, 3, 4), np.float32))[0]
    assert (kernel < np.linspace(-1, 1, 12).reshape(3, 4)).all()
