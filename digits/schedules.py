"""Learning-rate schedules: the rate of every step, known before training starts."""

import numpy as np

NAMES = ("constant", "exponential", "cosine", "one_cycle")


def rates(name: str, *, peak: float, epochs: int, steps_per_epoch: int, decay: float, warmup_epochs: float) -> np.ndarray:
    """Return the learning rate of every step, float32 (epochs * steps_per_epoch,), each in [0, peak].

    constant     peak throughout
    exponential  peak * decay^epoch, the same within an epoch (course E: 0.001 * 0.9^epoch)
    cosine       peak falling to zero along half a cosine (Loshchilov and Hutter 2017, equation 5, without restarts)
    one_cycle    a straight line up to peak over the first 3/10 of the steps, and one down to zero (Smith and Topin 2018)

    decay          of "exponential" and no other, above 0 and at most 1
    warmup_epochs  over which the rate is multiplied by a factor that rises in a straight line to 1; 0 for none
    """
    steps = epochs * steps_per_epoch
    middles = np.arange(steps) + 0.5  # of the steps
    done = middles / steps  # the share of training
    shape = {
        "constant": np.ones(steps),
        "exponential": decay ** (np.arange(steps) // steps_per_epoch),
        "cosine": (1 + np.cos(np.pi * done)) / 2,
        "one_cycle": np.minimum(done / 0.3, (1 - done) / 0.7),
    }[name]
    warmup_steps = warmup_epochs * steps_per_epoch
    warmth = np.minimum(middles, warmup_steps) / warmup_steps if warmup_steps else 1
    return (peak * shape * warmth).astype(np.float32)
