"""ResNet-5 as course A prints it: four blocks of two convolutions, each block's input concatenated to its output.

    layer                             output        parameters
    input_1                           784
    repeat_vector                      2 x 784
    reshape_1                         28 x 28 x  2
    conv2d, conv2d_1                  28 x 28 x  2      2 x 38
    concatenate, max_pooling2d        14 x 14 x  4
    conv2d_2, conv2d_3                14 x 14 x  4     2 x 148
    concatenate_1, max_pooling2d_1     7 x  7 x  8
    conv2d_4, conv2d_5                 7 x  7 x  8     2 x 584
    concatenate_2, max_pooling2d_2     3 x  3 x 16
    conv2d_6, conv2d_7                 3 x  3 x 16   2 x 2,320
    concatenate_3, max_pooling2d_3     1 x  1 x 32
    conv2d_8, conv2d_9                 1 x  1 x 32   2 x 9,248
    flatten                           32
    dense                             20                   660
    dense_1                           20                   420
                                                        25,756

Source      course A, the model summary it asks to be printed.
Departures  It prints no activations and no first weights: ReLU, softmax at the end, and He's normal start are ours.
Slips kept  RepeatVector(2) then Reshape(28, 28, 2) does not stack two copies of the picture: its even and odd columns become the
            two channels, its even rows stand left of its odd ones, and all of that twice, one below the other.
            The printed table has no layer to set them apart; `copies_apart: true` mends it by one, permute after reshape_1.
            Twenty outputs for ten classes: without them the printed 25,756 does not come out. `outputs: 10` mends it.
"""

import keras
from keras import layers

from digits.errors import UserError
from digits.layers import Conv2D


def build(*, classes: int, outputs: int = 20, copies_apart: bool = False, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 784) to probabilities (batch, outputs).

    The outputs beyond the classes belong to no class: no label ever asks for them, and training drives them to zero.
    """
    if outputs < classes:
        raise UserError(f"params.yaml: networks.resnet5.outputs: expected at least {classes}, one a class; received {outputs}")
    start = {"kernel_initializer": keras.initializers.HeNormal(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((784,), name="input_1")
    x = layers.RepeatVector(2, name="repeat_vector")(pixels)
    x = layers.Reshape((2, 28, 28) if copies_apart else (28, 28, 2), name="reshape_1")(x)
    if copies_apart:
        x = layers.Permute((2, 3, 1), name="permute")(x)
    for block, filters in enumerate((2, 4, 8, 16)):
        first, second, ending = 2 * block, 2 * block + 1, f"_{block}" if block else ""
        y = _convolution(filters, first, **start)(x)
        y = _convolution(filters, second, **start)(y)
        x = layers.Concatenate(name=f"concatenate{ending}")([x, y])
        x = layers.MaxPooling2D(2, strides=2, name=f"max_pooling2d{ending}")(x)
    x = _convolution(32, 8, **start)(x)
    x = _convolution(32, 9, **start)(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(20, activation="relu", name="dense", **start)(x)
    probabilities = layers.Dense(outputs, activation="softmax", name="dense_1", **start)(x)
    return keras.Model(pixels, probabilities, name="resnet5")


def _convolution(filters: int, number: int, **start) -> Conv2D:
    name = f"conv2d_{number}" if number else "conv2d"
    return Conv2D(filters, 3, padding="same", activation="relu", name=name, **start)
