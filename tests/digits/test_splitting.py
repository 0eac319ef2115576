"""What a split promises, one promise a test."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits import splitting
from digits.errors import UserError
from tests.worlds import labelled_images


def split(data=None, *, train=4, validation=2, test=2, order="file", seed=0, merge=None):
    data = data or labelled_images(train=60, test=30)
    return splitting.split(data, train=train, validation=validation, test=test, order=order, seed=seed, merge=merge or {})


def test_file_order_takes_the_head_of_each_file():
    splits = split()
    assert splits["train"].source_index.tolist() == [0, 1, 2, 3]
    assert splits["validation"].source_index.tolist() == [4, 5]
    assert splits["test"].source_index.tolist() == [0, 1]


def test_validation_first_takes_the_head_of_the_training_file_for_it():
    splits = split(order="validation_first")
    assert splits["validation"].source_index.tolist() == [0, 1]
    assert splits["train"].source_index.tolist() == [2, 3, 4, 5]
    assert splits["test"].source_index.tolist() == [0, 1]


def test_more_training_images_than_there_are_is_refused_with_both_numbers():
    with pytest.raises(
        UserError, match=r"split\.train \+ split\.validation: expected at most 60, .* made's train file; received 61"
    ):
        split(train=40, validation=21)


def test_more_test_images_than_there_are_is_refused_with_both_numbers():
    with pytest.raises(UserError, match=r"split\.test: expected at most 30, .* received 31"):
        split(test=31)


def test_validation_may_be_empty():
    assert len(split(validation=0)["validation"]) == 0


def test_all_images_may_be_used():
    splits = split(train=50, validation=10, test=30, order="shuffled")
    assert sorted(np.concatenate([splits["train"].source_index, splits["validation"].source_index])) == list(range(60))


ORDERS = st.sampled_from(splitting.ORDERS)
SEEDS = st.integers(0, 2**32 - 1)


@given(train=st.integers(1, 40), validation=st.integers(0, 20), order=ORDERS, seed=SEEDS)
def test_no_row_is_in_two_splits(train, validation, order, seed):
    splits = split(train=train, validation=validation, order=order, seed=seed)
    rows = np.concatenate([splits["train"].source_index, splits["validation"].source_index])
    assert len(np.unique(rows)) == train + validation


@given(order=ORDERS, seed=SEEDS)
def test_source_index_says_where_each_image_and_label_came_from(order, seed):
    data = labelled_images(train=300, test=40)
    splits = split(data, train=200, validation=50, test=30, order=order, seed=seed)
    for name, file in (("train", "train"), ("validation", "train"), ("test", "test")):
        part = splits[name]
        assert np.array_equal(part.images, getattr(data, f"{file}_images")[part.source_index])
        assert np.array_equal(part.labels, getattr(data, f"{file}_labels")[part.source_index])


@given(order=st.sampled_from(["shuffled", "stratified"]), seed=SEEDS)
def test_the_same_seed_draws_the_same_rows_and_another_seed_others(order, seed):
    first, again, other = (split(train=50, order=order, seed=s)["train"].source_index for s in (seed, seed, seed + 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("order", ["shuffled", "stratified"])
def test_the_test_file_is_drawn_from_by_other_numbers_than_the_training_file(order):
    splits = split(labelled_images(train=60, test=60), train=60, validation=0, test=60, order=order)
    assert not np.array_equal(splits["train"].source_index, splits["test"].source_index)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40) | st.tuples(st.just(500), *[st.integers(1, 5)] * 60))
def test_every_head_of_the_stratified_order_has_each_class_s_share_to_within_one(counts):
    order = splitting._evenly(np.array(counts))
    taken = np.cumsum(order[:, None] == np.arange(len(counts)), axis=0)
    due = np.arange(1, len(order) + 1)[:, None] * np.array(counts) / sum(counts)
    assert np.abs(taken - due).max() < 1
    assert taken[-1].tolist() == list(counts)


@given(seed=SEEDS)
def test_a_stratified_split_has_each_class_s_share_to_within_two(seed):
    counts = np.array([500, *[3] * 60])
    made = labelled_images(train=680, test=61, classes=61)
    unequal = replace(made, train_labels=np.repeat(np.arange(61), counts).astype(np.uint8))
    splits = split(unequal, train=400, validation=200, test=31, order="stratified", seed=seed)
    for part in (splits["train"], splits["validation"]):
        assert np.abs(np.bincount(part.labels, minlength=61) - len(part) * counts / 680).max() < 2


def test_merge_maps_classes_together_and_drops_them():
    splits = split(train=10, validation=0, test=5, merge={"1": "odd", "3": "odd", "0": None})
    assert splits["train"].class_names.tolist() == ["odd", "2", "4", "5", "6", "7", "8", "9"]
    assert splits["train"].source_index.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
    assert splits["train"].labels.tolist() == [0, 1, 0, 2, 3, 4, 5, 6, 7, 0]


def test_merge_may_take_the_name_of_a_class_that_stays():
    splits = split(train=5, validation=0, test=5, merge={"1": "0"})
    assert splits["train"].class_names.tolist() == ["0", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert splits["train"].labels.tolist() == [0, 0, 1, 2, 3]


def test_merging_an_unknown_class_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"split\.merge: expected one of 0, 1, .*; received the unknown class 'ten'"):
        split(merge={"ten": "one"})


def test_merging_until_one_class_is_left_is_refused():
    with pytest.raises(UserError, match=r"split\.merge: expected at least 2 classes to be left; received 1"):
        split(merge={str(name): "all" for name in range(10)})


def test_a_data_set_of_one_class_is_not_blamed_on_the_merge():
    data = replace(labelled_images(train=20, test=10), class_names=np.array(["a"]))
    data.train_labels[:], data.test_labels[:] = 0, 0
    with pytest.raises(UserError, match=r"expected images of at least 2 classes; received 1$"):
        split(data)


def test_dropped_images_do_not_count_as_available():
    with pytest.raises(UserError, match=r"expected at most 54, .* received 55"):
        split(train=55, validation=0, merge={"0": None})
