"""Hypotheses judged by the rule that was stated, and networks compared on the same images."""

from dataclasses import replace

import numpy as np
import pytest

from digits import verdicts
from digits.runs import DIVERGED, FAILED
from digits.studies import Hypothesis
from tests.study_rows import row


def claims(expect, by=0.0, *, measure="accuracy", **at):
    return Hypothesis("t", "size", "small", "large", at, measure, expect, by)


def of_seeds(*differences, **values):
    pairs = [(row(i, 0.5, size="small", **values), row(i, 0.5 + d, size="large", **values)) for i, d in enumerate(differences)]
    return [each for pair in pairs for each in pair]


@pytest.mark.parametrize(
    ("expect", "by", "differences", "word"),
    [
        ("higher", 0, (0.10, 0.11, 0.12), "borne out"),
        ("higher", 0, (-0.10, -0.11, -0.12), "refuted"),
        ("higher", 0, (-0.10, 0.11, 0.12), "undecided"),
        ("higher", 0.2, (0.10, 0.11, 0.12), "refuted"),
        ("higher", 0.11, (0.10, 0.11, 0.12), "undecided"),
        ("lower", 0, (-0.10, -0.11, -0.12), "borne out"),
        ("lower", 0, (0.10, 0.11, 0.12), "refuted"),
        ("lower", 0.2, (-0.10, -0.11, -0.12), "refuted"),
        ("same", 0.2, (0.10, 0.11, 0.12), "borne out"),
        ("same", 0.05, (0.10, 0.11, 0.12), "refuted"),
        ("same", 0.05, (-0.10, -0.11, -0.12), "refuted"),
        ("same", 0.11, (0.10, 0.11, 0.12), "undecided"),
        ("higher", 0, (0.3,), "undecided"),
        ("higher", 0, (0.1, 0.1, 0.1), "undecided"),  # all the same, by chance: an interval of no width
        ("same", 0.1, (0.1, 0.1), "undecided"),
        ("same", 0.2, (0.0, 0.0), "undecided"),
        ("higher", 0, (), "undecided"),
    ],
)
def test_the_word_follows_from_the_interval_over_the_seeds(expect, by, differences, word):
    assert verdicts.judge(claims(expect, by), of_seeds(*differences)).word == word


def test_a_seed_s_effect_is_the_mean_over_the_places_where_both_ends_were_trained():
    runs = [*of_seeds(0.1, 0.1, other=1), *of_seeds(0.3, 0.3, other=2), row(0, 0.9, size="large", other=3)]
    verdict = verdicts.judge(claims("higher"), runs)
    assert verdict.effect == pytest.approx(0.2)
    assert (verdict.pairs, verdict.seeds) == (4, 2)


def test_one_run_that_both_ends_share_is_no_pair():
    shared = [replace(row(seed, 0.7, size=size, net="mlp"), variation="one") for seed in (0, 1) for size in ("small", "large")]
    verdict = verdicts.judge(claims("higher"), [*of_seeds(0.1, 0.1, net="lenet"), *shared])
    assert (verdict.effect, verdict.pairs) == (pytest.approx(0.1), 2)
    assert verdicts.compare(shared, {"one-0": np.ones(3, bool), "one-1": np.ones(3, bool)}, dimension="size") == []


def test_a_place_named_in_the_hypothesis_leaves_the_others_out():
    runs = [*of_seeds(0.1, 0.1, other=1), *of_seeds(0.3, 0.3, other=2)]
    assert verdicts.judge(claims("higher", other=2), runs).effect == pytest.approx(0.3)


def test_a_diverged_run_counts_as_accuracy_0_and_one_that_failed_otherwise_as_nothing():
    runs = [row(0, 0.5, size="small"), row(0, 0, size="large", status=DIVERGED)]
    assert verdicts.judge(claims("higher"), runs).effect == pytest.approx(-0.5)
    assert verdicts.judge(claims("higher"), [runs[0], row(0, 0, size="large", status=FAILED)]).pairs == 0


def test_a_diverged_run_counts_as_the_log_loss_of_answers_that_are_all_wrong():
    one, other = row(0, 0.5, size="small"), row(0, 0, size="large", status=DIVERGED)
    verdict = verdicts.judge(claims("higher", measure="log_loss"), [one, other])
    assert verdict.effect == pytest.approx(-np.log(1e-7) - one.best["validation_loss"])
    assert verdicts.judge(claims("higher", measure="seconds_per_epoch"), [one, other]).pairs == 0


@pytest.mark.parametrize(("measure", "effect"), [("seconds_per_epoch", 1.0), ("parameters", 50), ("log_loss", -0.1)])
def test_seconds_parameters_and_log_loss_can_be_claimed(measure, effect):
    small = [row(seed, 0.5, seconds=2.0, size="small") for seed in (1, 2)]
    large = [replace(row(seed, 0.6, seconds=3.0, size="large"), parameters=small[0].parameters + 50) for seed in (1, 2)]
    verdict = verdicts.judge(claims("higher", measure=measure), small + large)
    assert verdict.effect == pytest.approx(effect)
    assert verdict.word == ("borne out" if measure == "parameters" else "undecided")  # the seed draws the others: not by one effect


def test_networks_are_compared_by_their_run_of_the_best_validation_on_the_same_images():
    runs = [row(1, 0.6, size="small"), row(2, 0.7, size="small"), row(1, 0.9, size="large")]
    right = {"small-1": np.ones(40, bool), "small-2": np.arange(40) < 20, "large-1": np.arange(40) < 30}
    (found,) = verdicts.compare(runs, right, dimension="size")
    by_label = dict(zip((found.first, found.second), (found.only_first, found.only_second), strict=True))
    assert by_label == {"small": 0, "large": 10}
    assert found.p == pytest.approx(2 / 2**10)


def test_the_p_values_of_three_networks_are_corrected_for_three_pairs():
    runs = [row(1, accuracy, size=size) for accuracy, size in ((0.6, "small"), (0.7, "middle"), (0.9, "large"))]
    right = {name: np.arange(40) < count for name, count in (("small-1", 24), ("middle-1", 30), ("large-1", 40))}
    found = verdicts.compare(runs, right, dimension="size")
    p = {each.only_first + each.only_second: each.p for each in found}
    assert p == {16: 3 * 2 / 2**16, 10: 2 * 2 / 2**10, 6: 2 / 2**6}


@pytest.mark.parametrize("other", [
    {"fetch": {"dataset": "fashion_mnist"}},
    {"csv": {"test": "other.csv"}},
    {"pictures": {"normalise": "none"}},
    {"split": {"test": 20, "order": "file", "seed": 1, "merge": {}}},
    {"split": {"test": 10, "order": "shuffled", "seed": 1, "merge": {}}},
    {"split": {"test": 10, "order": "file", "seed": 2, "merge": {}}},
    {"split": {"test": 10, "order": "file", "seed": 1, "merge": {"8": "round"}}},
])  # fmt: skip
def test_networks_tested_on_other_images_or_labels_are_not_compared_and_the_rest_is(other):
    small, middle, large = (row(1, accuracy, size=size) for accuracy, size in ((0.6, "small"), (0.7, "middle"), (0.9, "large")))
    runs = [replace(small, params=small.params | other), middle, large]
    found = verdicts.compare(runs, {run.name: np.ones(40, bool) for run in runs}, dimension="size")
    assert [{each.first, each.second} for each in found] == [{"middle", "large"}]


def test_runs_that_successive_halving_stopped_at_different_epochs_make_no_pair():
    whole = of_seeds(0.1, 0.1)
    stopped = [replace(each, epochs=0) if each.values["size"] == "small" else each for each in whole]
    assert verdicts.judge(claims("higher"), whole).pairs == 2
    assert verdicts.judge(claims("higher"), stopped).pairs == 0
