"""What drawn characters promise: a seed draws the same bytes wherever one starts, and they are worth training on."""

import gzip
import os
import re
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digits import strokes
from digits.stroke_templates import TEMPLATES

ALL = strokes.CLASSES["all"]
seeds = st.integers(0, 2**64)
few = settings(max_examples=10, deadline=None)  # an example draws whole images


@pytest.fixture(scope="module")
def thousand() -> tuple[np.ndarray, np.ndarray]:
    return strokes.draw(1000, classes=ALL, seed=0)


def test_images_and_labels_are_bytes_of_the_shape_asked_for():
    images, labels = strokes.draw(7, classes=ALL, seed=0)
    assert (images.shape, images.dtype) == ((7, 28, 28), np.uint8)
    assert (labels.shape, labels.dtype) == ((7,), np.uint8)


def test_no_images_are_an_empty_pair():
    images, labels = strokes.draw(0, classes=ALL, seed=0)
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)


@few
@given(seed=seeds, start=st.integers(0, 300), count=st.integers(0, 40))
def test_an_image_depends_on_its_seed_and_index_alone(seed, start, count):
    images, labels = strokes.draw(start + count, classes=ALL, seed=seed)
    again, labels_again = strokes.draw(count, classes=ALL, seed=seed, start=start)
    np.testing.assert_array_equal(again, images[start:])
    np.testing.assert_array_equal(labels_again, labels[start:])


@few
@given(seed=seeds)
def test_another_seed_draws_other_images(seed):
    images, _ = strokes.draw(20, classes=ALL, seed=seed)
    others, _ = strokes.draw(20, classes=ALL, seed=seed + 1)
    assert not np.array_equal(images, others)


def test_numpys_global_random_state_is_neither_read_nor_moved():
    np.random.seed(1)  # noqa: NPY002 - the global state is what this is about
    images, _ = strokes.draw(5, classes=ALL, seed=0)
    after = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert np.random.random() == after  # noqa: NPY002
    np.testing.assert_array_equal(strokes.draw(5, classes=ALL, seed=0)[0], images)


@few
@given(seed=seeds, classes=st.lists(st.sampled_from(ALL), min_size=1, max_size=13, unique=True))
def test_labels_index_the_classes_asked_for_and_come_evenly(seed, classes):
    _, labels = strokes.draw(256, classes=classes, seed=seed)
    counts = np.bincount(labels, minlength=len(classes))
    assert len(counts) == len(classes)
    assert counts.max() - counts.min() <= 1


def test_every_class_is_drawn_and_no_two_images_are_alike(thousand):
    images, labels = thousand
    assert set(labels) == set(range(13))
    assert len(np.unique(images, axis=0)) == len(images)


def test_a_class_looks_more_like_itself_than_like_the_others(thousand):
    images, labels = thousand
    means = np.stack([images[labels == label].mean(axis=0) for label in range(13)]).reshape(13, -1)
    fresh, truth = strokes.draw(500, classes=ALL, seed=1)
    distances = ((fresh.reshape(500, 1, -1) - means) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == truth).mean() > 0.5  # guessing: 0.08


@few
@given(seed=seeds)
@example(seed=152846)  # an upright stroke of a fine pen on the border of two columns: 212
def test_the_ink_fits_the_box_and_reaches_full_black_but_for_a_rare_fine_stroke_between_two_columns(seed):
    images, _ = strokes.draw(64, classes=ALL, seed=seed)
    for image in images:
        rows, columns = np.nonzero(image)
        longer = max(np.ptp(rows), np.ptp(columns)) + 1
        assert 19 <= longer <= 20  # the last pixel's share of ink may round to nothing
        assert image.max() >= 170  # the finest pen, 7/6 of a pixel wide, covers at least 4 of the 6 canvas columns of one
    assert sum(image.max() < 255 for image in images) <= 1


@few
@given(seed=seeds)
def test_the_centre_of_mass_is_the_middle_unless_the_ink_would_leave_the_image(seed):
    images, _ = strokes.draw(64, classes=ALL, seed=seed)
    at = np.arange(28)
    ink = images.sum(axis=(1, 2))
    for axis in (1, 2):
        off = images.sum(axis=axis) @ at / ink - 14
        assert np.mean(np.abs(off) <= 0.51) > 0.9
        assert np.abs(off).max() < 3


@pytest.mark.parametrize("name", ALL)
def test_a_class_is_written_in_several_ways_inside_the_unit_square(name):
    ways = TEMPLATES[name]
    assert len(ways) >= 4
    assert min(share for share, _ in ways) > 0
    numbers = [int(number) for _, way in ways for number in re.findall(r"\d+", way)]
    assert 0 <= min(numbers) <= max(numbers) <= 100


def test_an_unknown_class_is_refused_by_name_with_the_known_ones():
    with pytest.raises(ValueError, match=r"classes: 'delta' is not drawn here\. Known: 0, 1, .*, gamma\."):
        strokes.draw(1, classes=("0", "delta"), seed=0)


@pytest.mark.parametrize("wrong", ["count", "seed", "start"])
def test_a_negative_number_is_refused_by_name(wrong):
    numbers = {"count": 1, "seed": 0, "start": 0} | {wrong: -1}
    with pytest.raises(ValueError, match=rf"{wrong}: expected 0 or more\. Received: -1\."):
        strokes.draw(numbers["count"], classes=ALL, seed=numbers["seed"], start=numbers["start"])


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match=r"classes: expected 1 to 256 names\. Received: 0\."):
        strokes.draw(1, classes=(), seed=0)


def test_a_thousand_images_take_less_than_a_second():
    strokes.draw(1, classes=ALL, seed=0)  # the tables are built once
    begin = time.process_time()  # of this process alone, so a busy machine fails nothing
    strokes.draw(1000, classes=ALL, seed=0)
    assert time.process_time() - begin < 1


@pytest.mark.slow
def test_a_small_network_that_saw_only_strokes_reads_mnist():
    real, truth = _mnist_test()
    images, labels = strokes.draw(55_000, classes=strokes.CLASSES["digits"], seed=0)
    network = _small_network(seed=0)
    network.fit(images[..., None] / np.float32(255), labels, batch_size=128, epochs=2)
    probabilities = network.predict(real[..., None] / np.float32(255), batch_size=500)
    assert (probabilities.argmax(axis=1) == truth).mean() > 0.97


def _mnist_test() -> tuple[np.ndarray, np.ndarray]:
    from digits.idx import parse_images, parse_labels

    beside = Path(__file__).parents[3] / "shared" / "datasets"
    folder = Path(os.environ.get("DIGITS_DATASETS", beside)) / "mnist"
    if not folder.is_dir():
        pytest.skip(f"MNIST is not at {folder}: set DIGITS_DATASETS to the folder that holds mnist/")
    images = gzip.decompress((folder / "t10k-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / "t10k-labels-idx1-ubyte.gz").read_bytes())
    return parse_images(images), parse_labels(labels)


def _small_network(*, seed: int):
    """Two 3x3 convolutions of 32, a pool, a dense layer of 128, dropout as in the Keras example."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # twice as fast; read when TensorFlow is imported
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile("adam", "sparse_categorical_crossentropy")
    return network
