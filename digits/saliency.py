"""Which pixels speak for a class: integrated gradients (Sundararajan, Taly and Yan 2017)."""

import numpy as np

from digits import inference
from digits.compute import keras, tf

BATCH = 256  # points at a time; bounds memory only
SMALLEST = 1e-30  # probabilities are bounded from below by it, so that their logarithm is finite


def integrated_gradients(
    network: keras.Model, images: np.ndarray, *, classes: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return what each pixel adds to log p(class), in nats, and what they should add up to.

    images     uint8 (n, 28, 28)
    classes    int (n,), the output that is explained, one an image
    steps      points on the straight way from the blank image, the baseline, to the image: the middles of that many equal parts
    returned   float32 (n, 28, 28), pixel times the gradient's mean over that way (equations 1 and 3);
               float32 (n,), log p of the image minus log p of the blank one

    Completeness (proposition 1): the first sums to the second, but for the error of a sum in place of an integral. The function is
    the log-probability, where the paper has the probability: near 0 and 1 that hardly moves, and its gradients say little.
    """
    shares = (np.arange(steps, dtype=np.float32) + 0.5) / steps
    inputs = inference.pixels(images, network)

    def log_probabilities(points: tf.Tensor) -> tf.Tensor:
        return tf.math.log(tf.maximum(network(points, training=False), SMALLEST))

    @tf.function(autograph=False, reduce_retracing=True)
    def gradients(pixels: tf.Tensor, which: tf.Tensor, shares: tf.Tensor) -> tf.Tensor:
        points = tf.tensordot(shares, pixels, axes=0)
        with tf.GradientTape() as tape:
            tape.watch(points)
            total = tf.reduce_sum(tf.gather(log_probabilities(points), which, axis=1))
        return tf.reduce_sum(tape.gradient(total, points), axis=0)

    maps = np.empty(images.shape, np.float32)
    for row, which in enumerate(classes):
        pixels, which = inputs[row], tf.constant(int(which))
        total = sum(gradients(pixels, which, shares[start : start + BATCH]) for start in range(0, steps, BATCH))
        maps[row] = np.reshape(pixels * total / steps, images.shape[1:])
    ends = np.asarray(log_probabilities(tf.concat([inputs, tf.zeros((1, *inputs.shape[1:]))], axis=0)))
    return maps, ends[np.arange(len(classes)), classes] - ends[-1, classes]
