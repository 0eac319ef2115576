"""Seconds per epoch: a process that fails takes nothing with it but its own figures."""

import sys

from benchmarks import epochs
from benchmarks.turns import Contender

SCRIPT = """
import json, sys
print("{{}}", flush=True)
for count, line in enumerate(sys.stdin):
    if {dies} and count > 1:
        sys.exit("out of luck")
    print(json.dumps(dict(seconds=0.5, peak_megabytes=7, parameters=5, flop_per_image=2, accuracy=0.5)), flush=True)
"""


def test_a_yardstick_that_dies_costs_no_network_its_seconds(tmp_path, monkeypatch):
    def contender(way, network, _data, *, folder, **_):
        script = SCRIPT.format(dies=way == "yardstick" and network == "mlp")
        return Contender([sys.executable, "-c", script], log=folder / f"{network}-{way}.log")

    monkeypatch.setattr(epochs, "contender", contender)
    monkeypatch.setattr(epochs, "entering", lambda _network: ["loop", "fit"])
    found = epochs.measure(["mlp", "lenet"], folder=tmp_path, threads=1, quick=False)
    mlp, lenet = found["networks"]["mlp"], found["networks"]["lenet"]
    assert mlp["ways"]["loop"]["seconds"] == lenet["ways"]["fit"]["seconds"] == [0.5] * epochs.ROUNDS
    assert ("out of luck" in mlp["yardstick_failed"], lenet["yardstick_failed"]) == (True, "")
    assert len(lenet["product_gflops"]) == epochs.ROUNDS
    assert found["incomplete"]


def test_a_way_that_dies_leaves_the_others_their_seconds_and_makes_the_part_incomplete(tmp_path, monkeypatch):
    def contender(way, network, _data, *, folder, **_):
        return Contender([sys.executable, "-c", SCRIPT.format(dies=way == "fit")], log=folder / f"{network}-{way}.log")

    monkeypatch.setattr(epochs, "contender", contender)
    monkeypatch.setattr(epochs, "entering", lambda _network: ["loop", "fit"])
    found = epochs.measure(["mlp"], folder=tmp_path, threads=1, quick=False)
    assert found["networks"]["mlp"]["ways"]["loop"]["seconds"] == [0.5] * epochs.ROUNDS
    assert "out of luck" in found["networks"]["mlp"]["ways"]["fit"]["failed"]
    assert found["incomplete"]
