"""Whether a difference is more than chance: McNemar's exact test, Holm's correction, Student's interval."""

import math
from collections.abc import Sequence
from statistics import mean, stdev

import numpy as np


def mcnemar(right_first: np.ndarray, right_second: np.ndarray) -> tuple[int, int, float]:
    """Return how many images only the first reads rightly, how many only the second, and the exact two-sided p (McNemar 1947).

    Both bool (n,), of the same images in the same order. Images that both read alike say nothing; were the networks equally good,
    each other image would be as likely to be the one's as the other's: p is the binomial probability of a split at least as uneven.
    """
    first, second = int((right_first & ~right_second).sum()), int((right_second & ~right_first).sum())
    n, fewer = first + second, min(first, second)
    tail = ways = 1  # whole numbers: exact however many images
    for k in range(fewer):
        ways = ways * (n - k) // (k + 1)  # to choose k + 1 of n
        tail += ways
    return first, second, min(1.0, tail / 2 ** (n - 1)) if n else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values corrected for there being so many (Holm 1979), each in its place."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = highest
    return corrected


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of at least two independent values (Student 1908)."""
    half = student_975(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return mean(values) - half, mean(values) + half


def student_975(degrees: int) -> float:
    """Return the 97.5 % point of Student's distribution of so many degrees of freedom, to about 1e-9."""
    low, high = 0.0, 20.0  # one degree has 12.7
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if _student_within(middle, degrees) < 0.95 else (low, middle)
    return low


def _student_within(t: float, degrees: int) -> float:
    """Return the probability of [-t, t] (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees))
    odd = degrees % 2
    term, total = (math.cos(angle) if odd else 1.0), 0.0
    for k in range(2 + odd, degrees + 1, 2):
        total += term
        term *= math.cos(angle) ** 2 * (k - 1) / k
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
