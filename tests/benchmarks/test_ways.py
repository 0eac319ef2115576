"""Our loop and Keras' `fit` as they are measured: each epoch waits for its turn, and what they train learns."""

import io
import json
import time
from unittest.mock import MagicMock

import numpy as np
import psutil
import pytest

from benchmarks import epochs, steps, turns, ways
from benchmarks.operations import flop_per_image
from benchmarks.ways import CLASSES, PRODUCT_FLOP, SEED, Task, Turns, keras_fit, matrix_product, recorded_loop
from digits import calls, models
from digits.compute import keras


@pytest.mark.parametrize("way", ["loop", "fit", "fit_jit", "fit_jit_steps"])
def test_a_process_takes_its_turns_and_says_at_the_end_what_was_learnt(way, tmp_path):
    data = epochs.drawn(tmp_path / "strokes.npz", 600)
    with epochs.contender(
        way, "mlp", data, folder=tmp_path, images=600, epochs=4, threads=2, batch_size=20, learning_rate=0.001
    ) as process:
        measured = turns.in_turn({way: process}, rounds=3)[way]
        used = psutil.Process(process.pid).cpu_times()
        time.sleep(1)
        idle = psutil.Process(process.pid).cpu_times()
        assert idle.user - used.user < 0.3  # what follows the last epoch waits too
        turns.finish(process, measured)
    assert not measured.failed
    assert min(measured.first, *measured.seconds) > 0
    assert measured.peak_megabytes > 100
    assert measured.facts["accuracy"] > 0.7
    if way == "loop":
        assert (measured.facts["parameters"], measured.facts["flop_per_image"]) == (407_050, 1_636_352)


def test_fit_s_calls_take_as_many_steps_as_our_loop_s():
    assert ways.FIT_STEPS == calls.AT_ONCE


def test_a_recorded_epoch_says_where_its_steps_spend_their_time(tmp_path):
    found = steps.measure(["lenet"], folder=tmp_path, threads=2, quick=True)["networks"]["lenet"]
    spent = {kind: milliseconds for kind, milliseconds in found.items() if kind != "step"}
    assert {"convolutions", "filter gradients", "picture gradients", "matrix products", "pooling", "optimizer"} < spent.keys()
    assert spent["filter gradients"] > spent["pooling"]
    assert found["step"] / 3 < sum(spent.values()) < 3 * found["step"]  # two run beside each other, and the recording has gaps


def task(images: int) -> Task:
    return Task("mlp", np.zeros((images, 28, 28), np.uint8), np.zeros(images, np.uint8), 2, 100, 0.001, threads=2)


def test_the_recorded_epoch_s_seconds_are_told_as_milliseconds_a_step(monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr(recorded_loop.own_loop, "built", MagicMock())
    monkeypatch.setattr(recorded_loop.own_loop, "run", lambda *_, measured, watcher: setattr(watcher, "seconds", 0.5))
    monkeypatch.setattr(recorded_loop, "by_kind", lambda _folder: {"pooling": 0.25})
    recorded_loop.train(task(images=500), Turns(io.StringIO("\n"), said))
    assert json.loads(said.getvalue().splitlines()[-1]) == {"step": 100.0, "pooling": 50.0}


def test_a_turn_of_the_yardstick_is_as_many_operations_as_it_counts(monkeypatch):
    done = []

    def product(left: np.ndarray, right: np.ndarray) -> MagicMock:
        done.append(2 * left.size * right.shape[1])
        return MagicMock()

    tensorflow = MagicMock(matmul=product)
    tensorflow.random.stateless_uniform = lambda shape, _seed: np.broadcast_to(0, shape)  # takes no room
    monkeypatch.setattr(matrix_product, "tf", tensorflow)
    with pytest.raises(SystemExit):
        matrix_product.train(task(images=0), Turns(io.StringIO("\n"), io.StringIO()))
    assert sum(done[1:]) == PRODUCT_FLOP  # the first is before its turn


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("_MklNativeConv2DBackpropFilterWithBias", "filter gradients"),
        ("_MklNativeConv2DBackpropFilter", "filter gradients"),
        ("_MklNativeFusedConv2D", "convolutions"),
        ("_MklMatMul", "matrix products"),
        ("FusedBatchNormGradV3", "batch norm"),
        ("ResourceApplyAdam", "optimizer"),
        ("ReluGrad", "all else"),
    ],
)
def test_an_operation_s_type_tells_its_kind(operation, kind):
    assert recorded_loop.kind(operation) == kind


def packages(network: keras.Model) -> set[str]:
    """Return whose layers a network has, those of networks within it among them."""
    inside = (
        packages(layer) if isinstance(layer, keras.Model) else {type(layer).__module__.split(".")[0]} for layer in network.layers
    )
    return set().union(*inside)


@pytest.mark.parametrize("name", ["lenet", "strided", "resnet_d", "resnet50"])  # with layers of our own
def test_fit_trains_keras_own_layers_from_the_same_weights(name):
    ours = models.build(name, classes=CLASSES, seed=SEED)
    theirs = keras_fit.keras_own(ours)
    images = np.random.default_rng(0).random((3, *ours.input_shape[1:]), np.float32)
    np.testing.assert_allclose(ours(images), theirs(images), rtol=1e-5)
    assert packages(theirs) == {"keras"}
    assert packages(ours) == {"keras", "digits"}


def test_without_another_turn_it_ends():
    with pytest.raises(SystemExit):
        Turns(io.StringIO(""), io.StringIO()).wait()


def test_a_matrix_product_counts_twice_its_sizes_forward_and_twice_more_for_each_gradient():
    network = models.build("mlp", classes=CLASSES, seed=SEED)
    assert flop_per_image(network) == 2 * (784 * 512 + 512 * 10) * 2 + 2 * 512 * 10  # none for the gradient of the pixels


def test_lenet_needs_what_its_layers_multiply():
    first, second = 28 * 28 * 5 * 5 * 32, 14 * 14 * 5 * 5 * 32 * 64  # products at 28x28 and, pooled, at 14x14 places
    dense = 7 * 7 * 64 * 1024 + 1024 * 10
    assert flop_per_image(models.build("lenet", classes=CLASSES, seed=SEED)) == 2 * (3 * (second + dense) + 2 * first)


def test_every_network_is_measured():
    assert sorted(epochs.IMAGES) == models.names()


def test_without_convolutions_channels_last_is_no_way(monkeypatch):
    monkeypatch.setattr(ways, "installed", lambda way: True)
    assert epochs.entering("lenet") == list(ways.WAYS)
    assert epochs.entering("mlp") == ["loop", "fit", "fit_jit", "fit_steps", "fit_jit_steps", "torch", "torch_fused"]


def test_without_pytorch_its_ways_are_left_out(monkeypatch):
    monkeypatch.setattr(ways, "installed", lambda way: way.package != "torch")
    assert epochs.entering("lenet") == ["loop", "fit", "fit_jit", "fit_steps", "fit_jit_steps"]
