"""A folder of labelled pictures as images like MNIST's: a class a folder, or in the files' names."""

import hashlib
from pathlib import Path

import numpy as np

from digits import csvs, pictures
from digits.errors import UserError
from digits.folders import bytes_of, files_below, read_each


def read(folder: Path, *, classes: str, ink: str, normalise: str, key: str, mend: str) -> tuple[np.ndarray, list[str], str]:
    """Return a folder's pictures by name, the class of each, and one SHA-256 over names and bytes; hidden files are left out.

    Errors name the parameter `key`, which says where a class is found, and what to do about a folder without pictures.
    """
    below = [path.relative_to(folder) for path in files_below(folder)]
    if not below:
        raise UserError(f"{folder}: expected a folder of pictures; received none; {mend}")
    labels = []
    for path in below:
        label = pictures.class_of(path.parts, classes=classes)
        if label is None:
            raise UserError(f"{folder / path}: expected the class as {classes}; received none; see {key}")
        csvs.refuse_unreadable(label, name=f"{folder / path}: the class")
        labels.append(label)

    def read_one(path: Path) -> tuple[np.ndarray, str]:
        try:
            data = bytes_of(folder / path)
            return pictures.read(data, ink=ink, normalise=normalise), hashlib.sha256(data).hexdigest()
        except pictures.NoPicture as error:
            raise UserError(f"{folder / path}: {error}") from None

    images, hashes = zip(*read_each(below, read_one), strict=True)
    sums = "".join(f"{path.as_posix()}\0{sha256}\n" for path, sha256 in zip(below, hashes, strict=True))
    return np.stack(images), labels, hashlib.sha256(sums.encode()).hexdigest()
