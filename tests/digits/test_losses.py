import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from digits import evaluation, losses
from digits.losses import log_loss


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    images=st.integers(1, 30),
    outputs=st.integers(2, 20),
    spread=st.sampled_from([0.001, 0.1, 1.0, 10.0]),  # from 0s and 1s to nearly even
    smoothing=st.sampled_from([0.0, 0.1, 0.9]),
)
def test_it_is_keras_value_of_probabilities_but_for_their_bound_below_1(seed, images, outputs, spread, smoothing):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.full(outputs, spread), size=images).astype(np.float32)
    targets = np.eye(outputs, dtype=np.float32)[random.integers(0, outputs, size=images)]
    keras_value = float(keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)(targets, probabilities))
    loss = float(log_loss((1 - smoothing) * targets + np.float32(smoothing / outputs), probabilities))
    assert loss == pytest.approx(keras_value, rel=2e-6, abs=3e-7)  # theirs is 1.2e-7 where ours is 0


def test_keras_has_no_bound_where_it_finds_the_softmax_and_ours_has():
    """In Keras' compile and fit a network that ends in a softmax has the loss of its logits."""
    logits, target = tf.constant([[0.0, 40.0]]), tf.constant([[1.0, 0.0]])
    probabilities = keras.activations.softmax(logits)
    assert float(log_loss(target, probabilities)) == pytest.approx(-np.log(1e-7), rel=1e-5)
    assert float(keras.losses.CategoricalCrossentropy()(target, probabilities)) == pytest.approx(40)
    assert float(keras.losses.CategoricalCrossentropy()(target, probabilities.numpy())) == pytest.approx(-np.log(1e-7), rel=1e-5)


@pytest.mark.parametrize(("probability", "value"), [(0.0, -np.log(1e-7)), (1.0, 0.0), (0.5, np.log(2))])
def test_it_is_finite_for_probabilities_of_0_and_1(probability, value):
    loss = log_loss(tf.constant([[1.0, 0.0]]), tf.constant([[probability, 1 - probability]]))
    assert float(loss) == pytest.approx(value, rel=1e-5)


def test_its_bound_is_that_of_the_log_loss_in_the_metrics():
    assert losses.SMALLEST == evaluation.SMALLEST


def test_its_gradient_is_finite_at_0_and_1():
    probabilities = tf.Variable([[0.0, 1.0], [1.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = log_loss(tf.constant([[1.0, 0.0], [1.0, 0.0]]), probabilities)
    assert np.isfinite(tape.gradient(loss, probabilities)).all()
