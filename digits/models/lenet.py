"""LeNet as course C builds it in Keras: two 5x5 convolutions, then a wide dense layer.

    layer                            output           parameters
    input_18                         28 x 28 x  1
    conv2d_7, activation_7           28 x 28 x 32            832
    max_pooling2d_7                  14 x 14 x 32
    conv2d_8, activation_8           14 x 14 x 64         51,264
    max_pooling2d_8                   7 x  7 x 64
    flatten_18                       3,136
    dense_26, dropout_4              1,024             3,212,288
    dense_27                            10                10,250
                                                       3,274,634

Source      course C, third network. Printed there on the 10,000 test images: 0.9925 (TensorFlow 1), 0.991 (Keras).
Departures  One stream of random numbers for all four layers, where C gives each of them the same integer seed.
Slips kept  none.
"""

import keras
from keras import layers

from digits.layers import Conv2D


def build(*, classes: int, dense: int = 1024, dropout: float = 0.5, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.1, seed=keras.random.SeedGenerator(seed)),
        "bias_initializer": keras.initializers.Constant(0.1),
    }
    pixels = keras.Input((28, 28, 1), name="input_18")
    x = Conv2D(32, 5, padding="same", name="conv2d_7", **start)(pixels)
    x = layers.Activation("relu", name="activation_7")(x)
    x = layers.MaxPooling2D(2, strides=2, padding="same", name="max_pooling2d_7")(x)
    x = Conv2D(64, 5, padding="same", name="conv2d_8", **start)(x)
    x = layers.Activation("relu", name="activation_8")(x)
    x = layers.MaxPooling2D(2, strides=2, padding="same", name="max_pooling2d_8")(x)
    x = layers.Flatten(name="flatten_18")(x)
    x = layers.Dense(dense, activation="relu", name="dense_26", **start)(x)
    x = layers.Dropout(dropout, seed=seed, name="dropout_4")(x)
    probabilities = layers.Dense(classes, activation="softmax", name="dense_27", **start)(x)
    return keras.Model(pixels, probabilities, name="lenet")
