"""What a network's layers as embedding spaces promise."""

import numpy as np
import pytest

from digits import models, strokes
from digits.embedding import candidates, scores, vectors
from digits.errors import UserError
from digits.inference import predict


@pytest.fixture(scope="module")
def network():
    return models.build("recognition", classes=10, seed=1, filters=2, dense=6)


def test_the_last_layer_s_vectors_are_the_probabilities_and_feature_maps_are_flat(network):
    images, _ = strokes.draw(3, classes=("alpha",), seed=1)
    np.testing.assert_allclose(vectors(network, images, layer="output"), predict(network, images), rtol=1e-6)
    assert vectors(network, images, layer="pool").shape == (3, 12 * 12 * 2)


def test_layers_that_change_no_distance_are_no_candidates(network):
    assert candidates(network) == {"conv1": 26 * 26 * 2, "conv2": 24 * 24 * 2, "pool": 12 * 12 * 2, "dense": 6, "output": 10}


@pytest.mark.parametrize("name", ["softmax", "resnet5"])
def test_every_network_has_candidates(name):
    found = candidates(models.build(name, classes=10, seed=1))
    assert found
    assert all(values > 0 for values in found.values())
    images, labels = strokes.draw(6, classes=("alpha", "gamma"), seed=1)
    assert list(scores(models.build(name, classes=10, seed=1), images, labels, each=6)) == list(found)


def test_scores_are_shares_of_right_neighbours_within_each_set(network):
    images, labels = strokes.draw(8, classes=("alpha", "gamma"), seed=1)
    pairs = np.repeat(images, 2, axis=0)  # each beside its double: the nearest is right in any layer
    assert set(scores(network, pairs, np.repeat(labels, 2), each=4).values()) == {1.0}
    assert set(scores(network, pairs, np.tile([0, 1], 8), each=2).values()) == {0.0}


def test_an_unknown_layer_is_refused(network):
    with pytest.raises(UserError, match="expected dense; received dens;"):
        vectors(network, np.zeros((1, 28, 28), np.uint8), layer="dens")
