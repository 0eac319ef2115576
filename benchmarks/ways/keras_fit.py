"""Keras' `fit`, plain or with `jit_compile`: arrays of float32 in, no metrics, no validation, everything else at its default."""

import time

import numpy as np

from benchmarks.ways import CLASSES, SEED, Task, Turns
from digits import models
from digits.compute import keras, tf


class Gate(keras.callbacks.Callback):
    """Lets each epoch begin when it is its turn, and times it."""

    def __init__(self, turns: Turns):
        super().__init__()
        self._turns, self._began = turns, 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._turns.wait()
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._turns.done(time.perf_counter() - self._began)


def train(task: Task, turns: Turns, *, jit_compile: bool) -> None:
    """Train the task in one call of `fit`. Op determinism is off, as a user has it, and `jit_compile` must."""
    tf.config.threading.set_intra_op_parallelism_threads(task.threads)
    tf.config.threading.set_inter_op_parallelism_threads(task.threads)
    network = models.build(task.network, classes=CLASSES, seed=SEED)
    optimizer = keras.optimizers.Adam(learning_rate=task.learning_rate)
    network.compile(optimizer, loss="sparse_categorical_crossentropy", jit_compile=jit_compile)
    if network.jit_compile != jit_compile:  # Keras only warns where it cannot
        raise RuntimeError("Keras does not compile this network with jit_compile")
    images = (task.images.astype(np.float32) / 255).reshape(-1, *network.input_shape[1:])
    labels = task.labels.astype(np.int32)
    network.fit(images, labels, batch_size=task.batch_size, epochs=task.epochs, verbose=0, callbacks=[Gate(turns)])
    turns.wait()
    answers = network.predict(images, batch_size=1000, verbose=0).argmax(axis=1)
    turns.finish(accuracy=float((answers == labels).mean()))
