"""A network's layers as spaces in which like images lie near each other."""

import math

import numpy as np

from digits import csv_writing
from digits.compute import keras, tf
from digits.inference import pixels, predict
from digits.neighbours import leave_one_out, squared_distances_among
from digits.truncation import output_of, truncated

SAME = (keras.layers.Dropout, keras.layers.Flatten, keras.layers.Reshape)  # change no distance, once a network is trained


def vectors(network: keras.Model, images: np.ndarray, *, layer: str) -> np.ndarray:
    """Return what `layer` makes of uint8 images (n, 28, 28), flattened: float32 (n, values).

    Raises UserError for a layer the network does not have.
    """
    return predict(truncated(network, layer), images).reshape(len(images), -1)


def raw(images: np.ndarray) -> np.ndarray:
    """Return the pixels of uint8 images (n, 28, 28) as vectors, float64 (n, 784), 0 to 1."""
    return images.reshape(len(images), -1) / 255


def candidates(network: keras.Model) -> dict[str, int]:
    """Return the layers whose values are worth comparing, in order, and how many values each has.

    Before the first weights there are only the pixels; Dropout, Flatten and Reshape repeat the layer before them.
    """
    return {
        layer.name: math.prod(output_of(layer).shape[1:])
        for layer in network.layers
        if not isinstance(layer, SAME) and truncated(network, layer.name).count_params()
    }


def scores(network: keras.Model, images: np.ndarray, labels: np.ndarray, *, each: int) -> dict[str, float]:
    """Return for each candidate the share, 0 to 1, of images (n, 28, 28) whose nearest neighbour there is of their own class.

    Neighbours are sought among `each` images at a time, the image itself left out: few of a class, as in use. There are 2 at
    least, in the last group too.
    """
    right = dict.fromkeys(candidates(network), 0)
    cuts = keras.Model(network.inputs, {layer: output_of(network.get_layer(layer)) for layer in right})
    forward = tf.function(lambda batch: cuts(pixels(batch, network), training=False), autograph=False, reduce_retracing=True)
    for start in range(0, len(images), each):
        here = slice(start, start + each)
        for layer, values in forward(images[here]).items():
            flat = np.reshape(values, (len(labels[here]), -1))
            right[layer] += int((leave_one_out(squared_distances_among(flat), labels[here], k=1) == labels[here]).sum())
    return {layer: count / len(images) for layer, count in right.items()}


def choose(network: keras.Model, images: np.ndarray, labels: np.ndarray, *, layer: str, each: int) -> tuple[dict[str, float], str]:
    """Return all `scores`, and the layer to use: the first of the highest, if `layer` is "best", or the one it names.

    Raises UserError for a layer the network does not have.
    """
    if layer != "best":
        truncated(network, layer)  # refuses an unknown one before the long part
    scored = scores(network, images, labels, each=each)
    return scored, max(scored, key=scored.__getitem__) if layer == "best" else layer


def layers_csv(scored: dict[str, float], values: dict[str, int]) -> str:
    """Return a row a layer: how many values it has, and its score."""
    rows = [(layer, values[layer], f"{score:.4f}") for layer, score in scored.items()]
    return csv_writing.text(rows, header=("layer", "values", "accuracy"))
