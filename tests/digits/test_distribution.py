"""One training over several replicas: that they do together what one does. Devices must be made before TensorFlow starts."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits import distribution
from digits.compute import span
from digits.errors import UserError
from tests.worlds import ROOT

TWO_DEVICES = """\
import sys
import numpy as np
from digits import distribution, models, optimizers, training
from digits.augmentation import AugmentParams
from digits.compute import deterministic, keras, tf
from digits.layers import BatchNormalization, Conv2D
from tests.worlds import bars

class Nobody:
    def updated(self, images): pass
    def epoch_done(self, state, *, seconds): pass

what = sys.argv[1]
deterministic(threads=2 if what == "in_parts" else 1, in_parts=what == "in_parts")
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

def network():
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=1)}
    pixels = keras.Input((784,))
    x = keras.layers.Dense(16, activation="relu", **start)(pixels)
    if what in ("batch_norm", "in_parts"):
        x = keras.layers.Flatten()(BatchNormalization()(keras.layers.Reshape((2, 2, 4))(x)))
    if what == "convolution":
        x = keras.layers.Flatten()(Conv2D(3, 2, activation="relu", **start)(keras.layers.Reshape((4, 4, 1))(x)))
    if what == "dropout":
        x = keras.layers.Dropout(0.5, seed=1)(x)
    return keras.Model(pixels, keras.layers.Dense(10, activation="softmax", **start)(x))

def train(name):
    strategy = distribution.strategy(name, tf_config=None, timeout=1)
    with strategy.scope():
        net = network()
        state = training.train(
            net, {"train": bars(215, seed=1), "validation": bars(30, seed=2)},  # the last batch has 15
            num_epochs=1, batch_size=50, optimizer=optimizers.build("momentum", momentum=0.9, weight_decay=0),
            rates=np.full(5, 0.05, np.float32), moves=AugmentParams(flip=0, shift=1, rotate=0, scale=0, elastic=0, erase=0),
            objective=training.Objective(classes=10, smoothing=0.1, l2=0.01), patience=0, measured=("train", "validation"), seed=1,
            state=training.State(), watcher=Nobody(),
        )
    return strategy, net, state

_, _, one = train("none")
strategy, net, two = train("mirrored")
assert strategy.num_replicas_in_sync == 2 and distribution.is_chief(strategy)
"""
SAME_NUMBERS = """
assert max(np.abs(a - b).max() for a, b in zip(one.variables, two.variables, strict=True)) < 1e-5
assert one.history[0].keys() == two.history[0].keys()
assert all(abs(one.history[0][key] - two.history[0][key]) < 1e-5 for key in one.history[0])
"""
APART = """
seeds, = [variable.value.values for variable in net.variables if variable.path.endswith("seed_generator_state")]
assert [device.numpy().tolist() for device in seeds] == [[1, 5], [1, 5 + 2**32]]  # seed, then five steps
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "promise"),
    [
        ("plain", SAME_NUMBERS),
        ("batch_norm", SAME_NUMBERS),
        ("in_parts", SAME_NUMBERS),
        ("convolution", SAME_NUMBERS),
        ("dropout", APART),
    ],
)
def test_two_devices_do_what_one_does_and_drop_out_apart(what, promise):
    run = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES + promise, what], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]


@given(count=st.integers(0, 1000), replicas=st.integers(1, 64))
def test_the_replicas_parts_are_the_batch_cut_evenly(count, replicas):
    spans = [span(count, part=replica, of=replicas) for replica in range(replicas)]
    assert spans[0][0] == 0
    assert spans[-1][1] == count
    assert all(left[1] == right[0] for left, right in zip(spans, spans[1:], strict=False))
    sizes = [end - begin for begin, end in spans]
    assert max(sizes) - min(sizes) <= 1


@given(images=st.integers(1, 500), batch_size=st.integers(1, 100), replicas=st.integers(1, 8))
def test_batches_are_refused_just_when_a_replica_would_get_no_image(images, batch_size, replicas):
    smallest = min(min(batch_size, images - start) for start in range(0, images, batch_size))
    if smallest >= replicas:
        distribution.check_batches(images, batch_size=batch_size, replicas=replicas)
    else:
        with pytest.raises(UserError, match=rf"^params\.yaml: train\.batch_size: expected batches of at least {replicas} [^\n]*$"):
            distribution.check_batches(images, batch_size=batch_size, replicas=replicas)
