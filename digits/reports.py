"""Confusion counts as tables in CSV."""

import numpy as np

from digits import csv_writing, evaluation


def per_class(counts: np.ndarray, *, class_names: np.ndarray) -> str:
    """Return one row a class: precision, recall, F1 (0 to 1), and support, its number of test images.

    Two rows more are the classes' means: each that images or answers have counts the same, and each as often as it has images.
    """
    columns = evaluation.report(counts)
    support = columns["support"]
    rows = [
        [str(name), *(f"{columns[key][i]:.4f}" for key in ("precision", "recall", "f1")), int(support[i])]
        for i, name in enumerate(class_names)
    ]
    for name, weights in (("macro mean", evaluation.there(counts)), ("weighted mean", support)):
        means = [f"{np.average(columns[key], weights=weights):.4f}" for key in ("precision", "recall", "f1")]
        rows.append([name, *means, int(support.sum())])
    return csv_writing.text(rows, header=["class", "precision", "recall", "f1", "support"])


def confusion(counts: np.ndarray, *, class_names: np.ndarray) -> str:
    """Return one row a true class, one column a predicted class, and the number of images in each cell."""
    rows = [[str(name), *map(int, row)] for name, row in zip(class_names, counts, strict=True)]
    return csv_writing.text(rows, header=["true \\ predicted", *map(str, class_names)])


def first_answers(probabilities: np.ndarray, labels: np.ndarray, *, count: int) -> str:
    """Return a line for each of the first `count` images: the outputs with two decimals, the index of the largest, the label."""
    lines = [f"first {min(count, len(labels))} test images: outputs, largest output's index, label"]
    for row, label in zip(probabilities[:count], labels, strict=False):
        lines.append(
            f"{' '.join(f'{value:.2f}' for value in row)}  {row.argmax():2d} {label:2d}{'' if row.argmax() == label else '  wrong'}"
        )
    return "\n".join(lines) + "\n"
