"""The training loop: GradientTape, one step, one epoch, and a state from which it goes on to the bit.

Called in the scope of a `tf.distribute` strategy, in which the network and the optimizer were made, each of its replicas takes its
part of each batch; every worker holds all images and the whole state. Elsewhere digits/distribution.py changes nothing.
"""

import functools
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from digits import calls, distribution
from digits.augmentation import AugmentParams, augment
from digits.compute import keras, tf
from digits.errors import UserError
from digits.inference import BATCH, KEPT, forward
from digits.losses import log_loss

MEASURED = {"all": ("train", "validation", "test"), "validation": ("validation",)}  # splits by train.measured
SHUFFLE = 0  # tells these random numbers from the augmentation's, which has the same seed and epoch


class Diverged(UserError):
    """The loss or a weight is no longer a finite number; what follows would not be either."""


class Images(Protocol):
    """What a split must offer: images uint8 (n, 28, 28), labels uint8 (n,), and its length."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int: ...


@dataclass
class State:
    """Everything a run needs to go on after a finished epoch as if it had never stopped."""

    epochs: int = 0  # finished
    history: list[dict[str, float]] = field(default_factory=list)  # one row a finished epoch
    best_epoch: int = 0  # the one with the lowest validation loss so far; without validation images, the last
    variables: list[np.ndarray] = field(default_factory=list)  # the network's, with Dropout's seed states, then the optimizer's
    best_weights: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True)
class Objective:
    """What training makes small: the log loss of smoothed targets, and the weights."""

    classes: int  # the first outputs; a network may have more
    smoothing: float  # share of each target spread evenly over the classes (Szegedy et al. 2016, section 7)
    l2: float  # times the sum of squares of all kernels


class Watcher(Protocol):
    """Who is told how training goes: it draws the progress and keeps the state."""

    def updated(self, images: int) -> None:
        """Hear that the updates by so many images more have been made; 0 where they wait for others."""
        ...

    def epoch_done(self, state: State, *, seconds: float) -> None:
        """Hear of a finished epoch; `seconds` are those of its shuffle, moves and updates, without the evaluation after them."""
        ...


def steps_per_epoch(images: int, *, batch_size: int) -> int:
    """Return how many batches hold `images` images; the last may be smaller."""
    return -(-images // batch_size)


def measured_splits(which: str, splits: Mapping[str, Images], *, patience: int) -> tuple[str, ...]:
    """Return the splits of train.measured. Raises UserError if there is no image to measure, or none to stop early by."""
    measured = MEASURED[which]
    if not any(len(splits[name]) for name in measured):
        raise UserError(f"params.yaml: train.measured: expected all, as split.validation is 0; received {which}")
    if patience and not len(splits["validation"]):
        raise UserError(f"params.yaml: train.patience: expected 0, as split.validation is 0; received {patience}")
    return measured


def train(
    network: keras.Model,
    splits: Mapping[str, Images],
    *,
    num_epochs: int,
    batch_size: int,
    optimizer: keras.optimizers.Optimizer,
    rates: np.ndarray,
    moves: AugmentParams,
    objective: Objective,
    patience: int,
    measured: Collection[str],
    seed: int,
    state: State,
    watcher: Watcher,
) -> State:
    """Train `network` in place, from `state` on, and return the state after the last epoch.

    splits     "train", and whichever others are measured
    rates      the learning rate of each step, float32 (num_epochs * steps_per_epoch,)
    moves      of the training images, another way each epoch
    objective  what the gradient is of; the history has the plain log loss
    patience   epochs without a lower validation loss after which training ends early; 0 for never
    measured   the splits whose loss and accuracy after each epoch stand in the history; one without images is left out
    seed       of the shuffle and the moves; the network's weights have been drawn already

    Raises Diverged after an epoch whose loss, or a weight after it, is not finite.
    """
    optimizer.build(network.trainable_variables)
    variables = [*network.variables, *optimizer.variables]
    for variable, value in zip(variables, state.variables, strict=bool(state.variables)):
        variable.assign(value)
    distribution.set_up(network)
    update = _compiled_step(network, optimizer, objective)
    step = calls.Together(distribution.on_each_replica(update))  # many updates a call, the last by `finish`
    measure = _compiled_measure(network, objective.classes)
    images, labels = splits["train"].images, tf.constant(splits["train"].labels, tf.int32)
    num_batch = steps_per_epoch(len(images), batch_size=batch_size)
    for epoch in range(state.epochs, num_epochs):
        if patience and epoch - state.best_epoch >= patience:
            break
        began = time.perf_counter()
        order = np.random.default_rng((seed, epoch, SHUFFLE)).permutation(len(images)).astype(np.int32)
        moved = tf.constant(augment(images, moves, seed=seed, epoch=epoch))
        for batch in range(num_batch):
            # gradient update
            rows = order[batch * batch_size : (batch + 1) * batch_size]
            updated = step(moved, labels, rows, rates[epoch * num_batch + batch])
            watcher.updated(updated)
        watcher.updated(step.finish())
        seconds = time.perf_counter() - began
        row = {"epoch": epoch + 1, "learning_rate": float(rates[(epoch + 1) * num_batch - 1])}
        for name in measured:
            if len(splits[name]):
                row[f"{name}_loss"], row[f"{name}_accuracy"] = measure(splits[name])
        # Not every weight shows in the loss: a relu or a pooling may swallow it, and an answer's loss is clipped.
        for what, values in (("the loss", row.values()), ("a weight", network.get_weights())):
            if not all(np.isfinite(value).all() for value in values):
                raise Diverged(
                    f"training diverged in epoch {epoch + 1} of {num_epochs}: {what} is not finite; lower train.learning_rate"
                )
        state = _after_epoch(state, row, network=network, variables=variables)
        watcher.epoch_done(state, seconds=seconds)
    return state


@functools.lru_cache(maxsize=KEPT)
def _compiled_step(network: keras.Model, optimizer: keras.optimizers.Optimizer, objective: Objective) -> Callable:
    kernels = [weight for weight in network.trainable_weights if weight.path.endswith("kernel")]
    is_class = tf.cast(tf.range(network.output_shape[-1]) < objective.classes, tf.float32)  # (outputs,)
    evenly = is_class / objective.classes

    @tf.function(autograph=False, reduce_retracing=True)
    def step(images: tf.Tensor, labels: tf.Tensor, rows: tf.Tensor, rate: tf.Tensor) -> None:
        rows, share = distribution.part_of(rows)
        targets = tf.one_hot(tf.gather(labels, rows), network.output_shape[-1])
        with tf.GradientTape() as tape:
            probabilities = forward(network, tf.gather(images, rows), training=True)
            loss = log_loss((1 - objective.smoothing) * targets + objective.smoothing * evenly, probabilities)
            if objective.l2:
                loss += objective.l2 * tf.add_n([tf.reduce_sum(tf.square(kernel)) for kernel in kernels])
            loss *= share  # the optimizer sums the replicas' gradients, and their shares sum to 1
        optimizer.learning_rate.assign(rate)  # pyright: ignore[reportAttributeAccessIssue] - a variable
        optimizer.apply(tape.gradient(loss, network.trainable_variables))

    return step


@functools.lru_cache(maxsize=KEPT)
def _compiled_measure(network: keras.Model, classes: int) -> Callable[[Images], tuple[float, float]]:
    @tf.function(autograph=False, reduce_retracing=True)
    def sums(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = forward(network, images, training=False)
        loss = log_loss(tf.one_hot(labels, network.output_shape[-1]), probabilities)
        of_classes = probabilities[:, :classes]  # an output that belongs to no class is no answer, as in evaluate
        answers = tf.argmax(of_classes, axis=1, output_type=tf.int32)
        right = tf.math.count_nonzero(answers == labels, dtype=tf.int32)
        return loss * tf.cast(tf.shape(labels)[0], tf.float32), right

    def measure(split: Images) -> tuple[float, float]:
        """Return the log loss in nats per image and the share of right answers."""
        loss, right = 0.0, 0
        for start in range(0, len(split), BATCH):
            part = slice(start, start + BATCH)
            batch_loss, batch_right = sums(split.images[part], split.labels[part].astype(np.int32))
            loss, right = loss + float(batch_loss), right + int(batch_right)
        return loss / len(split), right / len(split)

    return measure


def _after_epoch(state: State, row: dict[str, float], *, network: keras.Model, variables: list) -> State:
    history = [*state.history, row]
    earlier = [past["validation_loss"] for past in state.history if "validation_loss" in past]
    # Without validation images each epoch counts as the best so far, and the last stays it.
    best = "validation_loss" not in row or row["validation_loss"] < min(earlier, default=np.inf)
    return State(
        epochs=len(history),
        history=history,
        best_epoch=len(history) if best else state.best_epoch,
        variables=[variable.numpy() for variable in variables],
        best_weights=[weight.numpy() for weight in network.weights] if best else state.best_weights,
    )
