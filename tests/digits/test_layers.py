"""Our layers do what Keras' do, faster."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits import models
from digits.compute import keras, tf
from digits.feature_maps import convolutions
from digits.layers import BatchNormalization, Conv2D, faster

EPS = 1e-5


def pictures(shape: tuple[int, ...], *, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(2, 3, shape).astype(np.float32)


def norms(channels: int, *, momentum: float = 0.9, seed: int) -> list[keras.layers.BatchNormalization]:
    """Return Keras' batch norm and ours with the same weights, none as they start."""
    made = [kind(momentum=momentum, name="norm") for kind in (keras.layers.BatchNormalization, BatchNormalization)]
    weights = np.random.default_rng(seed).uniform(0.5, 2, (4, channels)).astype(np.float32)
    for layer in made:
        layer.build((None, None, None, channels))
        layer.set_weights(list(weights))
    return made


def learnt(layer: keras.layers.Layer, images: np.ndarray) -> list[np.ndarray]:
    """Return what a step gives: outputs, the gradients of a loss in the images and in the weights, and the weights after it."""
    step = both_ways(layer, tf.constant(images), layer.trainable_weights)
    return [value.numpy() for value in (*step, *layer.weights)]


def both_ways(layer: Callable[..., tf.Tensor], images: tf.Tensor, weights: list) -> list[tf.Tensor]:
    """Return the outputs, and the gradients of a loss in the images and in the weights."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = layer(images, training=True)
        loss = tf.reduce_mean(outputs**3)
    return [outputs, *tape.gradient(loss, [images, *weights])]


@settings(deadline=None, max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 17)).filter(
        lambda shape: np.prod(shape[:-1]) > 4  # of fewer the deviation is next to none, and its gradient all rounding
    ),
    seed=st.integers(0, 1000),
)
def test_a_batch_norm_s_step_has_keras_outputs_gradients_and_averages(shape, seed):
    keras_s, ours = norms(shape[-1], seed=seed)
    images = pictures(shape, seed=seed)
    for expected, received in zip(learnt(keras_s, images), learnt(ours, images), strict=True):
        assert received == pytest.approx(expected, rel=1e-3, abs=1e-4)


@settings(deadline=None, max_examples=25)
@given(
    sizes=st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(lambda sizes: sum(sizes) > 0),
    picture=st.tuples(st.integers(1, 9), st.integers(2, 9), st.integers(1, 17)).filter(lambda shape: np.prod(shape[:2]) > 4),
    seed=st.integers(0, 1000),
)
def test_a_batch_in_parts_has_keras_outputs_gradients_and_averages(sizes, picture, seed):
    keras_s, ours = norms(picture[-1], seed=seed)
    images = tf.constant(pictures((sum(sizes), *picture), seed=seed))

    def in_parts(images, *, training):
        assert training
        # One of no images gets another's, which must count nowhere.
        parts = [part if len(part) else 100 * images[:1] for part in tf.split(images, sizes)]
        outputs = ours.together(parts, [tf.constant(size) for size in sizes])
        return tf.concat([part[:size] for part, size in zip(outputs, sizes, strict=True)], axis=0)

    expected, received = (both_ways(way, images, layer.trainable_weights) for way, layer in ((keras_s, keras_s), (in_parts, ours)))
    for its, our in zip([*expected, *keras_s.weights], [*received, *ours.weights], strict=True):
        assert our.numpy() == pytest.approx(its.numpy(), rel=1e-3, abs=1e-4)


def test_a_batch_norm_s_answers_are_keras_answers():
    keras_s, ours = norms(7, seed=1)
    images = pictures((3, 5, 6, 7), seed=2)
    assert ours(images, training=False).numpy() == pytest.approx(keras_s(images, training=False).numpy(), rel=EPS, abs=EPS)


@pytest.mark.parametrize(
    "options", [{"center": False}, {"scale": False}, {"axis": 1}, {"axis": 3}, {"renorm": True}, {"dtype": "float64"}]
)
@pytest.mark.parametrize("training", [True, False])
def test_a_batch_norm_of_other_arguments_is_keras_too(options, training):
    keras_s, ours = (kind(**options) for kind in (keras.layers.BatchNormalization, BatchNormalization))
    images = pictures((3, 5, 6, 7), seed=2)
    assert ours(images, training=training).numpy() == pytest.approx(keras_s(images, training=training).numpy(), rel=1e-3, abs=1e-4)


def test_a_batch_norm_of_masked_pictures_is_keras_too():
    keras_s, ours = norms(7, seed=1)
    images, mask = pictures((3, 5, 6, 7), seed=2), np.random.default_rng(3).random((3, 5, 6)) < 0.5
    expected, received = (layer(images, training=True, mask=mask).numpy() for layer in (keras_s, ours))
    assert received == pytest.approx(expected, rel=1e-3, abs=1e-4)


def test_a_convolution_with_its_channels_first_is_keras_too():
    keras_s, ours = (kind(8, 3, data_format="channels_first") for kind in (keras.layers.Conv2D, Conv2D))
    images = pictures((3, 2, 8, 11), seed=2)
    for layer in (keras_s, ours):
        layer.build(images.shape)
        layer.set_weights([pictures((3, 3, 2, 8), seed=3), pictures((8,), seed=4)])
    assert ours(images).numpy() == pytest.approx(keras_s(images).numpy(), rel=1e-4, abs=1e-4)


def test_vectors_are_normed_as_by_keras():
    keras_s, ours = (kind() for kind in (keras.layers.BatchNormalization, BatchNormalization))
    vectors = pictures((20, 5), seed=1)
    assert np.array_equal(ours(vectors, training=True), keras_s(vectors, training=True))


@settings(deadline=None, max_examples=25)
@given(
    shape=st.tuples(st.integers(1, 5), st.integers(3, 9), st.integers(3, 9), st.integers(1, 5)),
    filters=st.integers(1, 9),
    options=st.fixed_dictionaries(
        {
            "kernel_size": st.integers(1, 3),
            "strides": st.integers(1, 2),
            "padding": st.sampled_from(["same", "valid"]),
            "activation": st.sampled_from([None, "relu", "tanh"]),
            "use_bias": st.booleans(),
        }
    ),
    seed=st.integers(0, 1000),
)
def test_a_convolution_has_keras_outputs_and_gradients(shape, filters, options, seed):
    made = [kind(filters, **options) for kind in (keras.layers.Conv2D, Conv2D)]
    for layer in made:
        layer.build((None, *shape[1:]))
        draw = np.random.default_rng(seed)
        layer.set_weights([draw.normal(0, 0.3, weight.shape) for weight in layer.weights])
    images = pictures(shape, seed=seed)
    for expected, received in zip(*(learnt(layer, images) for layer in made), strict=True):
        assert received == pytest.approx(expected, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(("kind", "joinable"), [(keras.layers.Conv2D, True), (Conv2D, False)])
def test_the_gradient_of_keras_bias_can_be_joined_with_the_filters_and_that_of_ours_cannot(kind, joinable):
    layer = kind(4, 3)
    layer.build((None, 8, 8, 2))
    step = tf.function(lambda images: both_ways(layer, images, layer.trainable_weights)).get_concrete_function(
        tf.TensorSpec((None, 8, 8, 2))
    )
    operations = {operation.type for operation in step.graph.get_operations()}
    assert "Conv2DBackpropFilter" in operations
    assert ("BiasAddGrad" in operations) == joinable


def test_a_large_picture_s_bias_has_the_gradient_that_float64_has():
    layer, images = Conv2D(4, 3, padding="same"), pictures((100, 28, 28, 2), seed=1)
    with tf.GradientTape() as tape:
        outputs = layer(images)
        loss = tf.reduce_sum(outputs**2)
    # The terms may cancel one another: the error is one of their size, and not of their sum's.
    terms = 2 * outputs.numpy().astype(np.float64)
    apart = np.abs(tape.gradient(loss, layer.bias).numpy() - terms.sum((0, 1, 2)))
    assert (apart <= EPS * np.abs(terms).sum((0, 1, 2))).all()


@pytest.mark.parametrize("name", sorted({*models.names()} - {"softmax", "mlp", "dnn"}))
def test_a_network_s_convolutions_are_ours(name):
    assert {type(layer) for layer in convolutions(models.build(name, classes=10))} == {Conv2D}


def test_a_network_made_faster_keeps_its_names_weights_and_outputs():
    pixels, features = keras.Input((None, None, 2), name="pixels"), keras.Input((None, None, 3), name="features")
    normed = keras.layers.BatchNormalization(epsilon=0.01, momentum=0.5, name="norm")(features)
    inner = keras.Model(features, keras.layers.Add(name="add")([normed, features]), name="inner")
    maps = inner(keras.layers.Conv2D(3, 3, name="conv")(pixels))
    network = keras.Model(pixels, keras.layers.GlobalAveragePooling2D(name="pool")(maps), name="outer")
    network.get_layer("conv").set_weights([np.full((3, 3, 2, 3), 0.1, np.float32), np.array([1, -2, 3], np.float32)])
    inner.get_layer("norm").set_weights([np.full(3, value, np.float32) for value in (1.5, 0.5, -0.25, 4)])
    ours = faster(network)
    norm = ours.get_layer("inner").get_layer("norm")
    assert (ours.name, [layer.name for layer in ours.layers]) == (network.name, [layer.name for layer in network.layers])
    assert (type(norm), type(ours.get_layer("conv"))) == (BatchNormalization, Conv2D)
    assert (norm.epsilon, norm.momentum) == (0.01, 0.5)
    images = pictures((4, 6, 5, 2), seed=1)
    np.testing.assert_allclose(ours(images), network(images), atol=EPS)


def test_a_frozen_batch_norm_keeps_its_averages():
    _, ours = norms(3, seed=1)
    ours.trainable = False
    before = ours.get_weights()
    ours(pictures((2, 4, 4, 3), seed=1), training=True)
    assert all(np.array_equal(a, b) for a, b in zip(ours.get_weights(), before, strict=True))


def test_a_summary_calls_them_by_keras_names():
    assert (BatchNormalization.__name__, Conv2D.__name__) == ("BatchNormalization", "Conv2D")
