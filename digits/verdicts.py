"""What a study's runs say of its hypotheses, and of its networks against one another.

The rule, fixed before anything runs: a hypothesis says which effects are meant, those above `by`, below -`by`, or within `by` of 0.
With the 95 % interval of the effect over the seeds, it is borne out if the whole interval lies among the effects meant, refuted if
none of it does, and undecided otherwise, or with fewer than two seeds. Where all seeds have one and the same effect the interval
has no width, as by chance where few images are validated: that decides nothing, but for parameters, which the seed does not change.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

import numpy as np

from digits import significance
from digits.evaluation import SMALLEST
from digits.rows import Row
from digits.runs import DIVERGED
from digits.studies import Hypothesis

BORNE_OUT, REFUTED, UNDECIDED = "borne out", "refuted", "undecided"
ROUNDING = 1e-9  # effects that differ by less are the same


@dataclass(frozen=True)
class Verdict:
    """A hypothesis, and what came out."""

    hypothesis: Hypothesis
    pairs: int  # of runs that differ in nothing but the dimension compared
    seeds: int
    effect: float | None  # mean over the seeds of the end's measure minus the start's
    low: float | None  # of its 95 % interval over the seeds
    high: float | None
    word: str


@dataclass(frozen=True)
class Comparison:
    """Two values of a dimension, each by its run of the highest validation accuracy, on the same test images."""

    first: Any
    second: Any
    only_first: int  # test images that only the first reads rightly
    only_second: int
    p: float  # McNemar's exact, two-sided, Holm-corrected for all pairs


def judge(hypothesis: Hypothesis, runs: Sequence[Row]) -> Verdict:
    """Return what the runs say of the hypothesis.

    Runs that differ in the compared dimension alone make a pair, unless they are one run, which two of its values share; a seed's
    effect is the mean of its pairs' differences. A run that diverged counts as accuracy 0 and as the log loss of answers that are
    all wrong; one that failed otherwise is in no pair.
    """
    of_place: dict[tuple, dict[Any, tuple[str, float]]] = defaultdict(dict)
    for row in runs:
        measured = measure(row, hypothesis.measure)
        if measured is not None and hypothesis.at.items() <= row.values.items():
            place = (row.spared, *(label for name, label in row.values.items() if name != hypothesis.compare))
            of_place[(row.seed, place)][row.values[hypothesis.compare]] = row.name, measured
    of_seed: dict[int, list[float]] = defaultdict(list)
    for (seed, _), found in of_place.items():
        if hypothesis.start in found and hypothesis.end in found:
            (one, before), (other, after) = found[hypothesis.start], found[hypothesis.end]
            if one != other:
                of_seed[seed].append(after - before)
    effects, pairs = [mean(differences) for differences in of_seed.values()], sum(map(len, of_seed.values()))
    if len(effects) < 2:
        return Verdict(hypothesis, pairs, len(effects), effects[0] if effects else None, None, None, UNDECIDED)
    low, high = significance.interval(effects)
    one_effect = max(effects) - min(effects) < ROUNDING and hypothesis.measure != "parameters"
    word = UNDECIDED if one_effect else _word(hypothesis, low, high)
    return Verdict(hypothesis, pairs, len(effects), mean(effects), low, high, word)


def measure(row: Row, name: str) -> float | None:
    """Return a run's figure by its name in a hypothesis; accuracy and log_loss are those of the validation images."""
    if name == "accuracy":
        return row.accuracy
    if name == "log_loss" and row.status == DIVERGED:
        return -math.log(SMALLEST)
    if not row.finished:
        return None
    return {"seconds_per_epoch": row.seconds_per_epoch, "parameters": row.parameters, "log_loss": row.best["validation_loss"]}[name]


def compare(runs: Sequence[Row], right: Mapping[str, np.ndarray], *, dimension: str) -> list[Comparison]:
    """Return the dimension's values pair by pair; `right` says for each tested run by its name which images it reads rightly.

    Two values that were not tested on the same images with the same labels are not compared, nor two whose best run is one.
    """
    best: dict[Any, Row] = {}
    for row in sorted(runs, key=_merit):
        if row.name in right:
            best[row.values[dimension]] = row
    pairs = [
        (one, other)
        for one, other in itertools.combinations(best, 2)
        if best[one].name != best[other].name and _same_images(best[one], best[other])
    ]
    found = [significance.mcnemar(right[best[one].name], right[best[other].name]) for one, other in pairs]
    corrected = significance.holm([p for _, _, p in found])
    return [
        Comparison(one, other, only_one, only_other, p)
        for (one, other), (only_one, only_other, _), p in zip(pairs, found, corrected, strict=True)
    ]


def _merit(row: Row) -> tuple[float, float]:
    return (row.best["validation_accuracy"], -row.best["validation_loss"]) if row.finished else (-1.0, 0.0)


def _same_images(one: Row, other: Row) -> bool:
    """Whether two runs were tested on the same images with the same labels, by all that decides them."""
    keys = ("test", "order", "seed", "merge")
    sections = all(one.params.get(name) == other.params.get(name) for name in ("fetch", "csv", "pictures"))
    return sections and all(one.params["split"][key] == other.params["split"][key] for key in keys)


def _word(hypothesis: Hypothesis, low: float, high: float) -> str:
    by = hypothesis.by
    inside, outside = {
        "higher": (low > by, high <= by),
        "lower": (high < -by, low >= -by),
        "same": (-by <= low and high <= by, high < -by or low > by),
    }[hypothesis.expect]
    return BORNE_OUT if inside else REFUTED if outside else UNDECIDED
