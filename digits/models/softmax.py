"""Softmax regression as course C builds it in Keras: one dense layer that starts at zero.

    layer         output          parameters
    input_14      28 x 28 x 1
    flatten_14    784
    dense_19       10                  7,850
                                       7,850

Source      course C, first network. Printed there on the 10,000 test images: 0.9192 (TensorFlow 1), 0.9194 (Keras).
Departures  none.
Slips kept  none. All weights start at zero, so `seed` changes nothing here: with no hidden layer nothing needs breaking apart.
"""

import keras
from keras import layers


def build(*, classes: int, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    del seed  # nothing is drawn
    pixels = keras.Input((28, 28, 1), name="input_14")
    x = layers.Flatten(name="flatten_14")(pixels)
    probabilities = layers.Dense(classes, activation="softmax", kernel_initializer="zeros", name="dense_19")(x)
    return keras.Model(pixels, probabilities, name="softmax")
