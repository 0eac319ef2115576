"""The convolutions and poolings of a network, what they make of images, and what excites them."""

from dataclasses import dataclass

import numpy as np

from digits import convolution, inference
from digits.compute import keras, tf
from digits.convolution import Filters
from digits.errors import UserError
from digits.truncation import truncated, until

BATCH = 500  # images at a time; bounds memory only


def convolutions(network: keras.Model) -> list[keras.layers.Conv2D]:
    """Return the two-dimensional convolutions in order, those of a network within the network among them."""
    return [layer for layer in _layers(network) if isinstance(layer, keras.layers.Conv2D)]


def poolings(network: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers that pool neighbouring pixels, in order."""
    kinds = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
    return [layer for layer in _layers(network) if isinstance(layer, kinds)]


def filters_of(layer: keras.layers.Conv2D) -> Filters:
    """Return a convolution's weights. Raises UserError for one that is dilated or grouped."""
    if layer.dilation_rate != (1, 1) or layer.groups != 1 or layer.data_format != "channels_last":
        raise UserError(f"{layer.name}: expected a convolution without dilation and groups, channels last; received another")
    kernels, *bias = layer.get_weights()
    biases = bias[0] if bias else np.zeros(kernels.shape[-1], np.float32)
    return Filters(kernels, biases, layer.strides, layer.padding == "same")


def of(network: keras.Model, layer: str, images: np.ndarray) -> np.ndarray:
    """Return what `layer` makes of a few uint8 images (n, 28, 28): float32 (n, height, width, channels)."""
    return _run(truncated(network, layer), images)


def seen(network: keras.Model, layer: str, images: np.ndarray) -> np.ndarray:
    """Return what `layer` is given of a few uint8 images (n, 28, 28): float32 (n, height, width, channels)."""
    return _run(until(network, layer), images)


@dataclass(frozen=True, eq=False)
class BothWays:
    """One image in a convolution, computed by OpenCV and by the layer itself."""

    given: np.ndarray  # float32 (height, width, channels), what the layer is given of the image
    filtered: np.ndarray  # float32 (height, width, filters), by `cv2.filter2D` alone
    by_layer: np.ndarray  # float32 (height, width, filters), after its bias and activation
    difference: float  # the largest, once `filtered` has these too, in shares of the largest before the activation


def compare(network: keras.Model, layer: keras.layers.Conv2D, image: np.ndarray) -> BothWays:
    """Return what a convolution makes of a uint8 image (28, 28). Raises ArithmeticError where OpenCV's leads to another result."""
    given, taken = seen(network, layer.name, image[None])[0], filters_of(layer)
    filtered = convolution.filtered(given, taken)
    by_layer = of(network, layer.name, image[None])[0]
    responses = filtered + taken.biases
    through, largest = np.asarray(layer.activation(responses)), float(np.abs(responses).max())
    return BothWays(given, filtered, by_layer, convolution.difference(through, by_layer, largest=largest))


def exciting(
    network: keras.Model, layer: keras.layers.Conv2D, images: np.ndarray, *, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each filter of a network's first convolution the patches that excite it most, from as many images.

    patches      float32 (filters, most or fewer, height, width, channels), what the filter sees, zeros outside the image included
    responses    float32 (filters, most or fewer), before the activation, the highest first
    rows         int (filters, most or fewer), which of the uint8 images (n, 28, 28) each is of
    """
    taken = filters_of(layer)
    highest, down, across = peaks(network, layer, images)
    rows = convolution.strongest(highest, most=most)
    each = np.arange(rows.shape[0])[:, None]  # of the filters
    which, back = np.unique(rows, return_inverse=True)
    given = seen(network, layer.name, images[which])[back.ravel()]
    patches = convolution.patches(given, taken, rows=down[rows, each].ravel(), columns=across[rows, each].ravel())
    return patches.reshape(*rows.shape, *patches.shape[1:]), highest[rows, each], rows


def peaks(network: keras.Model, layer: keras.layers.Conv2D, images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the highest response of each filter within each uint8 image (n, 28, 28), before the activation, and its place.

    Three arrays (n, filters): the response, float32; row and column of the layer's output, int64, the first among equals.
    """
    before = until(network, layer.name)
    taken = filters_of(layer)

    @tf.function(autograph=False, reduce_retracing=True)
    def highest(batch: tf.Tensor):
        given = before(inference.pixels(batch, network), training=False)
        maps = tf.nn.convolution(given, taken.kernels, strides=taken.strides, padding=layer.padding.upper()) + taken.biases
        flat = tf.reshape(maps, (tf.shape(maps)[0], -1, maps.shape[-1]))
        return tf.reduce_max(flat, axis=1), tf.argmax(flat, axis=1), tf.shape(maps)[2]

    found = [highest(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    places, width = np.concatenate([place for _, place, _ in found]), int(found[0][2])
    return np.concatenate([response for response, _, _ in found]), places // width, places % width


def _run(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """At once and untraced: tracing a function takes longer than these few images do."""
    return np.asarray(network(inference.pixels(images, network), training=False))


def _layers(network: keras.Model) -> list[keras.layers.Layer]:
    return [layer for each in network.layers for layer in (_layers(each) if isinstance(each, keras.Model) else [each])]
