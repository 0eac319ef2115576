"""CNN model 3 of course E: two wider convolutions, after LeNet-5, and two dense layers.

    layer                         output            parameters, of five classes
    pixels                        28 x 28 x   1
    conv2d_22                     28 x 28 x  64            640
    max_pooling2d_8, dropout_5    14 x 14 x  64
    conv2d_23                     14 x 14 x 128         73,856
    max_pooling2d_9, dropout_6     7 x  7 x 128
    flatten_3                     6,272
    dense_12                        128                802,944
    dense_13                         64                  8,256
    dense_14                          5                    325
                                                       886,021

Source      course E, model 3, its best. Printed there on five private classes of clothes: 0.9146 of Kaggle's test file.
Departures  none.
Slips kept  none.
"""

import keras
from keras import layers

from digits.layers import Conv2D


def build(
    *, classes: int, dropout1: float = 0.25, dropout2: float = 0.25, dense1: int = 128, dense2: int = 64, seed: int
) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = Conv2D(64, 3, padding="same", activation="relu", name="conv2d_22", **start)(pixels)
    x = layers.MaxPooling2D(2, name="max_pooling2d_8")(x)
    x = layers.Dropout(dropout1, seed=seed, name="dropout_5")(x)
    x = Conv2D(128, 3, padding="same", activation="relu", name="conv2d_23", **start)(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d_9")(x)
    x = layers.Dropout(dropout2, seed=seed + 1, name="dropout_6")(x)
    x = layers.Flatten(name="flatten_3")(x)
    x = layers.Dense(dense1, activation="relu", name="dense_12", **start)(x)
    x = layers.Dense(dense2, activation="relu", name="dense_13", **start)(x)
    probabilities = layers.Dense(classes, activation="softmax", name="dense_14", **start)(x)
    return keras.Model(pixels, probabilities, name="fashion3")
