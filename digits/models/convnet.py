"""The ConvNet of course D: 3x3 convolutions with a pooling between each two, then a dense layer of 64.

    layer      output           parameters
    pixels     28 x 28 x  1
    conv1      26 x 26 x 32            320
    pool1      13 x 13 x 32
    conv2      11 x 11 x 64         18,496
    pool2       5 x  5 x 64
    conv3       3 x  3 x 64         36,928
    flatten    576
    dense       64                  36,928
    output      10                     650
                                    93,322

Source      course D, model B, `model_ConvNet`. Printed there on MNIST: accuracy and macro F1 0.991, with a learning rate of 0.0001,
            its best of four.
Departures  D does not say how many convolutions it had nor of how many filters. 32, 64 and 64 are those of TensorFlow's CNN
            tutorial, which its code follows layer by layer. The count of 93,322 and the plain layer names are ours.
Slips kept  none of the network. Its softmax goes to a loss that expects logits, and its Input is never added to the model; dnn.py
            says why neither changes a number.
"""

from collections.abc import Sequence

import keras

from digits.errors import UserError
from digits.layers import Conv2D

SIDE = 28  # pixels


def build(*, classes: int, layers: Sequence[int] = (32, 64, 64), dense: int = 64, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes).

    layers=[32]      ->  conv1 of 32 filters, flatten, dense, output
    layers=[32, 64]  ->  conv1 of 32, pool1, conv2 of 64, flatten, dense, output

    Raises UserError if there are more layers than the picture has pixels for.
    """
    if len(layers) > (most := _most_layers()):
        raise UserError(
            f"params.yaml: networks.convnet.layers: expected at most {most} layers, more leave no pixel of {SIDE}; "
            f"received {len(layers)} layers"
        )
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((SIDE, SIDE, 1), name="pixels")
    x = pixels
    for number, filters in enumerate(layers, start=1):
        x = Conv2D(filters, 3, activation="relu", name=f"conv{number}", **start)(x)
        if number < len(layers):
            x = keras.layers.MaxPooling2D(2, name=f"pool{number}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(dense, activation="relu", name="dense", **start)(x)
    probabilities = keras.layers.Dense(classes, activation="softmax", name="output", **start)(x)
    return keras.Model(pixels, probabilities, name="convnet")


def _most_layers() -> int:
    side, count = SIDE, 0
    while side >= 3:  # a convolution fits
        side, count = (side - 2) // 2, count + 1
    return count
