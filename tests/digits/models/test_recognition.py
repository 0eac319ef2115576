"""Course B's recogniser, and the dimensions its last task varies."""

import numpy as np
import pytest

from digits import models
from digits.errors import UserError


def build(**sizes):
    return models.build("recognition", classes=10, seed=0, **sizes)


def test_the_pictures_after_each_layer_have_the_sides_task_2_shows():
    network = build()
    assert [network.get_layer(name).output.shape[1:] for name in ("conv1", "conv2", "pool")] == [
        (26, 26, 32),
        (24, 24, 32),
        (12, 12, 32),
    ]


def test_the_embedding_of_task_3_has_128_numbers():
    assert build().get_layer("dense").output.shape == (None, 128)


def test_each_size_changes_what_its_name_says():
    network = build(convolutions=3, filters=8, kernel=5, pool=4, dense=16, dropout1=0.1, dropout2=0.2, activation="tanh")
    assert [layer.name for layer in network.layers[1:4]] == ["conv1", "conv2", "conv3"]
    assert network.get_layer("conv3").kernel.shape == (5, 5, 8, 8)
    assert network.get_layer("pool").output.shape == (None, 4, 4, 8)
    assert network.get_layer("dense").units == 16
    assert (network.get_layer("dropout1").rate, network.get_layer("dropout2").rate) == (0.1, 0.2)
    assert {network.get_layer(name).activation.__name__ for name in ("conv1", "conv2", "conv3", "dense")} == {"tanh"}


def test_a_pooling_of_1_pools_nothing():
    assert build(pool=1).get_layer("pool").output.shape == (None, 24, 24, 32)


@pytest.mark.parametrize(
    "sizes",
    [
        {"convolutions": 13, "pool": 2},  # 2 pixels left
        {"convolutions": 1, "kernel": 28, "pool": 1},
        {"convolutions": 2, "pool": 24},
        {"convolutions": 20, "kernel": 1, "pool": 28},
    ],
)
def test_sizes_that_leave_one_pixel_are_taken(sizes):
    assert build(filters=1, dense=1, **sizes).get_layer("pool").output.shape == (None, 1, 1, 1)


@pytest.mark.parametrize(
    ("sizes", "line"),
    [
        ({"convolutions": 14}, "convolutions: expected at most 13 of kernel 3: each takes 2 of 28 pixels; received 14"),
        ({"kernel": 28}, "convolutions: expected at most 1 of kernel 28: each takes 27 of 28 pixels; received 2"),
        ({"kernel": 29, "convolutions": 1}, "kernel: expected at most 28 pixels, the image's side; received 29"),
        ({"pool": 25}, "pool: expected at most 24, the pixels the convolutions leave of 28; received 25"),
        ({"convolutions": 13, "pool": 3}, "pool: expected at most 2, the pixels the convolutions leave of 28; received 3"),
    ],
)
def test_sizes_that_leave_no_pixel_are_refused_with_the_most_there_may_be(sizes, line):
    with pytest.raises(UserError) as error:
        build(**sizes)
    assert str(error.value) == f"params.yaml: networks.recognition.{line}"


def test_dropout_drops_in_training_only_and_the_second_not_what_the_first_does():
    ones = np.ones((1, 4608), np.float32)
    first, second = (build(dropout1=0.5).get_layer(name) for name in ("dropout1", "dropout2"))
    assert np.array_equal(first(ones, training=False), ones)
    assert not np.array_equal(first(ones, training=True), second(ones, training=True))
