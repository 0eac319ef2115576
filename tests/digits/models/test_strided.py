"""Our own small network: what its sizes change."""

import pytest

from digits import models
from digits.errors import UserError


def names(network) -> list[str]:
    return [layer.name for layer in network.layers]


def test_the_first_two_convolutions_halve_the_picture_and_the_third_does_not():
    network = models.build("strided", classes=10, seed=0)
    shapes = [network.get_layer(f"conv{number}").output.shape[1:] for number in (1, 2, 3)]
    assert shapes == [(12, 12, 24), (5, 5, 48), (3, 3, 96)]


def test_without_batch_norm_each_convolution_has_a_bias_and_with_it_none_has():
    plain, normed = (models.build("strided", classes=10, seed=0, batch_norm=it) for it in (False, True))
    assert "norm1" not in names(plain)
    assert all(plain.get_layer(f"conv{n}").use_bias and not normed.get_layer(f"conv{n}").use_bias for n in (1, 2, 3))


def test_as_many_convolutions_as_the_picture_has_pixels_for_are_made_and_one_more_is_refused():
    assert models.build("strided", classes=10, seed=0, filters=[4] * 4).output_shape == (None, 10)
    with pytest.raises(UserError, match=r"networks\.strided\.filters: expected at most 4 convolutions, .* received 5$"):
        models.build("strided", classes=10, seed=0, filters=[4] * 5)
