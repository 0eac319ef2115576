"""A perceptron with one hidden layer, as course C builds it in Keras.

    layer         output          parameters
    input_16      28 x 28 x 1
    flatten_16    784
    dense_22      512                401,920
    dense_23       10                  5,130
                                     407,050

Source      course C, second network. Printed there on the 10,000 test images: 0.9779 (TensorFlow 1), 0.9781 (Keras).
Departures  One stream of random numbers for both layers, where C gives each of them the same integer seed.
Slips kept  none. C calls N(0, 0.1) a standard normal distribution; its code says a standard deviation of 0.1, and so do we.
"""

import keras
from keras import layers


def build(*, classes: int, hidden: int = 512, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.1, seed=keras.random.SeedGenerator(seed)),
        "bias_initializer": keras.initializers.Constant(0.1),
    }
    pixels = keras.Input((28, 28, 1), name="input_16")
    x = layers.Flatten(name="flatten_16")(pixels)
    x = layers.Dense(hidden, activation="relu", name="dense_22", **start)(x)
    probabilities = layers.Dense(classes, activation="softmax", name="dense_23", **start)(x)
    return keras.Model(pixels, probabilities, name="mlp")
