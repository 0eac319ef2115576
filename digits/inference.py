"""Images into a network, probabilities out."""

import functools
from collections.abc import Callable

import numpy as np

from digits.compute import keras, parts, span, tf
from digits.layers import BatchNormalization

BATCH = 1000  # images at a time; bounds memory only
KEPT = 6  # networks whose compiled functions stay loaded, the ones used last: a study trains and tests one many times


def pixels(images: tf.Tensor, network: keras.Model) -> tf.Tensor:
    """Return uint8 images (n, 28, 28) as the network takes them: float32 in [0, 1], of the shape of its input."""
    return tf.reshape(tf.cast(images, tf.float32) / 255.0, (-1, *network.input_shape[1:]))


def forward(network: keras.Model, images: tf.Tensor, *, training: bool) -> tf.Tensor:
    """Return the network's outputs, float32 (n, outputs), for uint8 images (n, 28, 28), computed in as many parts as `parts` says.

    Parts of a batch share nothing before the loss but the means of a batch norm, so two threads with one each wait less than two
    threads in each operation: ResNet-5's step takes 7.7 ms for 11.9 (decisions 16 and 22 have the others). The outputs are the same
    but for rounding.
    """
    inputs, many = pixels(images, network), parts()
    if many == 1:
        return network(inputs, training=training)
    count = tf.shape(inputs)[0]
    spans = [span(count, part=number, of=many) for number in range(many)]
    sizes = [end - begin for begin, end in spans]
    # A convolution refuses an empty part: it gets an image, which counts nowhere and is cut off again.
    batch = [inputs[begin : begin + tf.maximum(size, 1)] for (begin, _), size in zip(spans, sizes, strict=True)]
    if training and any(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers):
        outputs = _meeting(network, batch, sizes)
    else:
        outputs = [network(part, training=training) for part in batch]
    return tf.concat([output[:size] for output, size in zip(outputs, sizes, strict=True)], axis=0)


def _meeting(network: keras.Model, batch: list[tf.Tensor], sizes: list[tf.Tensor]) -> list[tf.Tensor]:
    """Return the outputs of each part of a batch in training, for a network whose layers follow one another."""
    for before, layer in zip(network.layers, network.layers[1:], strict=False):
        assert layer.input is before.output, f"{network.name} branches before {layer.name}: name it in models.WHOLE"
        if isinstance(layer, keras.layers.BatchNormalization):
            assert isinstance(layer, BatchNormalization), (
                f"{network.name}: {layer.name} is Keras' own; take that of digits/layers.py"
            )
            batch = layer.together(batch, sizes)
        else:
            batch = [layer(part, training=True) for part in batch]
    return batch


def predict(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the network's outputs, float32 (n, …), for uint8 images (n, 28, 28). The first call for a network traces it."""
    answers = _compiled_forward(network)
    return np.concatenate([answers(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])


@functools.lru_cache(maxsize=KEPT)
def _compiled_forward(network: keras.Model) -> Callable[[np.ndarray], tf.Tensor]:
    any_number = [tf.TensorSpec((None, 28, 28), tf.uint8)]
    return tf.function(lambda images: forward(network, images, training=False), input_signature=any_number, autograph=False)
