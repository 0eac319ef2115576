"""Keras' `fit`, plain or with what makes it faster: Keras' own layers, arrays of float32 in, no metrics, no validation."""

import time

import numpy as np

from benchmarks.ways import CLASSES, SEED, Task, Turns
from digits import models
from digits.compute import keras, tf
from digits.layers import rebuilt


class Clock(keras.callbacks.Callback):
    """Times the epoch of a call of `fit`, and not what the call does before and after it."""

    def __init__(self):
        super().__init__()
        self.seconds, self._began = 0.0, 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.seconds = time.perf_counter() - self._began


def train(task: Task, turns: Turns, *, jit_compile: bool, steps: int = 1) -> None:
    """Train the task, a call of `fit` for each epoch, each call of its compiled function taking so many `steps`.

    Op determinism is off, as a user has it, and as `jit_compile` must have it.

    One call for all of them keeps an epoch's iterator until the next begins. The thread by which tf.data tunes it sleeps ever
    longer, up to a minute, while other ways have their turn, and the next epoch would wait for it to wake.
    """
    tf.config.threading.set_intra_op_parallelism_threads(task.threads)
    tf.config.threading.set_inter_op_parallelism_threads(task.threads)
    network = keras_own(models.build(task.network, classes=CLASSES, seed=SEED))
    optimizer = keras.optimizers.Adam(learning_rate=task.learning_rate)
    network.compile(optimizer, loss="sparse_categorical_crossentropy", jit_compile=jit_compile, steps_per_execution=steps)
    if network.jit_compile != jit_compile:  # Keras only warns where it cannot
        raise RuntimeError("Keras does not compile this network with jit_compile")
    images = (task.images.astype(np.float32) / 255).reshape(-1, *network.input_shape[1:])
    labels = task.labels.astype(np.int32)
    clock = Clock()
    for _ in range(task.epochs):
        turns.wait()
        network.fit(images, labels, batch_size=task.batch_size, verbose=0, callbacks=[clock])
        turns.done(clock.seconds)
    turns.wait()
    probabilities = network.predict(images, batch_size=1000, verbose=0)
    turns.finish(
        accuracy=float((probabilities.argmax(axis=1) == labels).mean()),
        finite=bool(np.isfinite(probabilities).all()),
        parameters=network.count_params(),
    )


def keras_own(network: keras.Model) -> keras.Model:
    """Return the network with Keras' layer wherever we have one of our own by its name, and the same weights."""
    return rebuilt(network, kind=lambda layer: getattr(keras.layers, type(layer).__name__, type(layer)))
