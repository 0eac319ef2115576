"""What the catalogue holds, and that a file is what its checksum says."""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from digits import datasets
from digits.datasets import CATALOGUE, Entry, File
from digits.errors import UserError
from tests.digits.test_idx import idx_bytes

SHARED = Path(__file__).parents[3] / "shared/datasets"
DOWNLOADED = [entry for entry in CATALOGUE.values() if entry.files]
ROLES = ["train_images", "train_labels", "test_images", "test_labels"]


def test_the_catalogue_has_mnist_fashion_mnist_and_strokes():
    assert list(CATALOGUE) == ["mnist", "fashion_mnist", "strokes"]


@pytest.mark.parametrize("entry", DOWNLOADED, ids=lambda entry: entry.name)
def test_a_published_set_has_two_https_mirrors_four_files_and_ten_classes(entry):
    assert len(entry.mirrors) >= 2
    assert all(address.startswith("https://") and address.endswith("/") for address in entry.mirrors)
    assert list(entry.files) == ROLES
    assert len(set(entry.class_names)) == 10
    assert entry.licence


def test_strokes_has_nothing_to_fetch():
    assert not CATALOGUE["strokes"].files
    assert not CATALOGUE["strokes"].mirrors


def test_no_two_files_share_a_checksum():
    checksums = [file.sha256 for entry in DOWNLOADED for file in entry.files.values()]
    assert len(set(checksums)) == len(checksums) == 8


@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared/datasets")
def test_bytes_and_checksums_are_those_that_the_shared_data_sets_state():
    rows = re.findall(r"\| `(\w+)/([\w.-]+)` \| (\d+) \| `\w+` \| `(\w+)` \|", (SHARED / "README.md").read_text("utf-8"))
    ours = [(e.name, f.name, str(f.bytes), f.sha256) for e in DOWNLOADED for f in e.files.values()]
    assert sorted(ours) == sorted(rows)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("fashion-mnist", "fashion_mnist"), ("minst", "mnist"), ("cifar", "one of mnist, fashion_mnist, strokes")],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(name, expected):
    with pytest.raises(UserError, match=f"^data set: expected {expected}; received the unknown name {name}$"):
        datasets.entry(name)


def test_a_checksum_tells_whose_file_it_is():
    labels = CATALOGUE["fashion_mnist"].files["test_labels"]
    assert datasets.published_as(labels.sha256) == "Fashion-MNIST's t10k-labels-idx1-ubyte.gz"
    assert datasets.published_as("0" * 64) is None


SMALL = Entry("small", "Small", "none", ("a", "b"), (), {role: File(f"{role}.gz", 0, role[:5] * 2) for role in ROLES})
ARRAYS = {
    "train_images": np.arange(5 * 784, dtype=np.uint32).astype(np.uint8).reshape(5, 28, 28),
    "train_labels": np.array([0, 1, 0, 1, 1], np.uint8),
    "test_images": np.full((2, 28, 28), 7, np.uint8),
    "test_labels": np.array([1, 0], np.uint8),
}
PACKED = {role: gzip.compress(idx_bytes(array)) for role, array in ARRAYS.items()}


def test_a_set_is_built_from_the_bytes_of_its_files():
    built = datasets.build(SMALL, PACKED)
    for role, array in ARRAYS.items():
        np.testing.assert_array_equal(getattr(built, role), array, strict=True)
    assert built.class_names.tolist() == ["a", "b"]
    assert built.dataset == "small"
    assert built.source_sha256.tolist() == ["train" * 2, "train" * 2, "test_" * 2, "test_" * 2]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"no gzip at all", "train_images.gz: compression: expected gzip; received Not a gzipped file"),
        (PACKED["train_images"][:-9], "train_images.gz: compression: expected gzip; received Compressed file ended"),
        (PACKED["train_images"][:10] + b"\xff" * 50, "train_images.gz: compression: expected gzip; received Error -3"),
        (PACKED["train_labels"], "train_images.gz: header: expected 16 bytes; received 13"),
    ],
    ids=["not gzip", "cut short", "garbled", "another file"],
)
def test_a_file_that_cannot_be_unpacked_is_named(data, line):
    with pytest.raises(UserError, match=re.escape(line)):
        datasets.build(SMALL, PACKED | {"train_images": data})


def test_drawn_test_images_go_on_where_the_training_images_end():
    small, large = datasets.draw(classes="all", train=20, test=10, seed=3), datasets.draw(classes="all", train=30, test=1, seed=3)
    np.testing.assert_array_equal(np.concatenate([small.train_images, small.test_images]), large.train_images)
    np.testing.assert_array_equal(np.concatenate([small.train_labels, small.test_labels]), large.train_labels)
    assert (small.dataset, small.source_sha256.tolist(), len(small.class_names)) == ("strokes", [], 13)
