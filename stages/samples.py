"""Save the first five images of each split as they are, and all of them on one contact sheet.

Reads   data/splits/train.npz, validation.npz, test.npz
Writes  output/samples/train_0.png ... test_4.png, sheet.png
Run     python -m stages.samples data/splits output/samples
"""

from dataclasses import dataclass
from pathlib import Path

from digits import arrays
from digits.figures import sheet
from digits.params import between
from digits.stage import run
from digits.writing import write_figure, write_picture

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class SamplesParams:
    images: int = between(1, 25)  # of each split
    dpi: int = between(20, 600)  # pixels per inch of the contact sheet, which is 10 inches wide


def main(folder: Path, output: Path, samples: SamplesParams) -> None:
    splits = {name: arrays.load(folder / f"{name}.npz", arrays.Split) for name in SPLITS}
    for name, split in splits.items():
        for number, image in enumerate(split.images[: samples.images]):
            write_picture(output / f"{name}_{number}.png", image)
    figure = sheet.draw(
        {name: split.images[: samples.images] for name, split in splits.items()},
        labels_by_split={name: split.labels[: samples.images] for name, split in splits.items()},
        class_names=splits["train"].class_names,
        title=str(splits["train"].dataset),
    )
    write_figure(output / "sheet.png", figure, dpi=samples.dpi)


if __name__ == "__main__":
    run(main)
