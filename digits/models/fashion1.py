"""CNN model 1 of course E: three convolutions, two poolings, a dense layer.

    layer              output           parameters, of five classes
    pixels             28 x 28 x  1
    conv2d_22          28 x 28 x 32            320
    max_pooling2d_4    14 x 14 x 32
    conv2d_23          14 x 14 x 64         18,496
    max_pooling2d_5     7 x  7 x 64
    conv2d_24           7 x  7 x 64         36,928
    flatten_1          3,136
    dense_7               64               200,768
    dense_8                5                   325
                                           256,837

Source      course E, model 1. Printed there on five private classes of clothes: 0.9018 of Kaggle's test file.
Departures  none.
Slips kept  none.
"""

import keras
from keras import layers

from digits.layers import Conv2D


def build(*, classes: int, dense: int = 64, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = Conv2D(32, 3, padding="same", activation="relu", name="conv2d_22", **start)(pixels)
    x = layers.MaxPooling2D(2, name="max_pooling2d_4")(x)
    x = Conv2D(64, 3, padding="same", activation="relu", name="conv2d_23", **start)(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d_5")(x)
    x = Conv2D(64, 3, padding="same", activation="relu", name="conv2d_24", **start)(x)
    x = layers.Flatten(name="flatten_1")(x)
    x = layers.Dense(dense, activation="relu", name="dense_7", **start)(x)
    probabilities = layers.Dense(classes, activation="softmax", name="dense_8", **start)(x)
    return keras.Model(pixels, probabilities, name="fashion1")
