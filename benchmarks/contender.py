"""One contender, a process of its own: it trains a network in one way, an epoch for each line on stdin, a line of JSON back.

Run     python -m benchmarks.contender loop mlp DATA.npz --images 1000 --epochs 3 --batch-size 100 --learning-rate 0.001 --threads 2
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from benchmarks import ways
from benchmarks.ways import Task, Turns


def main() -> None:
    """Read the task, and run it for the process that started this one."""
    parser = argparse.ArgumentParser(prog="contender", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("way", choices=[*ways.WAYS, *ways.OTHERS])
    parser.add_argument("network")
    parser.add_argument("data", type=Path)
    for number in ("--images", "--epochs", "--batch-size", "--threads"):
        parser.add_argument(number, type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    words = parser.parse_args()
    with np.load(words.data, allow_pickle=False) as data:
        images, labels = (data[name][: words.images] for name in ("images", "labels"))
    task = Task(
        words.network,
        images,
        labels,
        epochs=words.epochs,
        batch_size=words.batch_size,
        learning_rate=words.learning_rate,
        threads=words.threads,
    )
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    ways.run((ways.WAYS | ways.OTHERS)[words.way], task, Turns(sys.stdin, answers))


if __name__ == "__main__":
    main()
