"""The optimizers by their names in params.yaml, with Keras' own defaults for what is no parameter here."""

from digits.compute import keras

NAMES = ("sgd", "momentum", "adam", "adamw", "rmsprop")


def build(name: str, *, momentum: float, weight_decay: float) -> keras.optimizers.Optimizer:
    """Return the optimizer `name`; the training loop sets its learning rate at each step.

    momentum      of "momentum" (SGD with it) and no other, 0 to 1
    weight_decay  of "adamw" and no other: the share of each weight taken away per step, times the learning rate
    """
    made = {
        "sgd": lambda: keras.optimizers.SGD(),
        "momentum": lambda: keras.optimizers.SGD(momentum=momentum),
        "adam": lambda: keras.optimizers.Adam(),
        "adamw": lambda: keras.optimizers.AdamW(weight_decay=weight_decay),
        "rmsprop": lambda: keras.optimizers.RMSprop(),
    }
    return made[name]()
