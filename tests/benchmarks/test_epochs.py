"""Seconds per epoch: a process that fails takes nothing with it but its own figures."""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import epochs
from benchmarks.turns import Contender
from benchmarks.ways import PRODUCT_FLOP
from tests.worlds import ROOT

bench = importlib.import_module("benchmarks.__main__")

SCRIPT = """
import json, sys
print("{{}}", flush=True)
for count, line in enumerate(sys.stdin):
    if {dies} and count > 1:
        sys.exit("out of luck")
    print(json.dumps(dict(seconds=0.5, peak_megabytes=7, parameters=5, flop_per_image=2, accuracy=0.5, finite=True)), flush=True)
"""


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Return what measures these networks by two ways and the yardstick, of which `dies`, by way and network, some die."""

    def measure(*networks: str, dies: Callable[[str, str], bool]) -> dict:
        def contender(way: str, network: str, _data: Path, *, folder: Path, **_: object) -> Contender:
            words = [sys.executable, "-c", SCRIPT.format(dies=dies(way, network))]
            return Contender(words, log=folder / f"{network}-{way}.log")

        monkeypatch.setattr(epochs, "contender", contender)
        monkeypatch.setattr(epochs, "entering", lambda _network: ["loop", "fit"])
        return epochs.measure(networks, folder=tmp_path, threads=1, quick=False)

    return measure


def test_a_yardstick_that_dies_costs_no_network_its_seconds(measured):
    found = measured("mlp", "lenet", dies=lambda way, network: (way, network) == ("yardstick", "mlp"))
    mlp, lenet = found["networks"]["mlp"], found["networks"]["lenet"]
    assert mlp["ways"]["loop"]["seconds"] == lenet["ways"]["fit"]["seconds"] == [0.5] * epochs.ROUNDS
    assert ("out of luck" in mlp["yardstick_failed"], lenet["yardstick_failed"]) == (True, "")
    assert lenet["product_gflops"] == [round(PRODUCT_FLOP / 0.5 / 1e9, 1)] * epochs.ROUNDS
    assert bench.lacks_something(found)


def test_a_way_that_dies_leaves_the_others_their_seconds_and_makes_the_part_incomplete(measured):
    found = measured("mlp", dies=lambda way, _network: way == "fit")
    assert found["networks"]["mlp"]["ways"]["loop"]["seconds"] == [0.5] * epochs.ROUNDS
    assert "out of luck" in found["networks"]["mlp"]["ways"]["fit"]["failed"]
    assert bench.lacks_something(found)


def test_where_nobody_dies_nothing_is_lacking(measured):
    assert not bench.lacks_something(measured("mlp", dies=lambda _way, _network: False))


@pytest.mark.parametrize(("facts", "said"), [
    ({}, ""),
    ({"parameters": 6}, "another network: 6 parameters, and 5 in our loop"),
    ({"finite": False}, "what it learnt is no finite number"),
    ({"accuracy": 0.69}, "another task: 0.69 of the images right, and 0.90 in another way"),
    ({"accuracy": 0.71}, ""),
])  # fmt: skip
def test_a_way_whose_network_or_task_is_another_is_no_contender(facts, said):
    assert epochs._unlike({"parameters": 5, "finite": True, "accuracy": 0.9} | facts, parameters=5, most=0.9) == said


def test_where_no_way_has_learnt_anything_yet_none_is_behind():
    assert epochs._unlike({"parameters": 5, "finite": True, "accuracy": 0.1}, parameters=5, most=0.45) == ""


def test_no_epoch_has_so_few_steps_that_what_is_done_once_an_epoch_shows():
    steps = {name: images // epochs.BATCH_SIZE for name, images in epochs.IMAGES.items()}
    assert min(steps[name] for name in steps if name != "resnet50") >= 40


def test_the_committed_figures_are_of_as_many_images_as_the_benchmark_takes_now():
    networks = json.loads((ROOT / "benchmarks/results.json").read_text(encoding="utf-8"))["epochs"]["networks"]
    assert {name: network["images"] for name, network in networks.items()} == epochs.IMAGES
