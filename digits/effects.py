"""How the validation accuracy goes along one dimension, all else equal where it was trained so."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digits import significance
from digits.rows import Row
from digits.verdicts import measure


@dataclass(frozen=True)
class Along:
    """A dimension's values in the file's order, and the accuracy at each, 0 to 1; NaN where nothing is known."""

    labels: tuple[Any, ...]
    paths: np.ndarray  # (places, labels), mean over the seeds, a row for each setting of all else, the length of training too
    mean: np.ndarray  # (labels,)
    low: np.ndarray  # (labels,), the 95 % interval of the mean over the seeds; NaN with one seed
    high: np.ndarray


def along(runs: Sequence[Row], *, dimension: str, labels: Sequence[Any]) -> Along:
    """Return the accuracy along a dimension.

    The mean is over the places trained at every value, so that a value is not judged by the company it was tried in; where there
    is no such place, over all places of the longest training. Runs of different length (successive halving) are different places.
    A run that diverged counts as 0.
    """
    found: dict[tuple, dict[int, dict[Any, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in runs:
        accuracy = measure(row, "accuracy")
        if accuracy is not None:
            place = (row.spared, *(label for name, label in row.values.items() if name != dimension))
            found[place][row.seed][row.values[dimension]] = accuracy
    seeds = sorted({seed for of_seed in found.values() for seed in of_seed})
    cube = np.full((len(found), len(seeds), len(labels)), math.nan)
    for i, of_seed in enumerate(found.values()):
        for seed, of_label in of_seed.items():
            cube[i, seeds.index(seed)] = [of_label.get(label, math.nan) for label in labels]
    whole = cube[~np.isnan(cube).any(axis=(1, 2))]
    longest = min((place[0] for place in found), default=0)
    chosen = whole if len(whole) else cube[[place[0] == longest for place in found]]
    of_seeds = _mean(chosen, axis=0)  # (seeds, labels)
    intervals = [_interval([value for value in column if not math.isnan(value)]) for column in of_seeds.T]
    low, high = np.array(intervals).T
    return Along(tuple(labels), _mean(cube, axis=1), _mean(of_seeds, axis=0), low, high)


def pareto(cost: np.ndarray, accuracy: np.ndarray) -> np.ndarray:
    """Return the rows that no other beats, at most as costly and more accurate or cheaper and as accurate, the cheapest first."""
    front, best = [], -math.inf
    for i in np.lexsort((-accuracy, cost)):
        if accuracy[i] > best:
            front.append(int(i))
            best = accuracy[i]
    return np.array(front, np.int64)


def _mean(values: np.ndarray, *, axis: int) -> np.ndarray:
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0).sum(axis=axis)
    return np.divide(total, count, out=np.full(count.shape, math.nan), where=count > 0)


def _interval(values: Sequence[float]) -> tuple[float, float]:
    return significance.interval(values) if len(values) > 1 else (math.nan, math.nan)
