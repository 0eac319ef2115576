"""Which pixels speak for a class: integrated gradients (Sundararajan, Taly and Yan 2017)."""

import numpy as np

from digits import inference
from digits.compute import keras, tf

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
    network_pixels = inference.pixels(images, network)
    way = tf.reshape((tf.range(steps, dtype=tf.float32) + 0.5) / steps, (-1, *[1] * (len(network_pixels.shape) - 1)))

    def log_probability(pixels: tf.Tensor, which: tf.Tensor) -> tf.Tensor:
        return tf.math.log(tf.maximum(tf.gather(network(pixels, training=False), which, axis=1), SMALLEST))

    @tf.function
    def explained(pixels: tf.Tensor, which: tf.Tensor):
        points = way * pixels[tf.newaxis]
        with tf.GradientTape() as tape:
            tape.watch(points)
            total = tf.reduce_sum(log_probability(points, which))
        ends = log_probability(tf.stack([pixels, tf.zeros_like(pixels)]), which)
        return pixels * tf.reduce_mean(tape.gradient(total, points), axis=0), ends[0] - ends[1]

    found = [explained(pixels, tf.constant(int(which))) for pixels, which in zip(network_pixels, classes, strict=True)]
    maps = np.array([attribution for attribution, _ in found], np.float32).reshape(images.shape)
    return maps, np.array([change for _, change in found], np.float32)
