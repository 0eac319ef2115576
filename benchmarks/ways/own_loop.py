"""The project's own loop, `digits.training.train`, as stages/train.py calls it."""

from collections.abc import Collection

import numpy as np

from benchmarks.operations import flop_per_image
from benchmarks.ways import CLASSES, SEED, Task, Turns
from digits import models, optimizers, training
from digits.augmentation import AugmentParams
from digits.compute import deterministic, keras
from digits.inference import predict
from digits.training import State

STILL = AugmentParams(flip=0, shift=0, rotate=0, scale=0, elastic=0, erase=0)  # no other way moves its images


class Watcher:
    """A `training.Watcher` that lets each epoch begin, and what follows the last, when it is its turn."""

    def __init__(self, turns: Turns):
        self._turns = turns

    def updated(self, images: int) -> None:
        pass

    def epoch_done(self, state: State, *, seconds: float) -> None:
        self._turns.done(seconds)
        self._turns.wait()


def train(task: Task, turns: Turns) -> None:
    """Train the task, deterministically as the pipeline does, and report the network's size too."""
    network = built(task)
    turns.wait()
    run(network, task, measured=(), watcher=Watcher(turns))  # whose last wait was for the turn after the last epoch
    probabilities = predict(network, task.images)
    turns.finish(
        accuracy=float((probabilities.argmax(axis=1) == task.labels).mean()),
        finite=bool(np.isfinite(probabilities).all()),
        parameters=network.count_params(),
        flop_per_image=flop_per_image(network),
    )


def built(task: Task) -> keras.Model:
    """Set TensorFlow up as the pipeline does, and return the task's network."""
    deterministic(threads=task.threads, in_parts=models.in_parts(task.network))
    return models.build(task.network, classes=CLASSES, seed=SEED)


def run(network: keras.Model, task: Task, *, measured: Collection[str], watcher: training.Watcher) -> State:
    """Train the network, and return the state after its last epoch. Of splits there is "train" alone."""
    steps = training.steps_per_epoch(len(task), batch_size=task.batch_size)
    return training.train(
        network,
        {"train": task},
        num_epochs=task.epochs,
        batch_size=task.batch_size,
        optimizer=optimizers.build("adam", momentum=0, weight_decay=0),
        rates=np.full(task.epochs * steps, task.learning_rate, np.float32),
        moves=STILL,
        objective=training.Objective(classes=CLASSES, smoothing=0, l2=0),
        patience=0,
        measured=measured,
        seed=SEED,
        state=State(),
        watcher=watcher,
    )
