"""Batches that go through a network in parts. A process's threads, and so its parts, must be set before TensorFlow starts."""

import itertools
import subprocess
import sys

import keras
import pytest

from digits import models
from digits.layers import BatchNormalization
from tests.worlds import ROOT

AN_EPOCH = """\
import sys

import numpy as np
from benchmarks.ways.keras_fit import keras_own
from digits import models, optimizers, training
from digits.augmentation import AugmentParams
from digits.compute import deterministic, keras, parts, tf
from digits.losses import log_loss
from tests.worlds import bars

name, threads = sys.argv[1], int(sys.argv[2])
deterministic(threads=threads, in_parts=True)
assert parts() == threads
split, rate, size = bars(301, seed=1), 0.002, 50  # the last batch has one image
sizes = {"recognition": {"dropout1": 0, "dropout2": 0, "filters": 8}}.get(name, {})
ours = models.build(name, classes=10, seed=3, **sizes)
plain = keras_own(ours)

seen = []
class Watcher:
    def updated(self, images): seen.append(images)
    def epoch_done(self, state, *, seconds): pass

training.train(
    ours, {"train": split}, num_epochs=1, batch_size=size, optimizer=optimizers.build("adam", momentum=0, weight_decay=0),
    rates=np.full(7, rate, np.float32), moves=AugmentParams(flip=0, shift=0, rotate=0, scale=0, elastic=0, erase=0),
    objective=training.Objective(classes=10, smoothing=0, l2=0), patience=0, measured=["train"], seed=5,
    state=training.State(), watcher=Watcher(),
)
assert seen == [0] * 7 + [301]  # all seven batches in one call

optimizer = keras.optimizers.Adam(rate)
order = np.random.default_rng((5, 0, training.SHUFFLE)).permutation(301)
for start in range(0, 301, size):
    rows = order[start : start + size]
    pixels = (split.images[rows] / np.float32(255)).reshape(-1, *plain.input_shape[1:])
    with tf.GradientTape() as tape:
        loss = log_loss(tf.one_hot(split.labels[rows], plain.output_shape[-1]), plain(pixels, training=True))
    optimizer.apply(tape.gradient(loss, plain.trainable_variables), plain.trainable_variables)

for here, there in zip(ours.get_weights(), plain.get_weights(), strict=True):
    assert np.abs(here - there).max() < 1e-4, (name, np.abs(here - there).max())
"""

REFUSED = """\
import sys

import numpy as np
from digits.compute import deterministic, keras
from digits.inference import forward
from digits.layers import BatchNormalization

deterministic(threads=2, in_parts=True)
pixels = keras.Input((28, 28, 1))
if sys.argv[1] == "forked":
    x = keras.layers.Add(name="sum")([pixels, BatchNormalization()(pixels)])
else:
    x = keras.layers.BatchNormalization(name="norm")(pixels)
network = keras.Model(pixels, keras.layers.Dense(10)(keras.layers.Flatten()(x)), name=sys.argv[1])
images = np.zeros((4, 28, 28), np.uint8)
forward(network, images, training=False)  # answers each image by itself, in parts or not
forward(network, images, training=True)
"""


@pytest.mark.parametrize(("name", "threads"), [("resnet5", 2), ("recognition", 3), ("strided", 2), ("strided", 3)])
def test_an_epoch_in_parts_ends_at_the_weights_of_the_plain_loop(name, threads):
    words = [sys.executable, "-c", AN_EPOCH, name, str(threads)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]


@pytest.mark.parametrize("name", models.names())
def test_a_network_with_batch_norm_goes_in_parts_only_if_they_can_meet_at_each(name):
    network = models.build(name, classes=10)
    layers = [part for layer in network.layers for part in getattr(layer, "layers", [layer])]
    norms = [type(layer) for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    if models.in_parts(name):
        assert all(norm is BatchNormalization for norm in norms)
        if norms:
            assert all(after.input is before.output for before, after in itertools.pairwise(network.layers))
    else:
        assert norms


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("forked", "forked branches before sum: name it in models.WHOLE"),
        ("plain", "plain: norm is Keras' own; take that of digits/layers.py"),
    ],
)
def test_parts_that_cannot_meet_are_refused_and_not_normed_apart(name, why):
    words = [sys.executable, "-c", REFUSED, name]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.stderr.endswith(f"AssertionError: {why}\n"), ended.stderr[-3000:]
