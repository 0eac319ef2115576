"""What a worker keeps from one variation of a study to the next. A worker's threads must be set before TensorFlow starts."""

import dataclasses
import subprocess
import sys
from unittest.mock import Mock

import pytest

from digits import evaluation, inference, models, training, variations
from tests.worlds import ROOT, labelled_images, sections_of
from tools import settings

TWO_SEEDS_THREE_RATES = """\
import copy
from digits import models, variations
from tests.worlds import labelled_images, sections_of
from tools import settings

built, build = [], models.build
models.build = lambda name, **words: built.append(words["seed"]) or build(name, **words)
bench = variations.Bench({"made": labelled_images(train=60, test=20)}, threads=1, read=settings.of_a_run)
sections = sections_of(
    split={"train": 40, "validation": 20, "test": 20}, model={"name": "softmax"}, train={"epochs": 1}, compute={"threads": 1}
)
histories = {}
for seed in (1, 2):
    for rate in (0.001, 0.01, 0.001):
        order = copy.deepcopy(sections)
        order["train"]["learning_rate"] = rate
        outcome = bench.run(variations.Order(order, seed, "made", 1, None))
        assert outcome.status == "finished", outcome.reason
        assert histories.setdefault((seed, rate), outcome.history) == outcome.history  # the first run left nothing behind
assert built == [1, 2], built
assert len({str(history) for history in histories.values()}) == 4
"""
OTHER_THREADS = """\
from digits import variations
from digits.errors import UserError
from tests.worlds import labelled_images, sections_of
from tools import settings

data = {"made": labelled_images(train=60, test=20)}
sections = sections_of(split={"train": 40, "validation": 20, "test": 20}, model={"name": "softmax"}, train={"epochs": 1})
variations.Bench(data, threads=1, read=settings.of_a_run).run(variations.Order(sections, 1, "made", 1, None))
variations.Bench(data, threads=1, read=settings.of_a_run)
try:
    variations.Bench(data, threads=2, in_parts=True, read=settings.of_a_run)
except UserError as error:
    assert "workers new, or of studies with compute.threads 2 whose batches go through in parts; received others" in str(error)
else:
    raise AssertionError("TensorFlow's threads cannot be changed")
"""


@pytest.mark.parametrize(
    "program", [TWO_SEEDS_THREE_RATES, OTHER_THREADS], ids=["network built once a seed", "other threads refused"]
)
def test_a_worker_keeps_its_networks_and_its_threads(program):
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]


MADE = labelled_images(train=60, test=30)
OTHER = dataclasses.replace(MADE, train_labels=MADE.train_labels[::-1])
SMALL = {
    "split": {"train": 40, "validation": 20, "test": 30},
    "model": {"name": "mlp"},
    "networks": {"mlp": {"hidden": 4}},
    "train": {"epochs": 3, "batch_size": 10},
}


@pytest.fixture
def new_bench(monkeypatch):
    monkeypatch.setattr(variations, "deterministic", Mock())  # too late in a process that has computed
    return lambda: variations.Bench({"made": MADE, "other": OTHER}, threads=1, read=settings.of_a_run)


def done(bench, *, data="made", epochs=1, state=None, weights=None, **changed) -> variations.Outcome:
    """Return what came of an order for `SMALL` with some keys of some sections changed."""
    sections = sections_of(**{name: keys | changed.get(name, {}) for name, keys in SMALL.items()})
    outcome = bench.run(variations.Order(sections, 1, data, epochs, state, weights))
    assert outcome.status == "finished", outcome.reason
    return outcome


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"train": {"optimizer": "adam"}}, {"train": {"optimizer": "rmsprop"}}),
        *(
            ({"train": {"optimizer": name, key: 0.1}}, {"train": {"optimizer": name, key: 0.9}})
            for name, key in {"momentum": "momentum", "adamw": "weight_decay"}.items()
        ),
        ({"networks": {"mlp": {"hidden": 4}}}, {"networks": {"mlp": {"hidden": 5}}}),
        ({"split": {"order": "file"}}, {"split": {"order": "validation_first"}}),
        ({"data": "made"}, {"data": "other"}),
    ],
    ids=["optimizer", "momentum", "weight decay", "sizes", "split", "data"],
)
def test_a_run_gets_nothing_of_the_one_before_that_differs_in_one_key(first, second, new_bench):
    bench = new_bench()
    before, after = done(bench, **first), done(bench, **second)
    assert before.history != after.history == done(new_bench(), **second).history


def test_a_run_goes_as_far_as_asked_and_on_from_its_state_to_where_it_comes_at_once(new_bench, monkeypatch):
    bench = new_bench()
    at_once = done(bench, epochs=2)
    moved = Mock(wraps=training.augment)
    monkeypatch.setattr(training, "augment", moved)
    assert done(bench, epochs=2, state=done(bench, epochs=1).state).history == at_once.history
    assert [call.kwargs["epoch"] for call in moved.call_args_list] == [0, 1]


def test_the_test_images_are_read_with_the_weights_of_the_order(new_bench):
    network = models.build("mlp", classes=10, seed=9, hidden=4)
    read = done(new_bench(), weights=network.get_weights()).test
    wanted = evaluation.metrics(inference.predict(network, MADE.test_images), MADE.test_labels, bins=15)
    assert read["images"] == 30
    assert {key: read[key] for key in wanted} == pytest.approx(wanted, abs=1e-6)
