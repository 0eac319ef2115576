"""Images into a network, probabilities out."""

import functools
from collections.abc import Callable

import numpy as np

from digits.compute import keras, parts, span, tf

BATCH = 1000  # images at a time; bounds memory only
KEPT = 6  # networks whose compiled functions stay loaded, the ones used last: a study trains and tests one many times


def pixels(images: tf.Tensor, network: keras.Model) -> tf.Tensor:
    """Return uint8 images (n, 28, 28) as the network takes them: float32 in [0, 1], of the shape of its input."""
    return tf.reshape(tf.cast(images, tf.float32) / 255.0, (-1, *network.input_shape[1:]))


def forward(network: keras.Model, images: tf.Tensor, *, training: bool) -> tf.Tensor:
    """Return the network's outputs, float32 (n, outputs), for uint8 images (n, 28, 28), computed in as many parts as `parts` says.

    Parts of a batch share nothing before the loss, so two threads with one each wait less than two threads in each operation:
    ResNet-5's step takes 7.7 ms for 11.9 (decision 16 has the others). The outputs are the same but for rounding.
    """
    inputs, many = pixels(images, network), parts()
    if many == 1:
        return network(inputs, training=training)
    count, outputs = tf.shape(inputs)[0], []
    for number in range(many):
        begin, end = span(count, part=number, of=many)
        part = inputs[begin : tf.maximum(end, begin + 1)]  # a convolution refuses an empty one: it gets an image, cut off again
        outputs.append(network(part, training=training)[: end - begin])
    return tf.concat(outputs, axis=0)


def predict(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities of uint8 images (n, 28, 28), float32 (n, outputs). The first call for a network traces it."""
    answers = _compiled_forward(network)
    return np.concatenate([answers(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])


@functools.lru_cache(maxsize=KEPT)
def _compiled_forward(network: keras.Model) -> Callable[[np.ndarray], tf.Tensor]:
    any_number = [tf.TensorSpec((None, 28, 28), tf.uint8)]
    return tf.function(lambda images: forward(network, images, training=False), input_signature=any_number, autograph=False)
