import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from digits.losses import log_loss


@given(seed=st.integers(0, 2**32 - 1), images=st.integers(1, 30), outputs=st.integers(2, 20))
def test_it_is_keras_value(seed, images, outputs):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(outputs), size=images).astype(np.float32)
    targets = np.eye(outputs, dtype=np.float32)[random.integers(0, outputs, size=images)]
    keras_value = keras.losses.categorical_crossentropy(targets, probabilities).numpy().mean()
    assert float(log_loss(targets, probabilities)) == pytest.approx(keras_value, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("probability", "value"), [(0.0, -np.log(1e-7)), (1.0, 0.0), (0.5, np.log(2))])
def test_it_is_finite_for_probabilities_of_0_and_1(probability, value):
    loss = log_loss(tf.constant([[1.0, 0.0]]), tf.constant([[probability, 1 - probability]]))
    assert float(loss) == pytest.approx(value, rel=1e-5)


def test_its_gradient_is_finite_at_0_and_1():
    probabilities = tf.Variable([[0.0, 1.0], [1.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = log_loss(tf.constant([[1.0, 0.0], [1.0, 0.0]]), probabilities)
    assert np.isfinite(tape.gradient(loss, probabilities)).all()
