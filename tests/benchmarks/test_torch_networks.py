"""PyTorch's networks: given our weights they give our answers, so they are the same networks; and they learn the same task."""

import importlib.util
import io
import json
import re
from collections.abc import Iterator

import keras
import numpy as np
import pytest

from benchmarks import epochs, ways
from benchmarks.ways import CLASSES, SEED, Task, Turns
from digits import models, strokes

if importlib.util.find_spec("torch") is None:
    pytest.skip("PyTorch is not installed: the extra `bench`", allow_module_level=True)

import torch

from benchmarks import torch_networks
from benchmarks.ways import torch_loop

LEARN = {"resnet5": 15, "softmax": 8, "mlp": 4, "lenet": 2, "recognition": 3}  # network: epochs of 600 strokes
RATE = {"resnet5": 0.005, "softmax": 0.005, "mlp": 0.001, "lenet": 0.001, "recognition": 0.002}
SUFFIXES = (("_0_conv", "shortcut"), ("_0_bn", "shortcut_norm"), ("_1_conv", "reduce"), ("_1_bn", "reduce_norm"))
SUFFIXES += (("_2_conv", "conv"), ("_2_bn", "conv_norm"), ("_3_conv", "expand"), ("_3_bn", "expand_norm"))


def with_weights(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers that have weights, those of a network within the network too."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from with_weights(layer)
        elif layer.weights:
            yield layer


def torch_name(name: str) -> str:
    """Return where a Keras layer is in the PyTorch network: block1a_conv_norm -> block1a.conv_norm."""
    for ending, inner in SUFFIXES if re.match(r"conv\d_block", name) else ():
        if name.endswith(ending):
            return f"{name.removesuffix(ending)}.{inner}"
    return re.sub(r"^(block\d[ab])_", r"\1.", name)


def give(layer: keras.layers.Layer, module: torch.nn.Module) -> None:
    """Copy a Keras layer's weights, in PyTorch's order of axes."""
    if isinstance(layer, keras.layers.BatchNormalization):
        order = [module.weight, module.bias, module.running_mean, module.running_var]
        values = layer.get_weights()
    else:
        kernel, *bias = layer.get_weights()
        order, values = [module.weight, module.bias][: 1 + len(bias)], [_turned(kernel, layer), *bias]
    for tensor, value in zip(order, values, strict=True):
        assert tuple(tensor.shape) == value.shape
        tensor.data.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def _turned(kernel: np.ndarray, layer: keras.layers.Layer) -> np.ndarray:
    if kernel.ndim == 4:
        return kernel.transpose(3, 2, 0, 1)
    before = layer._inbound_nodes[0].input_tensors[0]._keras_history.operation
    if isinstance(before, keras.layers.Dropout):
        before = before._inbound_nodes[0].input_tensors[0]._keras_history.operation
    if isinstance(before, keras.layers.Flatten) and len(before.input.shape) == 4:  # rows, columns, channels -> channels first
        kernel = kernel.reshape(*before.input.shape[1:], -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
    return kernel.T


def test_every_network_has_its_counterpart():
    assert sorted(torch_networks.BUILD) == models.names()


@pytest.mark.parametrize("name", models.names())
def test_with_our_weights_it_gives_our_answers_and_it_counts_as_many_parameters(name):
    ours, theirs = models.build(name, classes=CLASSES, seed=SEED), torch_networks.build(name, classes=CLASSES)
    assert torch_networks.parameters(theirs) == ours.count_params()
    random = np.random.default_rng(0)
    for layer in with_weights(ours):
        if isinstance(layer, keras.layers.BatchNormalization):  # else it would be the identity
            layer.set_weights([random.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
        give(layer, theirs.get_submodule(torch_name(layer.name)))
    images = random.random((8, 28, 28), np.float32)
    expected = ours.predict(images.reshape(-1, *ours.input_shape[1:]), verbose=0)
    with torch.no_grad():
        logits = theirs.eval()(torch.from_numpy(images).reshape(-1, *torch_networks.input_shape(name)))
    assert np.abs(torch.softmax(logits, dim=1).numpy() - expected).max() < 1e-4


def without_dropout(name: str) -> tuple[keras.Model, torch.nn.Module]:
    """Return our network and PyTorch's with the same weights, their dropouts, if any, of rate 0."""
    ours, theirs = models.build(name, classes=CLASSES, seed=SEED), torch_networks.build(name, classes=CLASSES)
    for layer in with_weights(ours):
        give(layer, theirs.get_submodule(torch_name(layer.name)))
    for layer in ours.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    for module in theirs.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return ours, theirs


@pytest.mark.parametrize("name", models.names())
def test_its_dropouts_have_our_rates_in_our_order(name):
    ours = [
        layer.rate for layer in models.build(name, classes=CLASSES, seed=SEED).layers if isinstance(layer, keras.layers.Dropout)
    ]
    theirs = [module.p for module in torch_networks.build(name, classes=CLASSES).modules() if isinstance(module, torch.nn.Dropout)]
    assert theirs == pytest.approx([rate for rate in ours if rate])


@pytest.mark.parametrize("name", models.names())
def test_three_updates_by_adam_bring_the_loss_down_as_far(name):
    ours, theirs = without_dropout(name)
    images, labels = strokes.draw(20, classes=strokes.CLASSES["digits"], seed=1)
    x, y = images.astype(np.float32) / 255, labels.astype(np.int64)
    ours.compile(keras.optimizers.Adam(0.0005), loss="sparse_categorical_crossentropy")
    expected = [float(ours.train_on_batch(x.reshape(-1, *ours.input_shape[1:]), y)) for _ in range(3)]
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.0005)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        outputs = theirs.train()(torch.from_numpy(x).reshape(-1, *torch_networks.input_shape(name)))
        loss = torch.nn.functional.cross_entropy(outputs, torch.from_numpy(y))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(expected[0], rel=1e-4)
    fall = expected[0] - expected[-1]
    assert fall > 0
    assert losses[0] - losses[-1] == pytest.approx(fall, rel=0.1)  # ResNet-50's rounding comes to a fifteenth


@pytest.mark.parametrize("way", [way for way, how in ways.WAYS.items() if how.package == "torch"])
@pytest.mark.parametrize("name", LEARN)
def test_it_learns_the_task(name, way):
    if way not in epochs.entering(name):
        pytest.skip("no convolution")
    images, labels = strokes.draw(600, classes=strokes.CLASSES["digits"], seed=1)
    task = Task(name, images, labels, epochs=LEARN[name], batch_size=20, learning_rate=RATE[name], threads=1)
    heard = io.StringIO()
    torch_loop.train(task, Turns(io.StringIO("turn\n" * (task.epochs + 1)), heard), **ways.WAYS[way].options)
    assert json.loads(heard.getvalue().splitlines()[-1])["accuracy"] > 0.7
