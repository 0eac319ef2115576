"""Gradient updates made many in one call of TensorFlow: a call of its own costs a small network as much as the arithmetic in it."""

import functools
from collections.abc import Callable

import numpy as np

from digits.compute import tf
from digits.inference import KEPT

AT_ONCE = 20  # steps in a call
TAKES = (  # whatever the number of images, of steps and of images in one: a call is compiled once
    tf.TensorSpec((None, 28, 28), tf.uint8),
    tf.TensorSpec((None,), tf.int32),
    tf.TensorSpec((None,), tf.int32),
    tf.TensorSpec((None,), tf.float32),
    tf.TensorSpec((), tf.int32),
)


class Together:
    """A training step that waits for others after it has been asked for, until there are enough for a call, or for `finish`.

    The steps are taken in their order and give the same bits as one call each.
    """

    def __init__(self, step: Callable[..., None]):
        self._call = _compiled(step)
        self._rows, self._rates = [], []

    def __call__(self, images: tf.Tensor, labels: tf.Tensor, rows: np.ndarray, rate: np.float32) -> int:
        """Ask for a step on these rows, int32, of the images, uint8 (n, 28, 28), and labels, int32 (n,).

        Returns of how many rows steps were taken, those of earlier calls among them: 0 if they wait.

        Between two calls of `finish` images and labels are the same, and as many rows each time, the last time perhaps fewer.
        """
        self._data = images, labels
        self._rows.append(rows)
        self._rates.append(rate)
        return self.finish() if len(self._rates) == AT_ONCE else 0

    def finish(self) -> int:
        """Take the steps that are still waiting, and return of how many rows they are."""
        if not self._rates:
            return 0
        rows, rates = np.concatenate(self._rows), np.array(self._rates, np.float32)
        self._call(*self._data, rows, rates, len(self._rows[0]))
        self._rows, self._rates = [], []
        return len(rows)


@functools.lru_cache(maxsize=KEPT)
def _compiled(step: Callable[..., None]) -> Callable[..., None]:
    @tf.function(input_signature=TAKES)
    def call(images: tf.Tensor, labels: tf.Tensor, rows: tf.Tensor, rates: tf.Tensor, batch_size: tf.Tensor) -> None:
        for batch in tf.range(tf.size(rates)):
            step(images, labels, rows[batch * batch_size : (batch + 1) * batch_size], rates[batch])

    return call
