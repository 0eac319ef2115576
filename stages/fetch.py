"""Get the data set's files from the first source that has them as published, draw the built-in one, or read your own.

Reads   own/, or the folders of fetch.folders and of the environment variable DIGITS_DATASETS, data/download/, the mirrors
Writes  data/raw.npz, data/dataset.txt; data/download/NAME/ keeps what came from a mirror
Run     python -m stages.fetch data/download data/raw.npz data/dataset.txt
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from digits import arrays, datasets, download, strokes
from digits.folders import expanded, shelves
from digits.params import anything, between, one_of, seed
from digits.stage import run, say, warn
from digits.writing import write_text
from stages.own_pictures import PicturesParams, pictured
from stages.own_tables import CsvParams, tabled


@dataclass(frozen=True)
class FetchParams:
    dataset: str = one_of(*datasets.CATALOGUE, "csv", "pictures")
    folders: list[str] = anything()  # looked into before any mirror, for FOLDER/NAME/FILE
    own: str = anything()  # the folder of your own tables and pictures
    offline: str = one_of("strokes", "stop")  # what to do with no source in reach
    strokes_classes: str = one_of(*strokes.CLASSES)
    strokes_train: int = between(1, 10_000_000)  # images
    strokes_test: int = between(1, 10_000_000)  # images, none of them in train
    strokes_seed: int = seed()


def main(store: Path, raw: Path, note: Path, fetch: FetchParams, csv: CsvParams, pictures: PicturesParams) -> None:
    try:
        if fetch.dataset == "csv":
            data, origin = tabled(Path(fetch.own), csv), f"from {fetch.own}"
        elif fetch.dataset == "pictures":
            data, origin = pictured(Path(fetch.own), pictures), f"from {fetch.own}"
        else:
            data, origin = (drawn(fetch), "drawn") if fetch.dataset == "strokes" else found(fetch, store)
    except download.Unreachable as error:
        if fetch.offline == "stop":
            raise
        warn(f"{error}; took the built-in strokes instead; to try again: `dvc repro -f fetch`, then `dvc repro`")
        data, origin = drawn(fetch), "drawn"
    arrays.save(raw, data)
    stand_in = "" if data.dataset == fetch.dataset else f", in place of {fetch.dataset}, no source of which was in reach"
    write_text(note, f"{data.dataset}{stand_in}\n")
    say(f"{data.dataset}: {len(data.train_images)} training and {len(data.test_images)} test images, {origin} -> {raw}")


def found(fetch: FetchParams, store: Path) -> tuple[arrays.Dataset, str]:
    entry = datasets.entry(fetch.dataset)
    folders = [*shelves(), *expanded(fetch.folders)]
    files = download.fetch(entry, folders=folders, store=store, patience=download.PATIENCE, progress=sys.stderr.isatty())
    for trouble, origin in ((trouble, file.origin) for file in files.values() for trouble in file.troubles):
        warn(f"{trouble}; taken from {origin} instead")
    origins = ", ".join(dict.fromkeys(file.origin for file in files.values()))
    return datasets.build(entry, {role: file.data for role, file in files.items()}), f"from {origins}"


def drawn(fetch: FetchParams) -> arrays.Dataset:
    return datasets.draw(classes=fetch.strokes_classes, train=fetch.strokes_train, test=fetch.strokes_test, seed=fetch.strokes_seed)


if __name__ == "__main__":
    run(main)
