"""The one door to the networks, and what each network's source printed of it."""

import numpy as np
import pytest

from digits import models
from digits.errors import UserError

PRINTED_PARAMETERS = {"resnet5": 25_756}


@pytest.mark.parametrize("name", models.names())
def test_the_parameters_are_those_the_source_prints(name):
    assert models.build(name, classes=10, seed=0).count_params() == PRINTED_PARAMETERS[name]


@pytest.mark.parametrize("name", models.names())
def test_the_same_seed_draws_the_same_weights_and_another_seed_others(name):
    first, again, other = (models.build(name, classes=10, seed=seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("name", models.names())
def test_no_two_layers_start_alike(name):
    kernels = [weight for weight in models.build(name, classes=10, seed=0).get_weights() if weight.ndim > 1]
    assert not any(a.shape == b.shape and np.array_equal(a, b) for i, a in enumerate(kernels) for b in kernels[:i])


def test_an_unknown_network_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"model\.name: expected resnet5; received the unknown network resnet55"):
        models.build("resnet55", classes=10, seed=0)


def test_an_unknown_size_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"networks\.resnet5\.ouputs: expected outputs; received the unknown size ouputs"):
        models.build("resnet5", classes=10, seed=0, ouputs=10)


@pytest.mark.parametrize("value", [0, -1, 2.5, "20", True, None])
def test_a_size_of_the_wrong_kind_is_refused(value):
    with pytest.raises(UserError, match=r"networks\.resnet5\.outputs: expected a whole number above 0; received"):
        models.build("resnet5", classes=10, seed=0, outputs=value)


def test_fewer_outputs_than_classes_are_refused():
    with pytest.raises(UserError, match=r"networks\.resnet5\.outputs: expected at least 13, .* received 10"):
        models.build("resnet5", classes=13, seed=0, outputs=10)


@pytest.mark.parametrize("content", [b"", b"<html>", None])
def test_weights_that_are_not_the_network_s_are_refused_with_their_file(tmp_path, content):
    file = tmp_path / "best.weights.h5"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match=r"best\.weights\.h5"):
        models.load_weights(models.build("resnet5", classes=10, seed=0), file)


def test_weights_of_another_size_are_refused(tmp_path):
    file = tmp_path / "best.weights.h5"
    models.build("resnet5", classes=10, seed=0, outputs=12).save_weights(file)
    with pytest.raises(UserError, match="holds no weights of resnet5"):
        models.load_weights(models.build("resnet5", classes=10, seed=0), file)
