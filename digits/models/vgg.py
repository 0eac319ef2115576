"""Blocks of 3x3 convolutions with batch norm, each ended by a pooling: for accuracy, and many times an epoch of `strided`.

    layer                                  output            parameters
    pixels                                 28 x 28 x   1
    conv1_1 and _2, each with norm, relu   28 x 28 x  32          9,760
    pool1, dropout1                        14 x 14 x  32
    conv2_1 and _2, each with norm, relu   14 x 14 x  64         55,808
    pool2, dropout2                         7 x  7 x  64
    conv3_1 and _2, each with norm, relu    7 x  7 x 128        222,208
    pool3, dropout3, flatten                1,152
    output                                 10                    11,530
                                                                299,306, 896 of them not trained

Source      ours. Blocks of 3x3 convolutions between poolings, whose filters double, are Simonyan and Zisserman's (2015), in small;
            batch norm before the ReLU is Ioffe and Szegedy's (2015).
Departures  none.
Slips kept  none.
"""

from collections.abc import Sequence

import keras
from keras import layers

from digits.errors import UserError
from digits.layers import BatchNormalization, Conv2D

MOST = 4  # blocks: 28 pixels can be halved so often


def build(
    *, classes: int, filters: Sequence[int] = (32, 64, 128), convolutions: int = 2, dropout: float = 0.3, seed: int
) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes).

    filters       of the convolutions of each block
    convolutions  of each block
    dropout       share dropped after each block

    Raises UserError if there are more blocks than the picture can be halved.
    """
    if len(filters) > MOST:
        raise UserError(
            f"params.yaml: networks.vgg.filters: expected at most {MOST} blocks, more leave no pixel; received {len(filters)}"
        )
    start = {"kernel_initializer": keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = pixels
    for block, count in enumerate(filters, start=1):
        for number in range(1, convolutions + 1):
            x = Conv2D(count, 3, padding="same", use_bias=False, name=f"conv{block}_{number}", **start)(x)
            x = BatchNormalization(name=f"norm{block}_{number}")(x)
            x = layers.Activation("relu", name=f"relu{block}_{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool{block}")(x)
        x = layers.Dropout(dropout, seed=seed + block - 1, name=f"dropout{block}")(x)
    x = layers.Flatten(name="flatten")(x)
    probabilities = layers.Dense(classes, activation="softmax", name="output", **start)(x)
    return keras.Model(pixels, probabilities, name="vgg")
