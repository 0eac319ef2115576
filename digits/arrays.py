"""Images and labels, and the .npz files that carry them from stage to stage."""

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np

from digits.errors import UserError
from digits.writing import replacing

Record = TypeVar("Record")
LARGE = 1 << 30  # bytes; a ZIP archive's entries of 2 GB and more need its 64-bit form


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set as its files hold it (`data/raw.npz`)."""

    train_images: np.ndarray  # uint8 (N, 28, 28), 0 background to 255 ink
    train_labels: np.ndarray  # uint8 (N,), index into class_names
    test_images: np.ndarray  # uint8 (M, 28, 28)
    test_labels: np.ndarray  # uint8 (M,)
    class_names: np.ndarray  # str (classes,)
    dataset: np.ndarray  # str (), its name in the catalogue
    source_sha256: np.ndarray  # str (files,), of the files it was read from; () for a set that is made


@dataclass(frozen=True, eq=False)
class Split:
    """One split (`data/splits/NAME.npz`)."""

    images: np.ndarray  # uint8 (n, 28, 28), 0 to 255
    labels: np.ndarray  # uint8 (n,), index into class_names
    class_names: np.ndarray  # str (classes,)
    dataset: np.ndarray  # str ()
    source_index: np.ndarray  # int64 (n,), the row of data/raw.npz's images (train or test) each came from

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network said of the test split (`output/predictions.npz`)."""

    probabilities: np.ndarray  # float32 (n, classes), 0 to 1
    labels: np.ndarray  # uint8 (n,)
    class_names: np.ndarray  # str (classes,)
    dataset: np.ndarray  # str ()
    network: np.ndarray  # str ()


def save(path: Path, record: object) -> None:
    """Write a record's arrays, uncompressed: the same arrays give the same bytes.

    `np.savez` asks for the 64-bit form for entries of any size, of which Python 3.11.2 and 3.11.7 write different bytes.
    """
    with replacing(path) as part, zipfile.ZipFile(part, "w") as file:
        for name in (f.name for f in fields(record)):  # pyright: ignore[reportArgumentType]
            array = np.asanyarray(getattr(record, name))
            with file.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=array.nbytes > LARGE) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def load(path: Path, kind: type[Record]) -> Record:
    """Read a record back. Raises UserError if the file is missing, damaged or not of this kind."""
    arrays = read(path)
    names = [f.name for f in fields(kind)]  # pyright: ignore[reportArgumentType]
    for name in names:
        if name not in arrays:
            raise UserError(f"{path} holds no {name}; delete it and run `dvc repro`")
    _check(path, arrays)
    return kind(**{name: arrays[name] for name in names})


def with_images(path: Path) -> Split:
    """Read a split that has images. Raises UserError as `load` does, and for one that has none."""
    split = load(path, Split)
    if not len(split):
        raise UserError(f"{path}: expected a split with images; received one without any")
    return split


def read(path: Path) -> dict[str, np.ndarray]:
    """Return all arrays of an .npz file by name. Raises UserError if it is missing or damaged, OSError if it cannot be opened."""
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        raise UserError(f"{path} is not there; `dvc repro` makes it") from None
    with opened:
        try:
            with np.load(opened, allow_pickle=False) as file:
                return dict(file)
        except MemoryError:  # the bytes may be whole
            raise
        except Exception as error:  # zipfile and numpy raise a dozen types for damaged bytes, NotImplementedError among them
            raise UserError(f"{path} is damaged ({error}); delete it and run `dvc repro`") from error


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
    for images, labels in (("images", "labels"), ("train_images", "train_labels"), ("test_images", "test_labels")):
        if images not in arrays:
            continue
        shape, dtype = arrays[images].shape, arrays[images].dtype
        if dtype != np.uint8 or len(shape) != 3 or shape[1:] != (28, 28):
            raise UserError(f"{path}: {images}: expected uint8 of shape (n, 28, 28); received {dtype} of shape {shape}")
        if arrays[labels].dtype != np.uint8:
            raise UserError(f"{path}: {labels}: expected uint8; received {arrays[labels].dtype}")
        if arrays["class_names"].ndim != 1 or arrays["class_names"].dtype.kind != "U":
            received = f"{arrays['class_names'].dtype} of shape {arrays['class_names'].shape}"
            raise UserError(f"{path}: class_names: expected texts of shape (classes,); received {received}")
        if arrays[labels].shape != shape[:1]:
            raise UserError(f"{path}: {labels}: expected one for each of {shape[0]} images; received {arrays[labels].shape}")
        if arrays[labels].size and arrays[labels].max() >= len(arrays["class_names"]):
            raise UserError(f"{path}: {labels}: {arrays[labels].max()} is none of {len(arrays['class_names'])} classes")
