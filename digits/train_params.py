"""Section `train` of params.yaml, and what follows from it and the number of images."""

from dataclasses import dataclass

import numpy as np

from digits import distribution, optimizers, schedules, training
from digits.params import between, one_of, positive, seed

LARGE = 1e30  # float32 goes up to 3.4e38


@dataclass(frozen=True)
class TrainParams:
    epochs: int = between(1, 100_000)
    batch_size: int = positive()  # images
    optimizer: str = one_of(*optimizers.NAMES)
    momentum: float = between(0, 1)  # of the optimizer "momentum"
    weight_decay: float = positive(or_zero=True, most=LARGE)  # of "adamw", per step, times the learning rate
    learning_rate: float = positive(most=LARGE)  # per step, the schedule's highest
    schedule: str = one_of(*schedules.NAMES)
    decay: float = between(0.001, 1)  # of the schedule "exponential", per epoch
    warmup_epochs: float = positive(or_zero=True)
    l2: float = positive(or_zero=True, most=1e6)  # times the sum of squares of all kernels
    label_smoothing: float = between(0, 0.9)  # share of each target spread evenly over the classes
    patience: int = positive(or_zero=True)  # epochs without a lower validation loss that end training; 0: never
    measured: str = one_of(*training.MEASURED)  # the splits whose loss and accuracy are taken after each epoch
    seed: int = seed()  # of the first weights, the shuffle and the augmentation
    strategy: str = one_of(*distribution.NAMES)  # on how many devices and machines


def rates(train: TrainParams, *, images: int) -> np.ndarray:
    """Return the learning rate of each step over so many training images, float32 (epochs * steps_per_epoch,)."""
    return schedules.rates(
        train.schedule,
        peak=train.learning_rate,
        epochs=train.epochs,
        steps_per_epoch=training.steps_per_epoch(images, batch_size=train.batch_size),
        decay=train.decay,
        warmup_epochs=train.warmup_epochs,
    )
