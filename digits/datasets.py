"""The catalogue of data sets: where their files are published, and how to tell that a file is the published one.

A file is what its checksum says, never what its name says: MNIST and Fashion-MNIST share names and shapes.
"""

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from digits import idx, strokes
from digits.arrays import Dataset
from digits.errors import UserError, nearest


@dataclass(frozen=True)
class File:
    """One published file, gzip-compressed IDX."""

    name: str
    bytes: int
    sha256: str  # of the file as published, compressed


@dataclass(frozen=True)
class Entry:
    """One data set. Its files have the roles train_images, train_labels, test_images, test_labels; a made set has none."""

    name: str  # as params.yaml, folders and metrics spell it
    title: str  # as its authors spell it
    licence: str
    class_names: tuple[str, ...]  # class_names[label]; () for strokes, which has a choice of them
    mirrors: tuple[str, ...]  # addresses that end in "/", the first one is tried first
    files: Mapping[str, File]  # by role


MNIST = Entry(
    name="mnist",
    title="MNIST",
    licence="CC BY-SA 3.0, Y. LeCun and C. Cortes",
    class_names=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    mirrors=(
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    files={
        "train_images": File(
            "train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        "train_labels": File(
            "train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        "test_images": File(
            "t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        "test_labels": File("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    },
)

FASHION_MNIST = Entry(
    name="fashion_mnist",
    title="Fashion-MNIST",
    licence="MIT, (c) 2017 Zalando SE",
    class_names=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    mirrors=(
        # Zalando's README links to the bucket's website (…s3-website…), which speaks no https; the bucket itself does.
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files={
        "train_images": File(
            "train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        "train_labels": File(
            "train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        "test_images": File(
            "t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
        "test_labels": File("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    },
)

STROKES = Entry(
    name="strokes",
    title="strokes",
    licence="this project's",
    class_names=(),
    mirrors=(),
    files={},  # made by digits/strokes.py
)

CATALOGUE = {entry.name: entry for entry in (MNIST, FASHION_MNIST, STROKES)}


def entry(name: str) -> Entry:
    """Return the data set called `name`. Raises UserError, which has the nearest known name, if there is none."""
    if name in CATALOGUE:
        return CATALOGUE[name]
    raise UserError(f"data set: expected {nearest(name, list(CATALOGUE))}; received the unknown name {name}")


def published_as(sha256: str) -> str | None:
    """Return whose file has this checksum, as in "Fashion-MNIST's train-images-idx3-ubyte.gz", or None."""
    for known in CATALOGUE.values():
        for file in known.files.values():
            if file.sha256 == sha256:
                return f"{known.title}'s {file.name}"
    return None


def build(entry: Entry, data: Mapping[str, bytes]) -> Dataset:
    """Return the data set in its files' bytes, given by role. Raises UserError if one is no gzip-compressed IDX file."""
    arrays = {role: _unpack(role, entry.files[role], data[role]) for role in entry.files}
    return Dataset(
        **arrays,
        class_names=np.array(entry.class_names),
        dataset=np.array(entry.name),
        source_sha256=np.array([file.sha256 for file in entry.files.values()]),
    )


def draw(*, classes: str, train: int, test: int, seed: int) -> Dataset:
    """Return the set that is made: `train` and `test` images of one of strokes.CLASSES, the test images drawn after the others."""
    names = strokes.CLASSES[classes]
    return Dataset(
        *strokes.draw(train, classes=names, seed=seed),
        *strokes.draw(test, classes=names, seed=seed, start=train),
        class_names=np.array(names),
        dataset=np.array(STROKES.name),
        source_sha256=np.array([], dtype=str),
    )


def _unpack(role: str, file: File, data: bytes) -> np.ndarray:
    parse = idx.parse_images if role.endswith("_images") else idx.parse_labels
    try:
        return parse(gzip.decompress(data))
    except idx.DamagedIdx as error:
        raise UserError(f"{file.name}: {error}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{file.name}: compression: expected gzip; received {error}") from error
