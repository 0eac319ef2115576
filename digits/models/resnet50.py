"""ResNet50 as course E takes it from Keras, over pictures of 28x28 with their one channel repeated three times.

    layer             output           parameters, of five classes
    pixels            28 x 28 x 1
    three_channels    28 x 28 x 3
    resnet50          2,048            23,587,712, 53,120 of them not trained
    dense_8               5                10,245
                                       23,597,957, 53,120 of them not trained

Source      course E, model 5. Printed there after ten epochs of 33 minutes, on five private classes of clothes: 0.8053,
            of its validation images.
Departures  E repeats the channel in its data, we in a layer: data sets keep one channel. E starts from ImageNet's weights; here
            that is `weights: imagenet`, which needs a network, or a file, and `none` unless said otherwise.
            `none` draws the weights from `seed`, which Keras' own function cannot be given.
            Convolutions and batch norms are digits/layers.py's, the same but for rounding.
Slips kept  E asks for ImageNet's weights and feeds pixels in [0, 1]; they were trained on 0 to 255 minus a mean for each channel.
            `imagenet_pixels: true` mends it by a layer more, without parameters.
            28 pixels are fewer than the 32 Keras asks for, and E does not enlarge them: without an `input_shape` Keras does not
            look. The last stage then sees 1x1, and the average pooling averages one pixel; so they would with 32.
"""

import hashlib
from pathlib import Path

import keras
from keras import layers

from digits.errors import UserError, brief, shown
from digits.layers import faster
from digits.models import OtherWeights, fill

IMAGENET_MEANS = (103.939, 116.779, 123.68)  # blue, green, red; of pixels from 0 to 255


def build(
    *, classes: int, weights: str = "none", weights_sha256: str = "", imagenet_pixels: bool = False, seed: int
) -> keras.Model:
    """Return the network, from pixels in [0, 1] of shape (batch, 28, 28, 1) to probabilities (batch, classes).

    weights          "none": drawn from `seed`; "imagenet": as Keras downloads them, into ~/.keras/models, and checks them; or
                     the path of an .h5 file of a ResNet50 without its top, as Keras publishes it or `save_weights` writes it
    weights_sha256   of that file, 64 hexadecimal digits; of no meaning for the other two

    The layer dense_8 is drawn from `seed` in each case. Raises UserError if the weights are not to be had, or are not those meant.
    """
    start = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = layers.Concatenate(name="three_channels")([pixels, pixels, pixels])
    if imagenet_pixels:
        x = layers.Rescaling(255.0, offset=[-mean for mean in IMAGENET_MEANS], name="imagenet_pixels")(x)
    x = _body(weights, weights_sha256, start)(x)
    probabilities = layers.Dense(classes, activation="softmax", kernel_initializer=start, name="dense_8")(x)
    return keras.Model(pixels, probabilities, name="resnet50")


def _body(weights: str, sha256: str, start: keras.initializers.Initializer) -> keras.Model:
    if weights == "imagenet":
        return faster(_downloaded())
    if weights != "none":
        _check(Path(weights), sha256)
    body = faster(keras.applications.ResNet50(include_top=False, weights=None, pooling="avg"))
    if weights == "none":
        for weight in body.trainable_weights:
            if weight.path.endswith("kernel"):
                weight.assign(start(weight.shape))
    else:
        _load(body, Path(weights))
    return body


def _downloaded() -> keras.Model:
    try:
        return keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
    except Exception as error:  # Keras raises no narrower one when a download fails
        raise _refused("weights", "imagenet, as Keras downloads it, or the path of an .h5 file", brief(error)) from error


def _check(path: Path, sha256: str) -> None:
    if path.suffix != ".h5":
        raise _refused("weights", "none, imagenet, or the path of an .h5 file", shown(str(path)))
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _refused("weights", "the path of an .h5 file", f"{path}, which cannot be read ({error.strerror})") from None
    if found != sha256.lower():
        wanted = f"{sha256.lower()}, that of {path}" if sha256 else f"the SHA-256 of {path}"
        raise _refused("weights_sha256", wanted, f"a file with {found}; nothing was loaded")


def _load(body: keras.Model, path: Path) -> None:
    try:
        fill(body, path)
    except OtherWeights as error:
        raise _refused("weights", "weights of a ResNet50 without its top", f"{path}, which holds others ({error})") from error


def _refused(size: str, expected: str, received: str) -> UserError:
    return UserError(f"params.yaml: networks.resnet50.{size}: expected {expected}; received {received}")
