"""Read the test split with the best weights, and say how well that went.

Reads   data/splits/test.npz, output/train/best.weights.h5
Writes  output/metrics.json, report.csv, confusion.csv, predictions.npz; not cached: output/timing.json
Run     python -m stages.evaluate data/splits/test.npz output/train/best.weights.h5 output
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, evaluation, inference, models, reports, timing, trained
from digits.compute import ComputeParams, out_of_memory
from digits.params import between
from digits.stage import run, say
from digits.writing import write_text


@dataclass(frozen=True)
class EvaluateParams:
    calibration_bins: int = between(1, 10_000)  # of the expected calibration error


@out_of_memory()
def main(
    test: Path, weights: Path, output: Path,
    model: models.ModelParams, networks: dict, compute: ComputeParams, evaluate: EvaluateParams,
) -> None:  # fmt: skip
    split = arrays.with_images(test)
    classes = len(split.class_names)
    network = trained.network(model, networks, compute, classes=classes, weights=weights)

    inference.predict(network, split.images[: inference.BATCH])  # traces the network, which is no image's time
    began = time.perf_counter()
    probabilities = evaluation.of_classes(inference.predict(network, split.images), classes=classes)
    seconds = time.perf_counter() - began
    figures = evaluation.metrics(probabilities, split.labels, bins=evaluate.calibration_bins)
    counts = evaluation.confusion(split.labels, probabilities.argmax(axis=1), classes=classes)

    names = {"dataset": str(split.dataset), "network": model.name, "parameters": network.count_params(), "test_images": len(split)}
    write_text(output / "metrics.json", json.dumps(names | {k: round(v, 6) for k, v in figures.items()}, indent=2) + "\n")
    report = reports.per_class(counts, class_names=split.class_names)
    write_text(output / "report.csv", report)
    write_text(output / "confusion.csv", reports.confusion(counts, class_names=split.class_names))
    arrays.save(
        output / "predictions.npz",
        arrays.Predictions(probabilities, split.labels, split.class_names, split.dataset, np.array(model.name)),
    )
    timing.record(output / "timing.json", "evaluate", {"seconds": seconds, "images_per_second": len(split) / seconds})
    say(f"{split.dataset} · {model.name} · {len(split):,} test images in {seconds:.2f} s")
    say(reports.first_answers(probabilities, split.labels, count=10))
    say(report)


if __name__ == "__main__":
    run(main)
