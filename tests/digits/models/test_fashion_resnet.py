"""Course E's model 6, with its slip and without."""

from digits import models, summary

MENDED = """
activation_16 (Activation)  (None, 28, 28, 64)  0       conv2d_10[0][0]
activation_17 (Activation)  (None, 28, 28, 64)  0       activation_16[0][0]
conv2d_11 (Conv2D)          (None, 28, 28, 64)  36,928  activation_17[0][0]
activation_18 (Activation)  (None, 28, 28, 64)  0       conv2d_11[0][0]
conv2d_12 (Conv2D)          (None, 28, 28, 64)  36,928  activation_18[0][0]
add_3 (Add)                 (None, 28, 28, 64)  0       activation_16[0][0], conv2d_12[0][0]
"""


def test_first_convolution_mends_the_block_that_skips_it():
    network = models.build("fashion_resnet", classes=5, seed=0, first_convolution=True)
    assert [line.split() for line in summary.table(network).splitlines()[6:12]] == [
        line.split() for line in MENDED.strip().splitlines()
    ]
    assert network.count_params() == 137_221


def test_32_filters_build_the_listing_and_not_the_table():
    network = models.build("fashion_resnet", classes=5, seed=0, filters=32)
    assert network.get_layer("conv2d_12").kernel.shape == (3, 3, 32, 32)


def test_no_layer_has_an_l2_of_its_own_training_adds_it():
    assert models.build("fashion_resnet", classes=5, seed=0).losses == []
