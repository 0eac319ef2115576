"""What is kept of a study whose workers die, whose time is up or whose files are damaged, told by a crew that trains nothing."""

import itertools
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from digits import studies
from digits.conducting import Conductor, Variation
from digits.crew import Killed
from digits.errors import UserError
from digits.runs import FINISHED, KILLED
from digits.shelf import Shelf
from digits.training import State
from digits.variations import Outcome
from tests.worlds import ROOT
from tools import recipe

PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text())
RATES = [0.01, 0.02, 0.03, 0.04]
HALVING = {"name": "halving", "variations": 4, "first_epochs": 2, "keep_one_in": 2, "seed": 1}
LINE = {"name": "line_search", "variations": 4, "rounds": 1, "order": "round_robin", "seed": 1}


class Hands:
    """A crew of one whose worker dies of the first `deaths` orders to read the test images, and of each training in `dies_of`."""

    def __init__(self, *, deaths=0, dies_of=(), idle_to=None):
        self.idle_to = idle_to  # the epoch to which a run that goes on trains nothing more
        self.trained, self.tested, self._given, self._deaths, self._dies_of = [], [], {}, deaths, list(dies_of)

    def room(self):
        return self.size() - len(self._given)

    def size(self):
        return 1

    def busy(self):
        return bool(self._given)

    def give(self, name, order):
        self._given[name] = order

    def next_done(self):
        name, order = self._given.popitem()
        if order.weights is not None:
            self._deaths -= 1
            if self._deaths >= 0:
                return name, Killed("it died")
            self.tested.append(name)
            return name, Outcome(FINISHED, test={"accuracy": 0.5})
        if (name, order.epochs) in self._dies_of:
            self._dies_of.remove((name, order.epochs))
            return name, Killed("it died")
        began = order.state.epochs if order.state else 0
        self.trained.append((name, began, order.epochs))
        accuracy = order.sections["train"]["learning_rate"]
        history = [{"validation_loss": 1 / epoch, "validation_accuracy": accuracy} for epoch in range(1, order.epochs + 1)]
        state = State(order.epochs, history, order.epochs, [np.ones(2)], [np.ones(2)])
        epoch = None if order.epochs == self.idle_to and began else 1.0 / order.epochs
        return name, Outcome(FINISHED, history=history, state=state, seconds=10.0 * (order.epochs - began), seconds_per_epoch=epoch)


def conductor(folder, *, strategy="grid", minutes=0.0, seeds=(1,), shared=(), told=None):
    """Return who carries out a study of four rates, as a new process would; points in `shared` are one variation.

    told  a list that gets the progress after each run
    """
    document = {
        "title": "t",
        "base": {"train.epochs": 4},
        "dimensions": {"train.learning_rate": RATES},
        "strategy": strategy,
        "seeds": list(seeds),
        "minutes": minutes,
    }
    study = studies.read(yaml.safe_dump(document), name="x", sections=PARAMS, recipe=recipe.values, full=False)

    def vary(point):
        sections = studies.with_changes(PARAMS, study.changes(point), recipe.values)
        number = shared[-1] if point[0] in shared else point[0]
        return Variation(point, f"v{number}", sections, "made", sections)

    return Conductor(study, Shelf(folder), vary, lambda progress: None if told is None else told.append(progress))


def carry_out(folder, hands, **words):
    it = conductor(folder, **words)
    it.search(hands)
    it.read_test_images(hands)
    return it


def states(folder):
    return sorted(path.stem for path in (folder / "states").glob("*.npz"))


def test_each_run_is_trained_once_and_tested_once_and_its_weights_go(tmp_path):
    hands = Hands()
    assert not carry_out(tmp_path, hands).unfinished()
    assert sorted(hands.tested) == sorted(name for name, *_ in hands.trained) == [f"v{i}-1" for i in range(4)]
    assert states(tmp_path) == []


def test_a_run_whose_workers_died_of_the_test_images_keeps_its_weights_and_is_tested_by_the_next_command(tmp_path):
    first = carry_out(tmp_path, Hands(deaths=2 * len(RATES)))
    assert (first.unfinished(), first.why_untested) == (True, "it died")
    assert len(states(tmp_path)) == len(RATES)
    again = Hands()
    assert not carry_out(tmp_path, again).unfinished()
    assert again.trained == []
    assert states(tmp_path) == []


def test_a_run_whose_weights_are_damaged_is_trained_again_by_the_next_command(tmp_path):
    carry_out(tmp_path, Hands(deaths=2 * len(RATES)))
    damaged = tmp_path / "states" / f"{states(tmp_path)[0]}.npz"
    damaged.write_bytes(b"damaged")
    assert carry_out(tmp_path, Hands()).unfinished()
    again = Hands()
    assert not carry_out(tmp_path, again).unfinished()
    assert [name for name, *_ in again.trained] == [damaged.stem]


def test_a_run_that_lost_its_row_is_trained_from_its_start_for_weights_do_not_say_what_their_epochs_took(tmp_path):
    carry_out(tmp_path, Hands(deaths=2 * len(RATES)))
    (tmp_path / "rows/v1-1.json").unlink()
    again = Hands()
    carry_out(tmp_path, again)
    assert again.trained == [("v1-1", 0, 4)]
    assert Shelf(tmp_path).row("v1-1").seconds == 40


def test_a_halving_whose_time_is_up_goes_on_where_each_run_was(tmp_path, monkeypatch):
    clock = itertools.count(step=20.0)  # seconds: a minute is over after the first rung has begun
    monkeypatch.setattr("digits.conducting.time", SimpleNamespace(monotonic=lambda: next(clock)))
    first = Hands()
    assert carry_out(tmp_path, first, strategy=HALVING, minutes=1.0).unfinished()
    assert states(tmp_path) == sorted(name for name, *_ in first.trained)
    assert len(conductor(tmp_path, strategy=HALVING).known()) == len({name for name, *_ in first.trained})  # what the report has
    second = Hands()
    assert not carry_out(tmp_path, second, strategy=HALVING).unfinished()
    assert Counter(name for name, began, _ in first.trained + second.trained if began == 0) == Counter(f"v{i}-1" for i in range(4))
    assert states(tmp_path) == []


@pytest.mark.parametrize(("minutes", "trained"), [(1, 2), (2, 3), (0, 4)])
def test_no_run_starts_after_the_study_s_minutes_of_which_0_are_no_limit(tmp_path, monkeypatch, minutes, trained):
    hands = Hands()
    monkeypatch.setattr("digits.conducting.time", SimpleNamespace(monotonic=lambda: 50.0 * len(hands.trained)))
    carry_out(tmp_path, hands, minutes=minutes)
    assert len(hands.trained) == trained


def test_a_row_has_the_seed_it_was_trained_with_among_its_parameters(tmp_path):
    carry_out(tmp_path, Hands(), seeds=(3, 7))
    rows = [Shelf(tmp_path).row(f"v{point}-{seed}") for point in range(4) for seed in (3, 7)]
    assert [row.seed for row in rows] == [row.params["train"]["seed"] for row in rows] == 4 * [3, 7]


def test_a_halving_trains_the_better_half_to_the_end_from_where_it_was(tmp_path):
    hands = Hands()
    assert not carry_out(tmp_path, hands, strategy=HALVING).unfinished()
    first_rung, second_rung = hands.trained[:4], hands.trained[4:]
    assert {(began, epochs) for _, began, epochs in first_rung} == {(0, 2)}
    assert set(second_rung) == {("v2-1", 2, 4), ("v3-1", 2, 4)}


@pytest.mark.parametrize("seed", range(4))  # either point may come first
def test_a_halving_trains_a_run_to_the_end_of_which_one_point_stays_and_the_other_goes(tmp_path, seed):
    hands = Hands()
    it = carry_out(tmp_path, hands, strategy=HALVING | {"seed": seed}, shared=(1, 2))
    assert set(hands.trained[3:]) == {("v2-1", 2, 4), ("v3-1", 2, 4)}
    assert (sorted(hands.tested), it.unfinished()) == (["v2-1", "v3-1"], False)


@pytest.mark.parametrize(("idle_to", "fastest"), [(None, 0.25), (4, 0.5)])
def test_a_run_that_goes_on_has_the_seconds_of_all_its_rungs_and_of_its_fastest_epoch(tmp_path, idle_to, fastest):
    carry_out(tmp_path, Hands(idle_to=idle_to), strategy=HALVING)
    assert [(row.seconds, row.seconds_per_epoch) for row in map(Shelf(tmp_path).row, ("v0-1", "v3-1"))] == [
        (20, 0.5),
        (40, fastest),
    ]


@pytest.mark.parametrize("epochs", [2, 4])
def test_a_halving_s_run_is_tried_twice_on_each_rung(tmp_path, epochs):
    hands = Hands(dies_of=[("v3-1", epochs)])
    assert not carry_out(tmp_path, hands, strategy=HALVING).unfinished()
    assert set(hands.trained[4:]) == {("v2-1", 2, 4), ("v3-1", 2, 4)}
    assert Shelf(tmp_path).row("v3-1").attempts == (2 if epochs == 4 else 1)


def test_a_run_that_failed_on_a_later_rung_has_no_seconds_of_the_rungs_before(tmp_path):
    carry_out(tmp_path, Hands(dies_of=2 * [("v3-1", 4)]), strategy=HALVING)
    row = Shelf(tmp_path).row("v3-1")
    assert (row.status, row.seconds, row.seconds_per_epoch) == (KILLED, None, None)


@pytest.mark.parametrize("deaths", [0, 1, 5])
def test_the_test_images_are_read_however_often_a_worker_dies_but_not_twice(tmp_path, deaths):
    hands = Hands(deaths=deaths)
    while carry_out(tmp_path, hands).unfinished():
        pass
    assert sorted(hands.tested) == sorted(name for name, *_ in hands.trained) == [f"v{i}-1" for i in range(4)]


def test_a_run_that_two_points_share_is_trained_once_and_known_at_both(tmp_path):
    hands = Hands()
    study = carry_out(tmp_path, hands, shared=(0, 1))
    assert len(hands.trained) == len(RATES) - 1
    assert [run.variation.point for run in study.known()] == [(i,) for i in range(len(RATES))]
    assert len(study.runs()) == len(RATES) - 1


@pytest.mark.parametrize("strategy", ["grid", HALVING, {"name": "random", "variations": 3, "seed": 1}, LINE])
@pytest.mark.parametrize("shared", [(), (0, 1)])
def test_of_a_study_that_has_ended_nothing_is_left(tmp_path, strategy, shared):
    told = []
    carry_out(tmp_path, Hands(), strategy=strategy, seeds=(1, 2), shared=shared, told=told)
    assert (told[-1].left, told[-1].running) == (0, 0)
    assert all(progress.left > 0 for progress in told[:-1])


def test_damaged_test_results_are_one_line(tmp_path):
    carry_out(tmp_path, Hands())
    (tmp_path / "tests/v0-1.json").write_text("")
    with pytest.raises(UserError, match=r"tests/v0-1\.json is damaged .*; delete it"):
        conductor(tmp_path).unfinished()
