"""Course A's table, line by line. The figures are the course's own (course_a_resnet5)."""

import keras
import numpy as np

from digits import models, summary

TABLE = """
input_1 (InputLayer)             [(None, 784)]       0
repeat_vector (RepeatVector)     (None, 2, 784)      0      input_1[0][0]
reshape_1 (Reshape)              (None, 28, 28, 2)   0      repeat_vector[0][0]
conv2d (Conv2D)                  (None, 28, 28, 2)   38     reshape_1[0][0]
conv2d_1 (Conv2D)                (None, 28, 28, 2)   38     conv2d[0][0]
concatenate (Concatenate)        (None, 28, 28, 4)   0      reshape_1[0][0], conv2d_1[0][0]
max_pooling2d (MaxPooling2D)     (None, 14, 14, 4)   0      concatenate[0][0]
conv2d_2 (Conv2D)                (None, 14, 14, 4)   148    max_pooling2d[0][0]
conv2d_3 (Conv2D)                (None, 14, 14, 4)   148    conv2d_2[0][0]
concatenate_1 (Concatenate)      (None, 14, 14, 8)   0      max_pooling2d[0][0], conv2d_3[0][0]
max_pooling2d_1 (MaxPooling2D)   (None, 7, 7, 8)     0      concatenate_1[0][0]
conv2d_4 (Conv2D)                (None, 7, 7, 8)     584    max_pooling2d_1[0][0]
conv2d_5 (Conv2D)                (None, 7, 7, 8)     584    conv2d_4[0][0]
concatenate_2 (Concatenate)      (None, 7, 7, 16)    0      max_pooling2d_1[0][0], conv2d_5[0][0]
max_pooling2d_2 (MaxPooling2D)   (None, 3, 3, 16)    0      concatenate_2[0][0]
conv2d_6 (Conv2D)                (None, 3, 3, 16)    2,320  max_pooling2d_2[0][0]
conv2d_7 (Conv2D)                (None, 3, 3, 16)    2,320  conv2d_6[0][0]
concatenate_3 (Concatenate)      (None, 3, 3, 32)    0      max_pooling2d_2[0][0], conv2d_7[0][0]
max_pooling2d_3 (MaxPooling2D)   (None, 1, 1, 32)    0      concatenate_3[0][0]
conv2d_8 (Conv2D)                (None, 1, 1, 32)    9,248  max_pooling2d_3[0][0]
conv2d_9 (Conv2D)                (None, 1, 1, 32)    9,248  conv2d_8[0][0]
flatten (Flatten)                (None, 32)          0      conv2d_9[0][0]
dense (Dense)                    (None, 20)          660    flatten[0][0]
dense_1 (Dense)                  (None, 20)          420    dense[0][0]
"""


def test_the_summary_is_the_course_s_table_line_by_line():
    printed = summary.table(models.build("resnet5", classes=10, seed=0)).splitlines()
    wanted = TABLE.strip().splitlines()
    assert [line.split() for line in printed[4 : 4 + len(wanted)]] == [line.split() for line in wanted]


def test_the_summary_ends_in_the_course_s_totals():
    assert summary.table(models.build("resnet5", classes=10, seed=0)).splitlines()[-3:] == [
        "Total params: 25,756",
        "Trainable params: 25,756",
        "Non-trainable params: 0",
    ]


def test_ten_outputs_mend_the_twenty():
    assert models.build("resnet5", classes=10, seed=0, outputs=10).output_shape == (None, 10)


def channels(network: keras.Model, pixels: np.ndarray) -> np.ndarray:
    """Return what the first convolution is given."""
    before = keras.Model(network.input, network.get_layer("conv2d").input)
    return keras.ops.convert_to_numpy(before(pixels))


def test_copies_apart_gives_the_first_convolution_the_picture_in_each_channel():
    pixels = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    network = models.build("resnet5", classes=10, seed=0, copies_apart=True)
    np.testing.assert_array_equal(channels(network, pixels), np.stack([pixels.reshape(3, 28, 28)] * 2, axis=-1))
    assert network.count_params() == 25_756


def test_course_a_s_reshape_makes_even_and_odd_columns_its_channels_and_sets_even_rows_left_of_odd_ones_twice():
    pixels = np.random.default_rng(0).random((3, 784), dtype=np.float32)
    rows = pixels.reshape(3, 28, 28)
    for channel in (0, 1):
        columns = rows[:, :, channel::2]
        half = np.concatenate([columns[:, ::2], columns[:, 1::2]], axis=2)
        mixed = channels(models.build("resnet5", classes=10, seed=0), pixels)[..., channel]
        np.testing.assert_array_equal(mixed, np.concatenate([half, half], axis=1))
