"""CNN model 2 of course E: its model 1 with two dropouts.

    layer                         output           parameters, of five classes
    pixels                        28 x 28 x  1
    conv2d_19                     28 x 28 x 32            320
    max_pooling2d_6               14 x 14 x 32
    conv2d_20                     14 x 14 x 64         18,496
    max_pooling2d_7, dropout_3     7 x  7 x 64
    conv2d_21, dropout_4           7 x  7 x 64         36,928
    flatten_2                     3,136
    dense_10                         64               200,768
    dense_11                          5                   325
                                                      256,837

Source      course E, model 2. Printed there on five private classes of clothes: 0.9050 of Kaggle's test file.
Departures  none.
Slips kept  none.
"""

import keras
from keras import layers

from digits.layers import Conv2D


def build(*, classes: int, dropout1: float = 0.25, dropout2: float = 0.25, dense: int = 64, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = Conv2D(32, 3, padding="same", activation="relu", name="conv2d_19", **start)(pixels)
    x = layers.MaxPooling2D(2, name="max_pooling2d_6")(x)
    x = Conv2D(64, 3, padding="same", activation="relu", name="conv2d_20", **start)(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d_7")(x)
    x = layers.Dropout(dropout1, seed=seed, name="dropout_3")(x)
    x = Conv2D(64, 3, padding="same", activation="relu", name="conv2d_21", **start)(x)
    x = layers.Dropout(dropout2, seed=seed + 1, name="dropout_4")(x)
    x = layers.Flatten(name="flatten_2")(x)
    x = layers.Dense(dense, activation="relu", name="dense_10", **start)(x)
    probabilities = layers.Dense(classes, activation="softmax", name="dense_11", **start)(x)
    return keras.Model(pixels, probabilities, name="fashion2")
