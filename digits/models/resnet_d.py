"""The ResNet of course D: a stem, then bottleneck blocks like the first ones of ResNet50.

    layer                                        output           parameters
    pixels                                       28 x 28 x   1
    stem, stem_norm, stem_relu                   26 x 26 x  64           896
    stem_pool                                    12 x 12 x  64
    block1a_reduce,   _norm, _relu               12 x 12 x  64         4,416
    block1a_conv,     _norm, _relu               12 x 12 x  64        37,184
    block1a_expand,   _norm                      12 x 12 x 256        17,664
    block1a_shortcut, _norm                      12 x 12 x 256        17,664
    block1a_add, block1a_relu                    12 x 12 x 256
    block1b_reduce,   _norm, _relu               12 x 12 x  64        16,704
    block1b_conv,     _norm, _relu               12 x 12 x  64        37,184
    block1b_expand,   _norm                      12 x 12 x 256        17,664
    block1b_add, block1b_relu                    12 x 12 x 256
    average, flatten                             256
    output                                        10                   2,570
                                                                     151,946, 2,176 of them not trained

Source      course D, model C, `model_ResNet`. Printed there on MNIST: accuracy and macro F1 0.992. That is said to be its best of
            four learning rates, 0.001; the table of the four has 0.982 there, and 0.99, 0.989 as the best, at 0.01 and 0.0001.
Departures  D lists the network but not its two kinds of block, nor how many it had. The blocks are ResNet50's: 1x1, 3x3, 1x1 of 64,
            64 and 256 filters, batch norm after each; a stride, where there is one, in the first 1x1. There is one pair of them,
            for "something like the first block of a ResNet50". The count of 151,946 and the plain layer names are ours.
            In the listing an `else:` is lost: read as printed, its second pair of blocks would belong to i == 0. Read as
            meant, pair i has i times the filters, and from the second pair on halves the picture: `pairs: 2` makes that.
Slips kept  none of the network. Its softmax goes to a loss that expects logits; dnn.py says why that changes no number.
"""

from collections.abc import Callable, Sequence
from functools import partial

import keras
from keras import layers

from digits.layers import BatchNormalization, Conv2D

FILTERS = (64, 64, 256)  # of a block's 1x1, 3x3 and 1x1 convolution


def build(*, classes: int, pairs: int = 1, seed: int) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes).

    pairs=1  ->  stem, block1a (with a convolution in its shortcut), block1b, average, output
    pairs=2  ->  stem, block1a, block1b, block2a (stride 2, twice the filters), block2b, average, output
    """
    convolution = partial(_normed, start=keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed)))
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = convolution(pixels, 64, 3, name="stem")
    x = layers.Activation("relu", name="stem_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, name="stem_pool")(x)
    for pair in range(1, pairs + 1):
        filters = [pair * count for count in FILTERS]
        x = _block(x, filters, convolution, stride=1 if pair == 1 else 2, shortcut=True, name=f"block{pair}a")
        x = _block(x, filters, convolution, stride=1, shortcut=False, name=f"block{pair}b")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = layers.Flatten(name="flatten")(x)
    probabilities = layers.Dense(classes, activation="softmax", kernel_initializer=convolution.keywords["start"], name="output")(x)
    return keras.Model(pixels, probabilities, name="resnet_d")


def _block(x, filters: Sequence[int], convolution: Callable, *, stride: int, shortcut: bool, name: str):
    """Add a bottleneck: what three convolutions make of `x`, plus `x`, which a convolution fits to the new shape if `shortcut`."""
    y = convolution(x, filters[0], 1, stride=stride, name=f"{name}_reduce")
    y = layers.Activation("relu", name=f"{name}_reduce_relu")(y)
    y = convolution(y, filters[1], 3, padding="same", name=f"{name}_conv")
    y = layers.Activation("relu", name=f"{name}_conv_relu")(y)
    y = convolution(y, filters[2], 1, name=f"{name}_expand")
    x = convolution(x, filters[2], 1, stride=stride, name=f"{name}_shortcut") if shortcut else x
    x = layers.Add(name=f"{name}_add")([y, x])
    return layers.Activation("relu", name=f"{name}_relu")(x)


def _normed(x, filters: int, size: int, *, start, stride: int = 1, padding: str = "valid", name: str):
    x = Conv2D(filters, size, strides=stride, padding=padding, kernel_initializer=start, name=name)(x)
    return BatchNormalization(name=f"{name}_norm")(x)
