import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits import answers
from digits.answers import Answer


def answer(said: str, truth: str | None = None) -> Answer:
    return Answer(said, said, 0.9, truth)


def test_an_answer_below_the_least_probability_is_unsure_and_keeps_its_likeliest_class():
    found = answers.of(np.array([[0.4, 0.6], [0.55, 0.45]]), ["1", None], class_names=["0", "1"], least=0.6)
    assert [(one.said, one.likeliest, one.verdict) for one in found] == [("1", "1", "right"), ("?", "0", "unsure")]


def test_a_verdict_needs_the_truth():
    assert [answer("3", truth).verdict for truth in ("3", "8", None)] == ["right", "wrong", "read"]


@pytest.mark.parametrize(
    ("name", "digit"), [("7.png", "7"), ("7_b.jpg", "7"), ("7-1.png", "7"), ("70.png", None), ("IMG_7.png", None)]
)
def test_a_name_that_begins_with_one_digit_says_the_truth(name, digit):
    assert answers.named(name) == digit


@pytest.mark.parametrize(
    ("written", "read", "wanted"),
    [
        ("123", "173", ["1", "2", "3"]),
        ("12345", "1245", ["1", "2", "4", "5"]),
        ("1245", "12945", ["1", "2", None, "4", "5"]),
        ("", "7", [None]),
        ("77", "", []),
        ("alphabetagamma", ["alpha", "beta", "gamma"], [None] * 3),
        (["7", "11", "14"], ["7", "4", "11", "14"], ["7", None, "11", "14"]),
    ],
)
def test_answers_are_paired_with_what_is_written(written, read, wanted):
    assert answers.aligned(written, list(read)) == wanted


@given(st.text("0123456789", max_size=30), st.text("0123456789", max_size=30))
def test_each_answer_has_one_truth_or_none_and_no_written_digit_two(written, read):
    truths = answers.aligned(written, list(read))
    assert len(truths) == len(read)
    rest = iter(written)
    assert all(truth in rest for truth in truths if truth is not None)  # in their order


def test_the_score_tells_wrong_unsure_and_not_found_apart():
    said = [answer("1", "1"), answer("2", "3"), answer("?", "4"), answer("5")]
    assert answers.score(said, written=4) == "1 of 4 known digits read right, 1 wrong, 1 unsure, 1 not found"
    assert answers.score([answer("5")], written=0) == "true digits not known"


def test_rows_are_read_one_by_one():
    assert answers.rows([answer(said) for said in "31?"], np.array([0, 0, 1])) == ["31", "?"]
