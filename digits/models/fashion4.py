"""CNN model 4 of course E: its model 3 with a batch norm after the second convolution.

    layer                           output            parameters, of five classes
    pixels                          28 x 28 x   1
    conv2d_28                       28 x 28 x  64            640
    max_pooling2d_14, dropout_11    14 x 14 x  64
    conv2d_29                       14 x 14 x 128         73,856
    batch_normalization_24          14 x 14 x 128            512, 256 of them not trained
    max_pooling2d_15, dropout_12     7 x  7 x 128
    flatten_6                       6,272
    dense_21                          128                802,944
    dense_22                           64                  8,256
    dense_23                            5                    325
                                                         886,533, 256 of them not trained

Source      course E, model 4. Printed there on five private classes of clothes: 0.9050, of its validation images.
Departures  none.
Slips kept  none. That the batch norm stands after the ReLU and not before is E's choice.
"""

import keras
from keras import layers

from digits.layers import BatchNormalization, Conv2D


def build(
    *, classes: int, dropout1: float = 0.25, dropout2: float = 0.25, dense1: int = 128, dense2: int = 64, seed: int
) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = Conv2D(64, 3, padding="same", activation="relu", name="conv2d_28", **start)(pixels)
    x = layers.MaxPooling2D(2, name="max_pooling2d_14")(x)
    x = layers.Dropout(dropout1, seed=seed, name="dropout_11")(x)
    x = Conv2D(128, 3, padding="same", activation="relu", name="conv2d_29", **start)(x)
    x = BatchNormalization(name="batch_normalization_24")(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d_15")(x)
    x = layers.Dropout(dropout2, seed=seed + 1, name="dropout_12")(x)
    x = layers.Flatten(name="flatten_6")(x)
    x = layers.Dense(dense1, activation="relu", name="dense_21", **start)(x)
    x = layers.Dense(dense2, activation="relu", name="dense_22", **start)(x)
    probabilities = layers.Dense(classes, activation="softmax", name="dense_23", **start)(x)
    return keras.Model(pixels, probabilities, name="fashion4")
