"""Course D's three networks: what its listings build, and what their sizes change. It prints no summaries."""

import keras
import numpy as np
import pytest

from digits import models
from digits.errors import UserError

PICTURE = np.random.default_rng(1).random((1, 28, 28, 1), np.float32)


def up_to(network: keras.Model, name: str) -> keras.Model:
    return keras.Model(network.input, network.get_layer(name).output)


def test_dnn_s_hidden_layers_see_one_row_at_a_time():
    network = models.build("dnn", classes=10, seed=0, layers=[8, 4])
    assert [tuple(layer.output.shape[1:]) for layer in network.layers] == [(28, 28), (28, 8), (28, 4), (112,), (10,)]
    assert network.get_layer("dense1").kernel.shape == (28, 8)


def test_flatten_first_mends_dnn_its_hidden_layers_see_the_whole_picture():
    network = models.build("dnn", classes=10, seed=0, layers=[8, 4], flatten_first=True)
    assert [layer.name for layer in network.layers] == ["pixels", "flatten", "dense1", "dense2", "output"]
    assert network.get_layer("dense1").kernel.shape == (784, 8)


@pytest.mark.filterwarnings("ignore:.*received `from_logits=True`:UserWarning")
@pytest.mark.parametrize("run_eagerly", [False, True])
def test_a_softmax_fed_to_a_loss_that_expects_logits_is_undone_by_keras(run_eagerly):
    images, labels = np.random.default_rng(1).random((5, 28, 28), np.float32), np.arange(5)
    networks = {from_logits: models.build("dnn", classes=10, seed=0, layers=[8, 4]) for from_logits in (False, True)}
    losses = {}
    for from_logits, network in networks.items():
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
        network.compile(optimizer="sgd", loss=loss, run_eagerly=run_eagerly)
        probabilities = network.predict(images, verbose=0)
        losses[from_logits] = [network.evaluate(images, labels, verbose=0), network.train_on_batch(images, labels)]
        assert losses[from_logits] == pytest.approx([-np.log(probabilities[labels, labels]).mean()] * 2, rel=1e-5)
    assert losses[True] == losses[False]
    for a, b in zip(networks[True].get_weights(), networks[False].get_weights(), strict=True):
        assert np.array_equal(a, b)  # after a step


def test_convnet_pools_between_its_convolutions_and_not_after_the_last():
    names = [layer.name for layer in models.build("convnet", classes=10, seed=0, layers=[4, 4], dense=8).layers]
    assert names == ["pixels", "conv1", "pool1", "conv2", "flatten", "dense", "output"]


def test_one_convolution_makes_a_convnet_without_pooling():
    names = [layer.name for layer in models.build("convnet", classes=10, seed=0, layers=[4]).layers]
    assert names == ["pixels", "conv1", "flatten", "dense", "output"]


def test_more_convolutions_than_the_picture_has_pixels_for_are_refused():
    models.build("convnet", classes=10, seed=0, layers=[4, 4, 4])
    with pytest.raises(UserError, match=r"networks\.convnet\.layers: expected at most 3 layers, .* received 4 layers$"):
        models.build("convnet", classes=10, seed=0, layers=[4, 4, 4, 4])


def test_resnet_d_has_a_stem_of_64_a_pooling_of_3_by_2_and_blocks_of_64_64_256():
    network = models.build("resnet_d", classes=10, seed=0)
    shapes = {layer.name: tuple(layer.output.shape[1:]) for layer in network.layers}
    assert (shapes["stem"], shapes["stem_pool"]) == ((26, 26, 64), (12, 12, 64))
    for block in ("block1a", "block1b"):
        assert [shapes[f"{block}_{part}"][-1] for part in ("reduce", "conv", "expand")] == [64, 64, 256]
        assert shapes[f"{block}_add"] == (12, 12, 256)
    assert ("block1a_shortcut" in shapes, "block1b_shortcut" in shapes) == (True, False)


def test_a_second_pair_of_blocks_halves_the_picture_and_doubles_the_filters():
    network = models.build("resnet_d", classes=10, seed=0, pairs=2)
    assert network.get_layer("block1b_relu").output.shape == (None, 12, 12, 256)
    assert network.get_layer("block2b_relu").output.shape == (None, 6, 6, 512)


def test_resnet_d_s_shortcut_carries_the_block_s_input_past_its_convolutions():
    network = models.build("resnet_d", classes=10, seed=0)
    network.get_layer("block1b_expand_norm").set_weights([np.full(256, value, np.float32) for value in (0, 0, 0, 1)])
    before, after = (up_to(network, name)(PICTURE) for name in ("block1a_relu", "block1b_relu"))
    assert np.array_equal(before, after)
