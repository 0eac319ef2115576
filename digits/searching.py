"""Which variations of a study to train next: grid, line search, random, successive halving.

A space is its number of values along each dimension, a point an index for each. A strategy is a pure function of the scores known
so far: `wanted` returns every trial it can name by now, in order, those that are done among them. So a study that was killed goes
on by asking again. It has ended when all that is wanted is done.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Point = tuple[int, ...]
Scores = Mapping[Point, Sequence[float]]  # validation accuracy after each epoch trained, 0 to 1; the end counts, empty if it failed
WORST = -1.0  # the score of what failed: below that of anything trained


@dataclass(frozen=True)
class Trial:
    """A point, and how many of its epochs to train."""

    point: Point
    epochs: int | None = None  # all of them


@dataclass(frozen=True)
class Step:
    """One dimension optimised while the others are held: a step of the line search's path."""

    descent: int  # from 1; a new one starts from a point drawn anew
    round: int  # from 1, within the descent
    dimension: int
    candidates: tuple[Point, ...]
    chosen: Point


class Strategy(Protocol):
    """What a study asks."""

    def wanted(self, scores: Scores) -> list[Trial]: ...

    def at_most(self) -> int:
        """Return how many points it may come to want."""
        ...


@dataclass(frozen=True)
class Grid:
    """Every combination once, the last dimension changing fastest."""

    space: tuple[int, ...]

    def wanted(self, scores: Scores) -> list[Trial]:
        return [Trial(point) for point in itertools.product(*map(range, self.space))]

    def at_most(self) -> int:
        return math.prod(self.space)


@dataclass(frozen=True)
class Random:
    """`variations` different points, each combination as likely as any other, drawn by `seed`."""

    space: tuple[int, ...]
    variations: int
    seed: int

    def wanted(self, scores: Scores) -> list[Trial]:
        return [Trial(point) for point in itertools.islice(drawn(self.space, seed=self.seed), self.at_most())]

    def at_most(self) -> int:
        return min(self.variations, math.prod(self.space))


@dataclass(frozen=True)
class LineSearch:
    """Hold all dimensions but one, take its best value, move on; course B's own suggestion.

    A round goes through every dimension, in the file's order or shuffled by `seed`. After `rounds` of them, or one that changed
    nothing, the search starts again from a point drawn by `seed`, until `variations` points are wanted.
    """

    space: tuple[int, ...]
    variations: int
    start: Point
    rounds: int
    shuffled: bool
    seed: int

    def wanted(self, scores: Scores) -> list[Trial]:
        points = dict.fromkeys(point for step in self._steps(scores) for point in step.candidates)
        return [Trial(point) for point in itertools.islice(points, self.at_most())]

    def at_most(self) -> int:
        return min(self.variations, math.prod(self.space))

    def path(self, scores: Scores) -> list[Step]:
        """Return the steps whose candidates have all been trained."""
        return [step for step in self._steps(scores) if all(point in scores for point in step.candidates)]

    def _steps(self, scores: Scores) -> Iterator[Step]:
        """Yield the steps that follow from the scores, up to one with a candidate not yet trained, or that uses the budget up."""
        random, seen = np.random.default_rng(self.seed), set()
        starts = itertools.chain([self.start], drawn(self.space, seed=self.seed))
        for descent, point in enumerate(starts, start=1):
            for number in range(1, self.rounds + 1):
                before = point
                for dimension in random.permutation(len(self.space)) if self.shuffled else range(len(self.space)):
                    line = tuple((*point[:dimension], i, *point[dimension + 1 :]) for i in range(self.space[dimension]))
                    seen.update(line)
                    known = all(candidate in scores for candidate in line)
                    if known:
                        point = _best(line, scores, otherwise=point)
                    yield Step(descent, number, int(dimension), line, point)
                    if not known or len(seen) >= self.at_most():
                        return
                if point == before:
                    break


@dataclass(frozen=True)
class Halving:
    """Train `variations` points a little, the best of them further, and so on (Jamieson and Talwalkar 2016).

    Of each rung, those with the best validation go on, one in `keep_one_in`, and train as many times as long in all.
    """

    space: tuple[int, ...]
    epochs: int  # of all points, the last rung's
    variations: int
    first_epochs: int
    keep_one_in: int
    seed: int

    def wanted(self, scores: Scores) -> list[Trial]:
        going = list(itertools.islice(drawn(self.space, seed=self.seed), self.at_most()))
        trials: dict[Point, Trial] = {}
        for epochs in self.rungs():
            trials |= {point: Trial(point, epochs) for point in going}
            if not all(done(scores.get(point), epochs) for point in going):
                break
            going = sorted(going, key=lambda point: -score(scores[point][:epochs]))[: max(1, len(going) // self.keep_one_in)]
        return list(trials.values())

    def at_most(self) -> int:
        return min(self.variations, math.prod(self.space))

    def rungs(self) -> list[int]:
        """Return the epochs after which some stop, the last one's included."""
        rungs, left = [], self.at_most()
        epochs = self.first_epochs
        while left > 1 and epochs < self.epochs:
            rungs.append(epochs)
            epochs, left = epochs * self.keep_one_in, left // self.keep_one_in
        return [*rungs, self.epochs]


def score(accuracies: Sequence[float]) -> float:
    """Return what a point is worth: its accuracy at the end of what was trained, or WORST if it failed."""
    return accuracies[-1] if accuracies else WORST


def _best(line: Sequence[Point], scores: Scores, *, otherwise: Point) -> Point:
    """Return the point of the highest score; `otherwise` wins a tie, so that the search does not drift where all is flat."""
    best = max(line, key=lambda point: score(scores[point]))
    return best if score(scores[best]) > score(scores[otherwise]) else otherwise


def done(accuracies: Sequence[float] | None, epochs: int) -> bool:
    """Whether a point needs no more training to have `epochs` epochs; one that failed needs none."""
    return accuracies is not None and (not accuracies or len(accuracies) >= epochs)


def drawn(space: Sequence[int], *, seed: int) -> Iterator[Point]:
    """Yield every point of the space once, in an order drawn by `seed`."""
    random, seen, all_points = np.random.default_rng(seed), set(), math.prod(space)
    while len(seen) < all_points // 2:  # in a large space a draw is seldom one that has been
        point = tuple(int(i) for i in random.integers(space))
        if point not in seen:
            seen.add(point)
            yield point
    left = [point for point in itertools.product(*map(range, space)) if point not in seen]
    yield from (left[i] for i in random.permutation(len(left)))
