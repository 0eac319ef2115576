"""The networks, one file each: the file's name is the network's name in params.yaml, and its `build` makes it."""

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from digits.errors import UserError, brief, nearest, shown
from digits.params import Rule, anything, check

if TYPE_CHECKING:  # a name is checked without waiting for TensorFlow
    import keras


NO_SIZES = ("name", "classes", "seed")  # what `build` takes beside a network's sizes
# With batch norm, at which the parts of a batch have to meet: these branch, or meeting costs as much as parts save (decision 22).
WHOLE = ("fashion4", "resnet50", "resnet_d", "vgg")
SIZES = {  # by annotation: what a size must be besides
    int: Rule("above 0 and below 2^31", lambda size: 0 < size < 2**31),
    float: Rule("from 0 up to, not including, 1", lambda share: 0 <= share < 1),
    Sequence[int]: Rule("above 0 and below 2^31", lambda sizes: bool(sizes) and all(0 < size < 2**31 for size in sizes)),
}


class OtherWeights(Exception):
    """A file does not hold the network's weights. Its text is one line that says why not."""


@dataclass(frozen=True)
class ModelParams:
    """Section `model` of params.yaml."""

    name: str = anything()  # of a file beside this one; `build` refuses others


def names() -> list[str]:
    """Return the names `build` takes, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def build(name: str, *, classes: int, seed: int = 0, **sizes: Any) -> "keras.Model":
    """Return the network `name` with its weights drawn from `seed`.

    It maps pixels in [0, 1], float32 of the shape `model.input_shape`, to probabilities, float32 (batch, outputs), where outputs is
    `classes` unless the network's docstring says otherwise. `sizes` are that network's own: see its file. What a size may be
    follows from its annotation in that file's `build`.

    Raises UserError for a name or a size that is not known, and for a size of the wrong type.
    """
    if name not in names():
        raise _unknown(name)
    make = importlib.import_module(f"{__name__}.{name}").build
    known = {key: size for key, size in inspect.signature(make).parameters.items() if key not in NO_SIZES}
    checked = {}
    for key, value in sizes.items():
        if key not in known:
            wanted = nearest(key, list(known)) if known else "no size, this network has none"
            raise UserError(f"params.yaml: networks.{name}.{key}: expected {wanted}; received the unknown size {key}")
        checked[key] = checked_size(known[key].annotation, value, name=f"networks.{name}.{key}")
    return make(classes=classes, seed=seed, **checked)


def checked_size(kind: Any, value: Any, *, name: str) -> Any:
    """Return a size that fits the annotation `kind`. Raises UserError for another."""
    if get_origin(kind) is Literal:
        words = get_args(kind)
        return check(str, Rule(f"one of {', '.join(words)}", lambda word: word in words), value, name=name)
    return check(kind, SIZES.get(kind, Rule("", lambda _: True)), value, name=name)


def in_parts(name: str) -> bool:
    """Return whether a batch goes through the network `name` in parts, if there are threads for them."""
    return name not in WHOLE


def load_weights(network: "keras.Model", path: Path) -> None:
    """Give `network` the weights in an HDF5 file. Raises UserError if the file is missing, damaged or another network's."""
    try:
        fill(network, path)
    except FileNotFoundError:
        raise UserError(f"{path} is not there; `dvc repro` makes it") from None
    except OtherWeights as error:
        raise UserError(f"{path} holds no weights of {network.name} ({error}); delete it and run `dvc repro`") from error


def fill(network: "keras.Model", path: Path) -> None:
    """Give each layer of `network` the weights in an HDF5 file. Raises OtherWeights, which says why not, and the
    system's FileNotFoundError and PermissionError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Keras only warns of layers that keep the weights they were made with
            network.load_weights(path)
    except (FileNotFoundError, PermissionError):
        raise
    except (OSError, ValueError, KeyError, RuntimeError, Warning) as error:
        raise OtherWeights(brief(error)) from error


def sizes_of(name: str, networks: dict) -> dict[str, Any]:
    """Return the sizes that section `networks` of params.yaml gives the network `name`. Raises UserError if it gives none."""
    if name not in names():
        raise _unknown(name)
    if not isinstance(networks.get(name), dict):
        raise UserError(f"params.yaml: networks.{name}: expected a section of its sizes; received {shown(networks.get(name))}")
    for key in networks[name]:
        if key in NO_SIZES or not isinstance(key, str):
            raise UserError(f"params.yaml: networks.{name}: expected sizes of the network; received the unknown size {key}")
    return networks[name]


def _unknown(name: str) -> UserError:
    return UserError(
        f"params.yaml: model.name: expected {nearest(name, names())}; received the unknown network {name or 'of no name'}"
    )
