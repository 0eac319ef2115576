"""A study carried out: what the strategy wants goes to the workers, what comes back becomes rows, until nothing more is wanted."""

import datetime
import functools
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digits import rows, searching
from digits.crew import Crew, Killed
from digits.rows import Row
from digits.runs import FINISHED, KILLED, Sections
from digits.searching import Point, Trial
from digits.shelf import Shelf
from digits.studies import Study
from digits.training import State
from digits.variations import Order, Outcome

ATTEMPTS = 2


@dataclass(frozen=True)
class Variation:
    """A point of a study's space, and all that decides its numbers but the seed."""

    point: Point
    id: str  # hash of its parameters, its data, its code, and whether its batches go through in parts
    sections: Sections  # of params.yaml
    data: str  # which data set
    kept: Sections  # the sections as `make adopt` writes them

    @property
    def epochs(self) -> int:
        return self.sections["train"]["epochs"]


@dataclass(frozen=True)
class Progress:
    """How far a study is, after a run."""

    done: int  # runs
    running: int
    left: int  # at most: a line search or a halving may need fewer
    best: tuple[float, Mapping[str, Any]] | None  # validation accuracy over the seeds so far, and its labels
    to_go: float  # seconds, at the pace so far
    row: Row  # the one that has just come


@dataclass(frozen=True)
class Run:
    """One run wanted: a variation with a seed, as far as some epoch."""

    variation: Variation
    seed: int
    epochs: int

    @property
    def name(self) -> str:
        return rows.name_of(self.variation.id, self.seed)

    @property
    def whole(self) -> bool:
        """Whether it is to be trained to its end, and not only as far as a rung of the halving."""
        return self.epochs >= self.variation.epochs


class Conductor:
    """Carries one study out. Killed at any moment and begun again, it goes on: its only memory is the shelf."""

    def __init__(self, study: Study, shelf: Shelf, vary: Callable[[Point], Variation], tell: Callable[[Progress], None]):
        """`vary` gives the variation at a point, the same one each time; `tell` hears of each run that ended."""
        self._study, self._shelf, self._tell = study, shelf, tell
        self._vary = functools.cache(vary)
        self._attempts: Counter[tuple[str, int]] = Counter()  # by run, and how far it was to be trained
        self._seconds: list[float] = []  # of the wall clock, when each run of this process ended
        self.why_untested = ""  # the reason of the last run that failed to read the test images
        self.scores: dict[Point, list[float]] = {}  # validation accuracy after each epoch, the seeds' mean, where all are known

    def runs(self) -> list[Run]:
        """Return all runs wanted by now, those done among them; one that two points share once, as far as either wants it."""
        wanted: dict[str, Run] = {}
        for run in self._at_points():
            wanted[run.name] = max(wanted.get(run.name, run), run, key=lambda each: each.epochs)
        return list(wanted.values())

    def _at_points(self) -> list[Run]:
        """Return the runs of all points wanted by now."""
        while True:
            trials = self._study.strategy.wanted(self.scores)
            runs = [(trial, self._runs_of(trial)) for trial in trials]
            known = {
                trial.point: rows.mean_accuracies(self.row(run) for run in each)
                for trial, each in runs
                if all(self._has_score(run, trial) for run in each)
            }
            if known == self.scores:
                return [run for _, each in runs for run in each]
            self.scores = known

    def row(self, run: Run) -> Row:
        """Return what is known of a run that has been done."""
        row = self._shelf.row(run.name)
        if row is None:
            raise KeyError(run.name)
        return row

    def test(self, row: Row) -> dict[str, Any] | None:
        """Return what a run made of the test images, None if it was not asked."""
        return self._shelf.test(row.name)

    def known(self) -> list[Run]:
        """Return each point's runs that have a row, those trained less far than is wanted by now among them."""
        return [run for run in self._at_points() if self._shelf.row(run.name) is not None]

    def done(self) -> list[Run]:
        """Return the runs wanted that have been done."""
        return [run for run in self.runs() if self._done(run)]

    def unfinished(self) -> bool:
        """Whether there is anything left to be trained or tested."""
        runs = self.runs()
        return any(not self._done(run) for run in runs) or bool(self._untested())

    def search(self, crew: Crew) -> None:
        """Train what the strategy wants until it wants nothing more, or the study's time is up."""
        began = time.monotonic()
        given: dict[str, tuple[Run, Row | None]] = {}  # and what is known of a run that goes on
        workers = crew.size()
        while True:
            runs = self.runs()
            waiting = [run for run in runs if run.name not in given and not self._done(run)]
            if self._study.minutes and time.monotonic() - began > 60 * self._study.minutes:
                waiting = []
            for run in waiting[: max(0, crew.room())]:
                known = self._shelf.row(run.name)
                state = self._shelf.state(run.name) if known else None  # which alone would not say what its epochs took
                given[run.name] = run, None if state is None else known
                crew.give(run.name, self._order(run, state=state))
            if not given:
                return
            name, outcome = crew.next_done()
            row = self._row_of(*given.pop(name), outcome, workers=workers)
            if row is not None:
                self._shelf.add(row, outcome.state if isinstance(outcome, Outcome) else None)
                self._seconds.append(time.monotonic() - began)
                self._tell(self._progress(row, running=len(given)))

    def read_test_images(self, crew: Crew) -> None:
        """Have the weights of each run trained to its end read the test images, once, now that nothing is left to be chosen."""
        for _ in range(ATTEMPTS):
            waiting = self._untested()
            while waiting or crew.busy():
                while waiting and crew.room() > 0:
                    run = waiting.pop()
                    state = self._shelf.state(run.name)
                    if state is None:
                        self._shelf.drop_state(run.name)  # damaged: trained again by the next command
                    else:
                        crew.give(run.name, self._order(run, weights=state.best_weights))
                if crew.busy():
                    name, outcome = crew.next_done()
                    if isinstance(outcome, Outcome) and outcome.test is not None:
                        self._shelf.add_test(name, outcome.test)
                    else:
                        self.why_untested = str(outcome) if isinstance(outcome, Killed) else outcome.reason
        over = not self.unfinished()
        for run in self.done():
            if over or self._shelf.test(run.name) is not None:
                self._shelf.drop_state(run.name)

    def _untested(self) -> list[Run]:
        return [run for run in self.done() if run.whole and self.row(run).finished and self._shelf.test(run.name) is None]

    def _runs_of(self, trial: Trial) -> list[Run]:
        variation = self._vary(trial.point)
        epochs = variation.epochs if trial.epochs is None else min(trial.epochs, variation.epochs)
        return [Run(variation, seed, epochs) for seed in self._study.seeds]

    def _done(self, run: Run) -> bool:
        row = self._shelf.row(run.name)
        if row is None or not row.finished:
            return row is not None
        return row.epochs >= run.epochs and (not run.whole or self._shelf.can_be_tested(run.name))

    def _has_score(self, run: Run, trial: Trial) -> bool:
        """Whether the strategy can judge by the run: at its end, or, where it goes by rungs, as far as it was trained."""
        return self._done(run) if trial.epochs is None else self._shelf.row(run.name) is not None

    def _order(self, run: Run, *, state: State | None = None, weights: list[np.ndarray] | None = None) -> Order:
        variation = run.variation
        return Order(variation.sections, run.seed, variation.data, run.epochs, state, weights)

    def _row_of(self, run: Run, earlier: Row | None, outcome: Outcome | Killed, *, workers: int) -> Row | None:
        """Return the run's row, or None if it failed and is to be tried again; what it took `earlier` counts."""
        self._attempts[run.name, run.epochs] += 1
        attempts = self._attempts[run.name, run.epochs]
        if isinstance(outcome, Killed):
            outcome = Outcome(KILLED, str(outcome))
        if outcome.status != FINISHED and attempts < ATTEMPTS:
            return None
        legs = [outcome] if earlier is None or outcome.status != FINISHED else [earlier, outcome]
        seconds = [leg.seconds for leg in legs if leg.seconds is not None]
        variation = run.variation
        kept = variation.kept | {"train": variation.kept["train"] | {"seed": run.seed}}
        return Row(
            variation=variation.id,
            seed=run.seed,
            values=self._study.values(variation.point),
            params=kept,
            status=outcome.status,
            reason=outcome.reason,
            attempts=attempts,
            epochs=run.epochs,
            history=outcome.history or [],
            parameters=outcome.parameters,
            seconds=sum(seconds) if seconds else None,
            seconds_per_epoch=min((leg.seconds_per_epoch for leg in legs if leg.seconds_per_epoch is not None), default=None),
            conditions=(outcome.conditions or {}) | {"workers": workers, "date": datetime.date.today().isoformat()},
        )

    def _progress(self, row: Row, *, running: int) -> Progress:
        runs, strategy = self.runs(), self._study.strategy
        done = sum(map(self._done, runs))
        later = (strategy.at_most() - len(strategy.wanted(self.scores))) * len(self._study.seeds)
        left = len(runs) + later - done - running
        known = [point for point, accuracies in self.scores.items() if accuracies]
        best = max(known, key=lambda point: searching.score(self.scores[point]), default=None)
        return Progress(
            done=done,
            running=running,
            left=left,
            best=None if best is None else (searching.score(self.scores[best]), self._study.values(best)),
            to_go=self._seconds[-1] / len(self._seconds) * (left + running),
            row=row,
        )
