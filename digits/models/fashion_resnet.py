"""ResNet model 6 of course E: one convolution, one residual block, one dense layer.

    layer                      output           parameters, of five classes
    input_6                    28 x 28 x  1
    conv2d_10                  28 x 28 x 64            640
    activation_16              28 x 28 x 64
    activation_18              28 x 28 x 64
    conv2d_12                  28 x 28 x 64         36,928
    add_3, activation_19       28 x 28 x 64
    max_pooling2d_2            14 x 14 x 64
    flatten_2, dropout_2       12,544
    dense_2, activation_20          5               62,725
                                                   100,293

Source      course E, model 6. Printed there on five private classes of clothes: 0.8047, of its validation images.
Departures  The L2 of 0.01 that E puts on every kernel is no layer's: recipes give it as `train.l2: 0.01`, the same sum.
Slips kept  The block feeds its *input* to its second convolution (`h = Activation(relu)(x)`, where h is meant): activation_17 and
            conv2d_11 are built and go nowhere, and the printed table lacks them. `first_convolution: true` puts them back: 137,221.
            With the slip activation_18 is the ReLU of a ReLU, without it activation_17 is.
            The listing says 32 filters, the table 64; 100,293 needs 64. `filters: 32` builds the listing.
"""

import keras
from keras import layers

from digits.layers import Conv2D


def build(*, classes: int, filters: int = 64, dropout: float = 0.2, first_convolution: bool = False, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes)."""
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((28, 28, 1), name="input_6")
    x = Conv2D(filters, 3, padding="same", name="conv2d_10", **start)(pixels)
    x = layers.Activation("relu", name="activation_16")(x)
    h = x
    if first_convolution:
        h = layers.Activation("relu", name="activation_17")(h)
        h = Conv2D(filters, 3, padding="same", name="conv2d_11", **start)(h)
    h = layers.Activation("relu", name="activation_18")(h)
    h = Conv2D(filters, 3, padding="same", name="conv2d_12", **start)(h)
    x = layers.Add(name="add_3")([x, h])
    x = layers.Activation("relu", name="activation_19")(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d_2")(x)
    x = layers.Flatten(name="flatten_2")(x)
    x = layers.Dropout(dropout, seed=seed, name="dropout_2")(x)
    x = layers.Dense(classes, name="dense_2", **start)(x)
    probabilities = layers.Activation("softmax", name="activation_20")(x)
    return keras.Model(pixels, probabilities, name="fashion_resnet")
