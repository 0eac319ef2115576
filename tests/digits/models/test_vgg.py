"""Our own network of blocks: what its sizes change."""

import pytest

from digits import models
from digits.errors import UserError


def test_each_block_has_as_many_convolutions_as_asked_and_ends_in_half_the_picture():
    network = models.build("vgg", classes=10, seed=0, filters=[4, 8], convolutions=3)
    sizes = {layer.name: layer.output.shape[1:] for layer in network.layers}
    assert sum(name.startswith("conv") for name in sizes) == 6
    assert sizes["conv1_3"] == (28, 28, 4)
    assert sizes["conv2_3"] == (14, 14, 8)
    assert sizes["pool2"] == (7, 7, 8)


def test_as_many_blocks_as_the_picture_can_be_halved_are_made_and_one_more_is_refused():
    assert models.build("vgg", classes=10, seed=0, filters=[4] * 4).output_shape == (None, 10)
    with pytest.raises(UserError, match=r"networks\.vgg\.filters: expected at most 4 blocks, .* received 5$"):
        models.build("vgg", classes=10, seed=0, filters=[4] * 5)
