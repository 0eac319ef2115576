"""Read handwritten digits: photos of pages with many, or a folder of pictures with one each, and say how sure each answer is.

Reads   a picture or a folder (handwriting.photos, or what has its name in a folder of the variable DIGITS_DATASETS),
        output/train/best.weights.h5, data/splits/test.npz for the names of the classes
Writes  output/handwriting/answers.csv, score.txt, PAGE.jpg.png for each page, sheet.png for pictures of one digit
Run     python -m stages.handwriting PHOTOS output/train/best.weights.h5 output/handwriting [data/splits/test.npz]
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, csv_writing, evaluation, inference, models, pictures, readings, trained
from digits import photos as taken
from digits.compute import ComputeParams, out_of_memory
from digits.errors import UserError
from digits.folders import found
from digits.params import anything, between, one_of, seed
from digits.stage import run, say, warn
from digits.writing import write_figure, write_text

HEAD = ("file", "row", "place", "x", "y", "answer", "likeliest", "probability", "truth")  # x, y: shares of width and height


@dataclass(frozen=True)
class HandwritingParams:
    photos: str = anything()  # a picture or a folder, which dvc.yaml hands over
    missing: str = one_of("strokes", "stop")  # what to do if it is not there
    strokes_seed: int = seed()  # of the page that is made then
    layout: str = one_of(*taken.LAYOUT)
    ink: str = one_of(*pictures.INK)
    least_probability: float = between(0, 1)  # of an answer; below it, "?"
    dpi: int = between(20, 600)  # pixels per inch; the pictures are 10 inches wide


@out_of_memory()
def main(
    photos: Path, weights: Path, output: Path, model: models.ModelParams, networks: dict, compute: ComputeParams,
    handwriting: HandwritingParams, test: Path = Path("data/splits/test.npz"),
) -> None:  # fmt: skip
    if not handwriting.photos:
        raise UserError("params.yaml: handwriting.photos: expected a picture, or a folder of them; received nothing")
    split, photos, told = arrays.load(test, arrays.Split), found(photos), ""
    if not photos.exists():
        told = f" · strokes made by the project, for {photos} is not there"
        photos = stand_in(photos, output / "strokes.png", handwriting)
    names = split.class_names
    shown = taken.read(photos, layout=handwriting.layout, ink=handwriting.ink, class_names=names)
    if not shown:
        raise UserError(f"{photos}: expected a picture of digits, or a folder of them; received none")

    network = trained.network(model, networks, compute, classes=len(names), weights=weights)
    images = np.concatenate([photo.images for photo in shown])
    probabilities = evaluation.of_classes(inference.predict(network, images), classes=len(names))
    said = readings.answered(shown, probabilities, class_names=names, least=handwriting.least_probability)

    write_text(output / "answers.csv", csv_writing.text(readings.table(shown, said), header=HEAD))
    score = readings.score(shown, said)
    write_text(output / "score.txt", f"{score}\n")
    for name, figure in readings.figures(shown, said, title=f"{model.name} trained on {split.dataset}{told}"):
        write_figure(output / name, figure, dpi=handwriting.dpi)
    for line in readings.lines(shown, said):
        say(line)
    say(f"digits: {len(images)}, pictures: {len(shown)}; {score}")


def stand_in(photos: Path, page: Path, handwriting: HandwritingParams) -> Path:
    if handwriting.missing == "stop":
        raise UserError(f"{photos} is not there; name a picture or a folder of them")
    warn(f"{photos} is not there; took a page of strokes made by the project instead; handwriting.photos names another place")
    taken.draw(page, seed=handwriting.strokes_seed)
    return page


if __name__ == "__main__":
    run(main)
