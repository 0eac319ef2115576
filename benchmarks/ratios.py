"""Medians, and ratios with their spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import mean, median

__all__ = ["Ratio", "geometric_mean", "median", "of_rounds"]


@dataclass(frozen=True)
class Ratio:
    """How many times as long one took as the other: the median over the rounds, and the least and the most of them."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def of_rounds(theirs: Sequence[float], ours: Sequence[float]) -> Ratio:
    """Return the ratio of two series of seconds that were measured in turn, round by round."""
    each = [their / our for their, our in zip(theirs, ours, strict=True)]
    return Ratio(median(each), min(each), max(each))


def geometric_mean(values: Sequence[float]) -> float:
    """Return the mean of ratios."""
    return exp(mean(log(value) for value in values))
