"""Recipes: that each can be taken, that their order makes no difference, and that comments stay."""

import pytest
import yaml

from digits import models
from digits.errors import UserError
from tests.worlds import ROOT, params
from tools import recipe

PARAMS = (ROOT / "params.yaml").read_text()
NAMES = [name for name in recipe.names() if name != recipe.BASE]


def test_params_yaml_as_committed_is_course_a():
    assert yaml.safe_load(recipe.written_into(PARAMS, recipe.values(recipe.BASE))) == yaml.safe_load(PARAMS)


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_changes_its_keys_and_keeps_the_rest_and_the_comments(name):
    text = recipe.written_into(PARAMS, recipe.values(name))
    before, after = yaml.safe_load(PARAMS), yaml.safe_load(text)
    for section, changes in yaml.safe_load((ROOT / f"recipes/{name}.yaml").read_text()).items():
        assert after[section] == before[section] | changes
        before.pop(section), after.pop(section)
    assert before == after
    assert [line.partition("#")[2] for line in text.splitlines()] == [line.partition("#")[2] for line in PARAMS.splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_which_recipe_stood_there_before_makes_no_difference(name):
    other = recipe.written_into(PARAMS, recipe.values("lenet"))
    assert recipe.written_into(other, recipe.values(name)) == recipe.written_into(PARAMS, recipe.values(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_s_network_is_there(name):
    assert recipe.values(name)["model"]["name"] in models.names()


def test_recipes_joined_by_a_plus_are_taken_one_after_the_other():
    joined = recipe.values("lenet+five_groups")
    assert joined["split"]["merge"] == recipe.values("five_groups")["split"]["merge"]
    assert joined["train"] == recipe.values("lenet")["train"] | {"patience": 5, "measured": "validation"}


def test_an_unknown_recipe_is_refused_with_the_nearest_and_the_known_ones():
    with pytest.raises(UserError, match=r"expected lenet; received lennet; known: .*convnet, .*lenet"):
        recipe.values("lennet")


def test_a_key_that_params_yaml_has_not_is_refused():
    with pytest.raises(UserError, match=r"train\.speed: expected a key of params\.yaml"):
        recipe.written_into(PARAMS, {"train": {"speed": 3}})


def test_a_refused_recipe_leaves_params_yaml_as_it_was(tmp_path, monkeypatch):
    params(tmp_path)
    before = (tmp_path / "params.yaml").read_bytes()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="nothing_of_the_kind"):
        recipe.main("nothing_of_the_kind")
    assert (tmp_path / "params.yaml").read_bytes() == before
