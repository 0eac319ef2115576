"""Learning-rate schedules: the rate of every step, known before training starts."""

import numpy as np

NAMES = ("constant", "cosine", "one_cycle")


def rates(name: str, *, peak: float, epochs: int, steps_per_epoch: int) -> np.ndarray:
    """Return the learning rate of every step, float32 (epochs * steps_per_epoch,), each in [0, peak].

    constant   peak throughout
    cosine     peak falling to zero along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts)
    one_cycle  a straight line up to peak over the first 3/10 of the steps, and one down to zero (Smith and Topin 2018)
    """
    steps = epochs * steps_per_epoch
    done = (np.arange(steps) + 0.5) / steps  # the share of training done at the middle of each step
    shape = {
        "constant": np.ones(steps),
        "cosine": (1 + np.cos(np.pi * done)) / 2,
        "one_cycle": np.minimum(done / 0.3, (1 - done) / 0.7),
    }[name]
    return (peak * shape).astype(np.float32)
