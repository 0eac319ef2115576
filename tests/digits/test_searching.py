"""The strategies: what they promise whatever the scores are."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.searching import Grid, Halving, LineSearch, Random, Trial, drawn, score

SPACES = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def played(strategy, worth):
    """Train what the strategy wants until it wants nothing more; return the scores and the epochs trained in all."""
    scores, epochs = {}, 0
    while True:
        trials = strategy.wanted(scores)
        todo = [trial for trial in trials if len(scores.get(trial.point, [])) < (trial.epochs or 1)]
        if not todo:
            return scores, epochs
        for trial in todo:
            epochs += (trial.epochs or 1) - len(scores.get(trial.point, []))
            scores[trial.point] = [worth(trial.point)] * (trial.epochs or 1)


def worth_by(seed):
    return lambda point: math.sin(seed + sum((i + 1.7) * (d + 2.3) for d, i in enumerate(point))) / 2 + 0.5


@given(SPACES)
def test_a_grid_covers_each_combination_once(space):
    points = [trial.point for trial in Grid(space).wanted({})]
    assert sorted(points) == sorted(itertools.product(*map(range, space)))
    assert len(set(points)) == len(points) == Grid(space).at_most()


@given(SPACES, st.integers(1, 300), st.integers(0, 99))
def test_random_draws_without_repeats_and_the_same_for_a_seed(space, variations, seed):
    points = [trial.point for trial in Random(space, variations, seed).wanted({})]
    assert points == [trial.point for trial in Random(space, variations, seed).wanted({(0,) * len(space): [0.5]})]
    assert len(set(points)) == len(points) == min(variations, math.prod(space))
    assert all(0 <= i < size for point in points for i, size in zip(point, space, strict=True))


@given(SPACES, st.integers(0, 99))
def test_every_point_of_a_space_is_drawn_once(space, seed):
    assert sorted(drawn(space, seed=seed)) == sorted(itertools.product(*map(range, space)))


def line_search(space, *, variations=40, start=None, rounds=3, shuffled=False, seed=0):
    return LineSearch(space, variations, start or (0,) * len(space), rounds, shuffled, seed)


def first_descent(strategy, worth):
    scores, _ = played(strategy, worth)
    return [step for step in strategy.path(scores) if step.descent == 1]


def flat(point):
    return 0.5


def stair(point):
    """Return what grows along the diagonal alone, where a round can climb no more than one step in each direction."""
    return sum(point) / 20 if point[0] - point[1] in (0, 1) else 0


@given(SPACES, st.booleans(), st.integers(0, 99), st.integers(1, 60))
def test_a_line_search_stays_in_the_space_and_uses_its_budget(space, shuffled, seed, variations):
    strategy = line_search(space, variations=variations, shuffled=shuffled, seed=seed)
    scores, _ = played(strategy, worth_by(seed))
    assert len(scores) == strategy.at_most() == min(variations, math.prod(space))
    assert all(0 <= i < size for point in scores for i, size in zip(point, space, strict=True))


@given(SPACES, st.booleans(), st.integers(0, 99))
def test_within_a_descent_a_line_search_never_gets_worse(space, shuffled, seed):
    strategy = line_search(space, shuffled=shuffled, seed=seed)
    scores, _ = played(strategy, worth_by(seed))
    path = strategy.path(scores)
    for before, after in itertools.pairwise(path):
        if before.descent == after.descent:
            assert score(scores[after.chosen]) >= score(scores[before.chosen])
    for step in path:
        assert score(scores[step.chosen]) == max(score(scores[point]) for point in step.candidates)
        assert len({(*point[: step.dimension], *point[step.dimension + 1 :]) for point in step.candidates}) == 1


def test_a_line_search_finds_the_best_of_dimensions_that_do_not_depend_on_each_other():
    strategy = line_search((4, 3, 5), variations=11)
    scores, _ = played(strategy, lambda point: sum(((1, 3, 2, 0)[point[0]], (2, 5, 1)[point[1]], (0, 1, 4, 3, 2)[point[2]])))
    assert max(scores, key=lambda point: scores[point]) == (1, 1, 2)


def test_a_line_search_begins_at_the_study_s_start_and_stays_there_where_all_is_flat():
    path = first_descent(line_search((3, 4), start=(2, 1)), flat)
    assert [step.candidates for step in path] == [((0, 1), (1, 1), (2, 1)), ((2, 0), (2, 1), (2, 2), (2, 3))]
    assert [step.chosen for step in path] == [(2, 1), (2, 1)]


@pytest.mark.parametrize("rounds", [1, 3])
def test_a_line_search_that_still_gets_better_begins_again_after_its_rounds(rounds):
    path = first_descent(line_search((6, 6), rounds=rounds), stair)
    assert [step.round for step in path] == [number for number in range(1, rounds + 1) for _ in range(2)]
    assert path[-1].chosen == (rounds, rounds)


def test_a_shuffled_line_search_takes_the_dimensions_in_an_order_drawn_by_its_seed():
    def order(**words):
        return tuple(step.dimension for step in first_descent(line_search((2,) * 7, **words), flat))

    orders = {order(shuffled=True, seed=seed) for seed in range(3)}
    assert len({*orders, order()}) == 4
    assert {tuple(sorted(each)) for each in orders} == {order()} == {tuple(range(7))}


@pytest.mark.parametrize(
    "strategy",
    [
        lambda seed: Random((5, 5), 6, seed),
        lambda seed: Halving((5, 5), 8, 9, 1, 3, seed),
        lambda seed: line_search((5, 5), seed=seed),  # where it begins again
    ],
    ids=["random", "halving", "line search"],
)
def test_another_seed_draws_other_points(strategy):
    first, second = (list(played(strategy(seed), flat)[0]) for seed in (1, 2))
    assert first != second


def test_halving_judges_each_rung_by_its_own_epochs():
    """The first point was better when it was chosen, and is worse now that it has been trained to the end."""
    scores = {(0,): [0.5, 0.6, 0.1, 0.1], (1,): [0.5, 0.5]}
    assert set(Halving((2,), 4, 2, 2, 2, 0).wanted(scores)) == {Trial((0,), 4), Trial((1,), 2)}


def test_a_failed_point_is_worse_than_any_other():
    strategy = line_search((3,))
    assert strategy.path({(0,): [], (1,): [0.0], (2,): []})[-1].chosen == (1,)


@given(st.integers(2, 40), st.integers(1, 3), st.integers(2, 4), st.integers(0, 9))
def test_halving_keeps_the_best_and_its_budget(variations, first_epochs, keep_one_in, seed):
    strategy = Halving((7, 8), 12, variations, first_epochs, keep_one_in, seed)
    scores, spent = played(strategy, worth_by(seed))
    rungs, left, most = strategy.rungs(), variations, 0
    for before, rung in zip([0, *rungs], rungs, strict=False):
        most += left * (rung - before)
        left = max(1, left // keep_one_in)
    assert spent == most <= 12 * variations
    best = max(scores, key=lambda point: scores[point][0])
    assert len(scores[best]) == 12
    assert len(scores) == variations


@pytest.mark.parametrize("strategy", [Grid((2, 3)), Random((4, 4), 6, 1), line_search((3, 3)), Halving((5, 5), 8, 9, 1, 3, 0)])
def test_asked_again_with_the_same_scores_a_strategy_wants_the_same(strategy):
    scores, _ = played(strategy, worth_by(1))
    assert strategy.wanted(scores) == strategy.wanted(dict(reversed(scores.items())))
