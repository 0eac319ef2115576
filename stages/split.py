"""Cut the fetched images into training, validation and test splits.

Reads   data/raw.npz
Writes  data/splits/train.npz, validation.npz, test.npz
Run     python -m stages.split data/raw.npz data/splits
"""

from dataclasses import dataclass
from pathlib import Path

from digits import arrays, splitting
from digits.params import anything, one_of, positive, seed
from digits.stage import run


@dataclass(frozen=True)
class SplitParams:
    train: int = positive()  # images, from the training file
    validation: int = positive(or_zero=True)  # images, from the training file, none of them in train
    test: int = positive()  # images, from the test file
    order: str = one_of(*splitting.ORDERS)
    seed: int = seed()  # of the draw; "file" and "validation_first" do not use it
    merge: dict[str | int, str | int | None] = anything()  # class name -> the name it takes, or null to drop its images


def main(raw: Path, folder: Path, split: SplitParams) -> None:
    data = arrays.load(raw, arrays.Dataset)
    splits = splitting.split(data, **vars(split))
    for name, images in splits.items():
        arrays.save(folder / f"{name}.npz", images)


if __name__ == "__main__":
    run(main)
