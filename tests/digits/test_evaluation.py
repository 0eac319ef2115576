"""Metrics against values worked out by hand or by another way of counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits import evaluation
from digits.errors import UserError


def test_wilson_is_the_printed_example():
    """Newcombe 1998, table I: 81 of 263 has the score interval 0.2553 to 0.3662."""
    assert evaluation.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_between_0_and_1(counts):
    right, n = counts
    low, high = evaluation.wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1
    assert low < high


LABELLED = st.integers(2, 6).flatmap(
    lambda classes: st.tuples(
        st.just(classes), st.lists(st.tuples(st.integers(0, classes - 1), st.integers(0, classes - 1)), min_size=1, max_size=50)
    )
)


@given(LABELLED)
def test_confusion_counts_each_pair_once(world):
    classes, pairs = world
    true, predicted = np.array(pairs).T
    counts = evaluation.confusion(true, predicted, classes=classes)
    assert all(counts[i, j] == sum(pair == (i, j) for pair in pairs) for i in range(classes) for j in range(classes))


@given(LABELLED)
def test_the_report_is_what_its_definitions_say(world):
    classes, pairs = world
    true, predicted = np.array(pairs).T
    report = evaluation.report(evaluation.confusion(true, predicted, classes=classes))
    for c in range(classes):
        hits, said, are = ((true == c) & (predicted == c)).sum(), (predicted == c).sum(), (true == c).sum()
        precision, recall = (hits / said if said else 0), (hits / are if are else 0)
        assert report["precision"][c] == pytest.approx(precision)
        assert report["recall"][c] == pytest.approx(recall)
        assert report["f1"][c] == pytest.approx(2 * precision * recall / (precision + recall) if hits else 0)
        assert report["support"][c] == are


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 6))
def test_macro_f1_s_interval_is_as_wide_as_the_bootstrap_s(seed, classes):
    """The bootstrap draws the same number of images anew from the counts and needs no formula (Efron 1979)."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(5, 40, (classes, classes)) + np.diag(rng.integers(100, 500, classes))
    drawn = rng.multinomial(counts.sum(), counts.ravel() / counts.sum(), size=2000).reshape(-1, classes, classes)
    spread = np.std([evaluation.report(each)["f1"].mean() for each in drawn])
    macro_f1, half = evaluation.macro_f1_and_half_interval(counts)
    assert macro_f1 == evaluation.report(counts)["f1"].mean()
    assert half == pytest.approx(evaluation.Z_95 * spread, rel=0.1)


def test_a_class_that_is_neither_there_nor_answered_is_left_out_of_macro_f1_and_its_interval():
    macro_f1, half = evaluation.macro_f1_and_half_interval(np.array([[3, 1, 0], [1, 5, 0], [0, 0, 0]]))
    assert (macro_f1, half) == evaluation.macro_f1_and_half_interval(np.array([[3, 1], [1, 5]]))
    assert macro_f1 == pytest.approx((6 / 8 + 10 / 12) / 2)
    assert 0 < half < 1


def test_calibration_error_is_the_gap_between_confidence_and_share_right():
    """Four images at 0.9 of which two are right, and two at 0.6 that both are: 4/6 of 0.4 and 2/6 of 0.4."""
    probabilities = np.array([[0.9, 0.1]] * 4 + [[0.6, 0.4]] * 2)
    labels = np.array([0, 0, 1, 1, 0, 0])
    assert evaluation.calibration_error(probabilities, labels, bins=10) == pytest.approx(0.4)


def test_certain_and_right_is_perfect():
    assert evaluation.metrics(np.eye(3), np.arange(3), bins=15) == {
        "accuracy": 1.0,
        "accuracy_low": pytest.approx(3 / (3 + evaluation.Z_95**2)),
        "accuracy_high": 1.0,
        "log_loss": 0.0,
        "macro_f1": 1.0,
        "macro_f1_low": 1.0,
        "macro_f1_high": 1.0,
        "calibration_error": 0.0,
    }


def test_macro_f1_is_in_the_middle_of_its_interval():
    labels, answers = np.arange(100) % 2, np.arange(100) % 3 % 2
    figures = evaluation.metrics(np.eye(2)[answers], labels, bins=15)
    macro_f1, half = evaluation.macro_f1_and_half_interval(evaluation.confusion(labels, answers, classes=2))
    found = [figures[key] for key in ("macro_f1_low", "macro_f1", "macro_f1_high")]
    assert found == pytest.approx([macro_f1 - half, macro_f1, macro_f1 + half])


def test_log_loss_stays_finite_for_a_certain_mistake():
    assert evaluation.metrics(np.eye(2), np.array([1, 1]), bins=15)["log_loss"] == pytest.approx(-np.log(1e-7) / 2)


def test_mistakes_come_most_confident_first_and_right_answers_never():
    probabilities = np.array([[0.6, 0.4], [0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    labels = np.array([1, 1, 0, 0])
    assert evaluation.most_confident_mistakes(probabilities, labels, most=2).tolist() == [1, 3]


def test_outputs_without_a_class_are_left_out():
    assert evaluation.of_classes(np.full((2, 20), 0.05), classes=10).shape == (2, 10)


def test_probabilities_that_are_not_finite_are_a_diverged_training():
    with pytest.raises(UserError, match="diverged"):
        evaluation.of_classes(np.array([[np.nan, 1.0]]), classes=2)
