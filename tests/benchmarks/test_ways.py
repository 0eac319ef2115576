"""Our loop and Keras' `fit` as they are measured: each epoch waits for its turn, and what they train learns."""

import io
import json

import pytest

from benchmarks import epochs, ways
from benchmarks.operations import flop_per_image
from benchmarks.ways import CLASSES, SEED, Task, Turns
from digits import models, strokes


@pytest.mark.parametrize("name", ["loop", "fit", "fit_jit"])
def test_a_line_an_epoch_and_at_the_end_what_was_learnt(name, monkeypatch):
    # Threads are set once a process; another test may have computed already.
    monkeypatch.setattr("tensorflow.config.threading.set_intra_op_parallelism_threads", lambda threads: None)
    monkeypatch.setattr("tensorflow.config.threading.set_inter_op_parallelism_threads", lambda threads: None)
    images, labels = strokes.draw(600, classes=strokes.CLASSES["digits"], seed=1)
    task = Task("mlp", images, labels, epochs=4, batch_size=20, learning_rate=0.001, threads=2)
    heard = io.StringIO()
    ways.run(ways.WAYS[name], task, Turns(io.StringIO("turn\n" * task.epochs), heard))
    *took, last = map(json.loads, heard.getvalue().splitlines())
    assert len(took) == task.epochs
    assert all(epoch["seconds"] > 0 and epoch["peak_megabytes"] > 100 for epoch in took)
    assert last["accuracy"] > 0.7
    if name == "loop":
        assert last["parameters"] == 407_050


def test_without_another_turn_it_ends():
    with pytest.raises(SystemExit):
        Turns(io.StringIO(""), io.StringIO()).wait()


def test_a_matrix_product_counts_twice_its_sizes_forward_and_twice_more_for_each_gradient():
    network = models.build("mlp", classes=CLASSES, seed=SEED)
    assert flop_per_image(network) == 2 * (784 * 512 + 512 * 10) * 2 + 2 * 512 * 10  # none for the gradient of the pixels


def test_lenet_needs_what_facts_says():
    assert flop_per_image(models.build("lenet", classes=CLASSES, seed=SEED)) == pytest.approx(83e6, rel=0.05)


def test_every_network_is_measured():
    assert sorted(epochs.IMAGES) == models.names()


def test_without_convolutions_channels_last_is_no_way(monkeypatch):
    monkeypatch.setattr(ways, "installed", lambda way: True)
    assert epochs.entering("lenet") == list(ways.WAYS)
    assert "torch_channels_last" not in epochs.entering("mlp")


def test_without_pytorch_its_ways_are_left_out(monkeypatch):
    monkeypatch.setattr(ways, "installed", lambda way: way.package != "torch")
    assert epochs.entering("lenet") == ["loop", "fit", "fit_jit"]
