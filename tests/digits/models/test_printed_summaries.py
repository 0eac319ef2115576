"""The summaries that courses C and E print, line by line.

The figures are the courses' own (course_c_softmax_mlp_lenet, course_e_fashion_cnn_resnet).
"""

import re

import pytest

from digits import models, summary

TABLES = {
    ("softmax", 10): """
input_14 (InputLayer)                       (None, 28, 28, 1)    0
flatten_14 (Flatten)                        (None, 784)          0
dense_19 (Dense)                            (None, 10)           7850
""",
    ("mlp", 10): """
input_16 (InputLayer)                       (None, 28, 28, 1)    0
flatten_16 (Flatten)                        (None, 784)          0
dense_22 (Dense)                            (None, 512)          401920
dense_23 (Dense)                            (None, 10)           5130
""",
    ("lenet", 10): """
input_18 (InputLayer)                       (None, 28, 28, 1)    0
conv2d_7 (Conv2D)                           (None, 28, 28, 32)   832
activation_7 (Activation)                   (None, 28, 28, 32)   0
max_pooling2d_7 (MaxPooling2D)              (None, 14, 14, 32)   0
conv2d_8 (Conv2D)                           (None, 14, 14, 64)   51264
activation_8 (Activation)                   (None, 14, 14, 64)   0
max_pooling2d_8 (MaxPooling2D)              (None, 7, 7, 64)     0
flatten_18 (Flatten)                        (None, 3136)         0
dense_26 (Dense)                            (None, 1024)         3212288
dropout_4 (Dropout)                         (None, 1024)         0
dense_27 (Dense)                            (None, 10)           10250
""",
    ("fashion1", 5): """
conv2d_22 (Conv2D)                          (None, 28, 28, 32)   320
max_pooling2d_4 (MaxPooling2D)              (None, 14, 14, 32)   0
conv2d_23 (Conv2D)                          (None, 14, 14, 64)   18496
max_pooling2d_5 (MaxPooling2D)              (None, 7, 7, 64)     0
conv2d_24 (Conv2D)                          (None, 7, 7, 64)     36928
flatten_1 (Flatten)                         (None, 3136)         0
dense_7 (Dense)                             (None, 64)           200768
dense_8 (Dense)                             (None, 5)            325
""",
    ("fashion2", 5): """
conv2d_19 (Conv2D)                          (None, 28, 28, 32)   320
max_pooling2d_6 (MaxPooling2D)              (None, 14, 14, 32)   0
conv2d_20 (Conv2D)                          (None, 14, 14, 64)   18496
max_pooling2d_7 (MaxPooling2D)              (None, 7, 7, 64)     0
dropout_3 (Dropout)                         (None, 7, 7, 64)     0
conv2d_21 (Conv2D)                          (None, 7, 7, 64)     36928
dropout_4 (Dropout)                         (None, 7, 7, 64)     0
flatten_2 (Flatten)                         (None, 3136)         0
dense_10 (Dense)                            (None, 64)           200768
dense_11 (Dense)                            (None, 5)            325
""",
    ("fashion3", 5): """
conv2d_22 (Conv2D)                          (None, 28, 28, 64)   640
max_pooling2d_8 (MaxPooling2D)              (None, 14, 14, 64)   0
dropout_5 (Dropout)                         (None, 14, 14, 64)   0
conv2d_23 (Conv2D)                          (None, 14, 14, 128)  73856
max_pooling2d_9 (MaxPooling2D)              (None, 7, 7, 128)    0
dropout_6 (Dropout)                         (None, 7, 7, 128)    0
flatten_3 (Flatten)                         (None, 6272)         0
dense_12 (Dense)                            (None, 128)          802944
dense_13 (Dense)                            (None, 64)           8256
dense_14 (Dense)                            (None, 5)            325
""",
    # Printed as "MaxPooling" and "Batch Normalization".
    ("fashion4", 5): """
conv2d_28 (Conv2D)                          (None, 28, 28, 64)   640
max_pooling2d_14 (MaxPooling2D)             (None, 14, 14, 64)   0
dropout_11 (Dropout)                        (None, 14, 14, 64)   0
conv2d_29 (Conv2D)                          (None, 14, 14, 128)  73856
batch_normalization_24 (BatchNormalization) (None, 14, 14, 128)  512
max_pooling2d_15 (MaxPooling2D)             (None, 7, 7, 128)    0
dropout_12 (Dropout)                        (None, 7, 7, 128)    0
flatten_6 (Flatten)                         (None, 6272)         0
dense_21 (Dense)                            (None, 128)          802944
dense_22 (Dense)                            (None, 64)           8256
dense_23 (Dense)                            (None, 5)            325
""",
    ("fashion_resnet", 5): """
input_6 (InputLayer)                        (None, 28, 28, 1)    0
conv2d_10 (Conv2D)                          (None, 28, 28, 64)   640      input_6[0][0]
activation_16 (Activation)                  (None, 28, 28, 64)   0        conv2d_10[0][0]
activation_18 (Activation)                  (None, 28, 28, 64)   0        activation_16[0][0]
conv2d_12 (Conv2D)                          (None, 28, 28, 64)   36928    activation_18[0][0]
add_3 (Add)                                 (None, 28, 28, 64)   0        activation_16[0][0], conv2d_12[0][0]
activation_19 (Activation)                  (None, 28, 28, 64)   0        add_3[0][0]
max_pooling2d_2 (MaxPooling2D)              (None, 14, 14, 64)   0        activation_19[0][0]
flatten_2 (Flatten)                         (None, 12544)        0        max_pooling2d_2[0][0]
dropout_2 (Dropout)                         (None, 12544)        0        flatten_2[0][0]
dense_2 (Dense)                             (None, 5)            62725    dropout_2[0][0]
activation_20 (Activation)                  (None, 5)            0        dense_2[0][0]
""",
    # Printed as "Model", which Keras 3 calls Functional.
    ("resnet50", 5): """
resnet50 (Functional)                       (None, 2048)         23587712
dense_8 (Dense)                             (None, 5)            10245
""",
}
OURS = ("pixels", "three_channels")  # no rows of E's tables: what comes in is E's data


@pytest.mark.parametrize(("name", "classes"), TABLES)
def test_the_summary_is_the_course_s_table_line_by_line(name, classes):
    wanted = [re.split(r"\s{2,}|(?<=\)) (?=\()", line) for line in TABLES[name, classes].strip().splitlines()]
    lines = summary.table(models.build(name, classes=classes, seed=0)).splitlines()[4:-4]
    printed = [re.split(r"\s{2,}", line.replace("[(", "(").replace(")]", ")")) for line in lines]
    columns = max(map(len, wanted))  # only the last network's has "Connected to"
    ours = [
        [name, shape, count.replace(",", ""), *inputs] for name, shape, count, *inputs in printed if name.split()[0] not in OURS
    ]
    assert [row[:columns] for row in ours] == wanted


def test_fashion4_s_summary_ends_in_the_course_s_totals():
    assert summary.table(models.build("fashion4", classes=5, seed=0)).splitlines()[-3:] == [
        "Total params: 886,533",
        "Trainable params: 886,277",
        "Non-trainable params: 256",
    ]
