"""A data set cut into training, validation and test splits that share no row."""

from collections.abc import Mapping

import numpy as np

from digits.arrays import Dataset, Split
from digits.errors import UserError, nearest

ORDERS = ("file", "validation_first", "shuffled", "stratified")


def split(
    data: Dataset, *, train: int, validation: int, test: int, order: str, seed: int, merge: Mapping[str | int, str | int | None]
) -> dict[str, Split]:
    """Return the splits "train", "validation" and "test" of as many images as asked for.

    train and validation come from the data set's training file, test from its test file, in this order of rows:

    file              as they stand: the first `train` rows, then the next `validation`
    validation_first  as they stand: the first `validation` rows, then the next `train`
    shuffled          drawn without replacement by `seed`
    stratified        drawn by `seed` so that each class has the share in each split that it has in the file, to within two images

    merge maps a class name to the name it takes (several may take one), or to None, which drops its images; a number is the name
    that it writes.
    source_index counts the data set's rows, dropped ones included; for MNIST these are the file's.

    Raises UserError for more images than there are, or a class that the data set has not.
    """
    merged = _classes_after(data.class_names, names_in(merge))
    class_names = list(dict.fromkeys(name for name in merged if name is not None))
    if len(class_names) < 2:
        asked = "params.yaml: split.merge: expected at least 2 classes to be left"
        wanted = asked if merge else f"{data.dataset}: expected images of at least 2 classes"
        raise UserError(f"{wanted}; received {len(class_names)}")
    new_label = np.array([class_names.index(name) if name is not None else -1 for name in merged])
    of_training = {"train": train, "validation": validation}
    if order == "validation_first":
        of_training = dict(reversed(of_training.items()))
    splits = {}
    for number, (file, sizes) in enumerate({"train": of_training, "test": {"test": test}}.items()):
        images, old_labels = getattr(data, f"{file}_images"), getattr(data, f"{file}_labels")
        labels = new_label[old_labels]
        rows = np.flatnonzero(labels >= 0)
        _check_sizes(file, sum(sizes.values()), available=len(rows), dataset=str(data.dataset))
        rows = rows[_order(labels[rows], order=order, seed=(seed, number))]
        for name, part in zip(sizes, np.split(rows, np.cumsum([*sizes.values()]))[:-1], strict=True):  # the last is the rest
            splits[name] = Split(
                images[part], labels[part].astype(np.uint8), np.array(class_names), data.dataset, part.astype(np.int64)
            )
    return splits


def names_in(merge: Mapping[str | int, str | int | None]) -> dict[str, str | None]:
    """Return a merge with numbers as the names that they write."""
    return {str(old): None if new is None else str(new) for old, new in merge.items()}


def _classes_after(class_names: np.ndarray, merge: Mapping[str, str | None]) -> list[str | None]:
    names = [str(name) for name in class_names]
    for name in merge:
        if name not in names:
            raise UserError(f"params.yaml: split.merge: expected {nearest(name, names)}; received the unknown class {name!r}")
    return [merge.get(name, name) for name in names]


def _check_sizes(file: str, wanted: int, *, available: int, dataset: str) -> None:
    if wanted > available:
        keys = "split.train + split.validation" if file == "train" else "split.test"
        raise UserError(
            f"params.yaml: {keys}: expected at most {available}, the images of {dataset}'s {file} file; received {wanted}"
        )


def _order(labels: np.ndarray, *, order: str, seed: tuple[int, int]) -> np.ndarray:
    """Return a permutation of the rows of `labels`, any head of which may serve as a split."""
    rows = np.arange(len(labels))
    if order in ("file", "validation_first"):
        return rows
    shuffled = np.random.default_rng(seed).permutation(rows)
    if order == "shuffled":
        return shuffled
    classes, counts = np.unique(labels, return_counts=True)
    of_place, ordered = _evenly(counts), np.empty_like(rows)
    for number, label in enumerate(classes):
        ordered[of_place == number] = shuffled[labels[shuffled] == label]
    return ordered


def _evenly(counts: np.ndarray) -> np.ndarray:
    """Return so many of each class, by its number, in an order whose every head has each class's share to within one.

    R. Tijdeman, The chairman assignment problem, Discrete Mathematics 32 (1980): of the classes that have fallen behind their share
    by `least`, the next is the one that would be a whole place behind first.
    """
    share, least = counts / counts.sum(), 1 / max(2 * len(counts) - 2, 1)
    taken, order = np.zeros(len(counts), np.int64), np.empty(counts.sum(), np.int64)
    for place in range(len(order)):
        behind = share * (place + 1) - taken
        may = (behind >= least - 1e-9) & (taken < counts)
        order[place] = at = np.where(may, (1 - least - behind) / share, np.inf).argmin()
        taken[at] += 1
    return order
