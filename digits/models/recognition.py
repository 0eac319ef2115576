"""The digit recogniser of course B: two 3x3 convolutions, one pooling, one dense layer, two dropouts.

    layer             output           parameters
    pixels            28 x 28 x  1
    conv1             26 x 26 x 32            320
    conv2             24 x 24 x 32          9,248
    pool, dropout1    12 x 12 x 32
    flatten           4,608
    dense, dropout2     128               589,952
    output               10                 1,290
                                          600,810

Source      course B, task 1c, in words. It prints no summary and no accuracy, so 600,810 is our count. "The network should
            correctly classify all 10 of the examples", the first ten test images. Task 2 looks at pictures of 26x26, 24x24 and
            12x12: so the convolutions are not padded.
Departures  B names an activation for the dense layer only. The Keras example it points to has ReLU after each convolution, and so
            have we. B prints no layer names: ours are plain ones.
Slips kept  none.

Its sizes are the dimensions that B's task 4 varies. `activation` is that of the convolutions and of the hidden dense layer.
"""

from typing import Literal

import keras
from keras import layers

from digits.errors import UserError
from digits.layers import Conv2D

SIDE = 28  # pixels


def build(
    *,
    classes: int,
    convolutions: int = 2,
    filters: int = 32,
    kernel: int = 3,
    pool: int = 2,
    dropout1: float = 0.25,
    dense: int = 128,
    dropout2: float = 0.5,
    activation: Literal["relu", "elu", "gelu", "leaky_relu", "silu", "tanh", "sigmoid"] = "relu",
    seed: int,
) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes).

    Each convolution takes kernel - 1 pixels off the side of the feature map, and the pooling divides what is left by `pool`;
    1 pools nothing. Raises UserError if nothing would be left.
    """
    _check(convolutions=convolutions, kernel=kernel, pool=pool)
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((SIDE, SIDE, 1), name="pixels")
    x = pixels
    for number in range(1, convolutions + 1):
        x = Conv2D(filters, kernel, activation=activation, name=f"conv{number}", **start)(x)
    x = layers.MaxPooling2D(pool, name="pool")(x)
    x = layers.Dropout(dropout1, seed=seed, name="dropout1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(dense, activation=activation, name="dense", **start)(x)
    x = layers.Dropout(dropout2, seed=seed + 1, name="dropout2")(x)
    probabilities = layers.Dense(classes, activation="softmax", name="output", **start)(x)
    return keras.Model(pixels, probabilities, name="recognition")


def _check(*, convolutions: int, kernel: int, pool: int) -> None:
    if kernel > SIDE:
        raise _impossible("kernel", f"at most {SIDE} pixels, the image's side", kernel)
    most = (SIDE - 1) // (kernel - 1) if kernel > 1 else convolutions
    if convolutions > most:
        raise _impossible(
            "convolutions", f"at most {most} of kernel {kernel}: each takes {kernel - 1} of {SIDE} pixels", convolutions
        )
    left = SIDE - convolutions * (kernel - 1)
    if pool > left:
        raise _impossible("pool", f"at most {left}, the pixels the convolutions leave of {SIDE}", pool)


def _impossible(size: str, expected: str, received: int) -> UserError:
    return UserError(f"params.yaml: networks.recognition.{size}: expected {expected}; received {received}")
