"""Three convolutions with batch norm, the first two of which halve the picture: little arithmetic, and it learns in two epochs.

    layer                       output           parameters
    pixels                      28 x 28 x  1
    conv1, norm1, relu1         12 x 12 x 24            696
    conv2, norm2, relu2          5 x  5 x 48         10,560
    conv3, norm3, relu3          3 x  3 x 96         41,856
    flatten, dropout               864
    output                          10                8,650
                                                     61,762, 336 of them not trained

Source      ours, for recipes/fast.yaml; docs/recipes.md says what each of its parts brings. Strides in place of poolings are
            Springenberg et al.'s (2015), batch norm before the ReLU Ioffe and Szegedy's (2015).
Departures  none.
Slips kept  none.
"""

from collections.abc import Sequence

import keras
from keras import layers

from digits.errors import UserError
from digits.layers import BatchNormalization, Conv2D

MOST = 4  # convolutions
MOMENTUM = 0.9  # of the batch norms' averages: 50 steps and not Keras' 500, since an epoch has a few hundred


def build(
    *, classes: int, filters: Sequence[int] = (24, 48, 96), batch_norm: bool = True, dropout: float = 0.0, seed: int
) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes).

    filters     of each convolution: one of 5x5 and one of 3x3 that take every second place, then those of 3x3 that take each
    batch_norm  after each convolution, which then has no bias of its own; without it each has one

    Raises UserError if there are more convolutions than the picture has pixels for.
    """
    if len(filters) > MOST:
        raise UserError(
            f"params.yaml: networks.strided.filters: expected at most {MOST} convolutions, more leave no pixel; "
            f"received {len(filters)}"
        )
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = pixels
    for number, count in enumerate(filters, start=1):
        size = 5 if number == 1 else 3
        stride = 2 if number <= 2 else 1
        x = Conv2D(count, size, strides=stride, use_bias=not batch_norm, name=f"conv{number}", **start)(x)
        if batch_norm:
            x = BatchNormalization(momentum=MOMENTUM, name=f"norm{number}")(x)
        x = layers.Activation("relu", name=f"relu{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(dropout, seed=seed, name="dropout")(x)
    probabilities = layers.Dense(classes, activation="softmax", name="output", **start)(x)
    return keras.Model(pixels, probabilities, name="strided")
