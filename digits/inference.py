"""Images into a network, probabilities out."""

import numpy as np

from digits.compute import keras, tf

BATCH = 1000  # images at a time; bounds memory only


def pixels(images: tf.Tensor, network: keras.Model) -> tf.Tensor:
    """Return uint8 images (n, 28, 28) as the network takes them: float32 in [0, 1], of the shape of its input."""
    return tf.reshape(tf.cast(images, tf.float32) / 255.0, (-1, *network.input_shape[1:]))


def predict(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities of uint8 images (n, 28, 28), float32 (n, outputs)."""
    forward = tf.function(lambda batch: network(pixels(batch, network), training=False), reduce_retracing=True)
    return np.concatenate([forward(images[start : start + BATCH]) for start in range(0, len(images), BATCH)])
