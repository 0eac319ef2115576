"""What fetch does for pictures of your own (fetch.dataset: pictures): it reads them below the folder fetch.own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, csvs, picture_folders, pictures
from digits.errors import UserError
from digits.params import anything, between, one_of


@dataclass(frozen=True)
class PicturesParams:
    train: str = anything()  # the folder of training pictures, in fetch.own
    test: str = anything()  # the folder of test pictures; "" takes the last of each class of train
    test_share: float = between(0.001, 0.999)  # of each class's pictures, one at least, if test is ""
    classes: str = one_of(*pictures.CLASSES)  # a folder each, or in the file's name
    ink: str = one_of(*pictures.INK)
    normalise: str = one_of(*pictures.NORMALISE)


def pictured(own: Path, section: PicturesParams) -> arrays.Dataset:
    images, labels, hashes = folder_of(own, "train", section)
    names = csvs.in_order(set(labels))
    if len(names) > csvs.MOST_CLASSES:
        raise UserError(f"{own / section.train}: expected at most {csvs.MOST_CLASSES} classes; received {len(names)}")
    if section.test:
        test_images, test_labels, more = folder_of(own, "test", section)
        if more == hashes:
            told = f"expected other pictures than those of pictures.train, {section.train}; received the same"
            raise UserError(f"{own / section.test}: {told}")
        hashes += more
        for label in test_labels:
            if label not in names:
                raise UserError(f"{own / section.test}: expected classes of {own / section.train}; received the new class {label}")
    else:
        is_test = pictures.last_of_each(labels, share=section.test_share)
        if not is_test.any():
            raise UserError(
                f"{own / section.train}: expected two pictures of a class; received one of each; name a folder in pictures.test"
            )
        test_images, images = images[is_test], images[~is_test]
        test_labels, labels = ([label for label, it in zip(labels, is_test, strict=True) if it == want] for want in (True, False))
    index, test_index = (np.array([names.index(label) for label in of], np.uint8) for of in (labels, test_labels))
    return arrays.Dataset(images, index, test_images, test_index, np.array(names), np.array("pictures"), np.array(hashes))


def folder_of(own: Path, role: str, section: PicturesParams) -> tuple[np.ndarray, list[str], list[str]]:
    """Return "train"'s or "test"'s pictures and the class of each, in turn one of each class, and their SHA-256."""
    folder = own / (section.train if role == "train" else section.test)
    mend = f"put it there, or change fetch.own or pictures.{role}"
    images, labels, sha256 = picture_folders.read(
        folder, classes=section.classes, ink=section.ink, normalise=section.normalise, key="pictures.classes", mend=mend
    )
    order = pictures.in_turn(labels)
    return images[order], [labels[at] for at in order], [sha256]
