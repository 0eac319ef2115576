"""Draw what the run did: its learning curves, and how its network reads the test images.

Reads   output/train/history.csv, output/predictions.npz, data/splits/test.npz
Writes  output/accuracy.png, loss.png, confusion.png, examples.png, mistakes.png
Run     python -m stages.plot output/train/history.csv output/predictions.npz data/splits/test.npz output
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, evaluation
from digits.errors import UserError
from digits.figures import accuracy, confusion, examples, loss, mistakes
from digits.history import from_csv
from digits.params import between, seed, seed_of
from digits.stage import read_text, run
from digits.writing import write_figure


@dataclass(frozen=True)
class PlotParams:
    dpi: int = between(20, 600)  # pixels per inch; the pictures are 10 inches wide
    examples: int = between(1, 25)  # test images drawn at random
    mistakes: int = between(1, 25)  # at most, the most confident ones
    seed: int = seed()  # of the draw of the examples


def main(history: Path, predictions: Path, test: Path, output: Path, plot: PlotParams, train: dict) -> None:
    curves = from_csv(read_text(history), file=history)
    said, split = arrays.load(predictions, arrays.Predictions), arrays.with_images(test)
    if len(said.labels) != len(split):
        raise UserError(f"{predictions}: expected an answer to each of {len(split)} test images; received {len(said.labels)}")
    title = f"{said.dataset} · {said.network} · seed {seed_of(train)}"
    predicted = said.probabilities.argmax(axis=1)
    counts = evaluation.confusion(said.labels, predicted, classes=len(said.class_names))
    wrong = evaluation.most_confident_mistakes(said.probabilities, said.labels, most=plot.mistakes)
    some = np.random.default_rng(plot.seed).choice(len(split), size=min(plot.examples, len(split)), replace=False)

    def of(rows: np.ndarray) -> dict[str, np.ndarray]:
        return {
            "labels": said.labels[rows],
            "predicted": predicted[rows],
            "probabilities": said.probabilities[rows].max(axis=1),
            "class_names": said.class_names,
        }

    figures = {
        "accuracy": accuracy.draw(curves, title=title),
        "loss": loss.draw(curves, title=title),
        "confusion": confusion.draw(counts, class_names=said.class_names, title=title),
        "examples": examples.draw(split.images[some], **of(some), title=title),
        "mistakes": mistakes.draw(split.images[wrong], **of(wrong), title=title),
    }
    for name, figure in figures.items():
        write_figure(output / f"{name}.png", figure, dpi=plot.dpi)


if __name__ == "__main__":
    run(main)
