"""Recipes: that each can be taken, that their order makes no difference, and that comments stay."""

import re
import shutil

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from digits import models
from digits.errors import UserError
from tests.worlds import ROOT
from tools import recipe

PARAMS = (ROOT / "params.yaml").read_text()
ONTO = ["five_garments", "five_groups"]  # another recipe
NAMES = [f"fashion1+{name}" if name in ONTO else name for name in recipe.names() if name != recipe.BASE]


def changes(name: str) -> dict[str, dict]:
    """Return what a recipe, or several joined by +, change, section by section."""
    found: dict[str, dict] = {}
    for part in name.split("+"):
        for section, values in yaml.safe_load((ROOT / f"recipes/{part}.yaml").read_text()).items():
            found.setdefault(section, {}).update(values)
    return found


def test_params_yaml_as_committed_is_course_a():
    assert yaml.safe_load(recipe.written_into(PARAMS, recipe.values(recipe.BASE))) == yaml.safe_load(PARAMS)


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_changes_its_keys_and_keeps_the_rest_and_the_comments(name):
    text = recipe.written_into(PARAMS, recipe.values(name))
    before, after = yaml.safe_load(PARAMS), yaml.safe_load(text)
    for section, values in changes(name).items():
        if section == "networks":  # each with sizes of its own
            values = {network: before[section][network] | sizes for network, sizes in values.items()}
        assert after[section] == before[section] | values
        before.pop(section), after.pop(section)
    assert before == after
    assert comments(text) == comments(PARAMS)


@pytest.mark.parametrize("name", NAMES)
def test_which_recipe_stood_there_before_makes_no_difference(name):
    other = recipe.written_into(PARAMS, recipe.values("lenet"))
    assert recipe.written_into(other, recipe.values(name)) == recipe.written_into(PARAMS, recipe.values(name))


@pytest.mark.parametrize("name", [recipe.BASE, "lenet", "best", "fashion1+five_groups"])
def test_a_params_yaml_that_dvc_exp_run_has_rewritten_takes_a_recipe_too(name, tmp_path):
    rewritten = tmp_path / "params.yaml"
    rewritten.write_text(PARAMS)
    apply_overrides(str(rewritten), ["plot.seed=2", "train.epochs=3"])  # lists stand in lines of their own then
    text = recipe.written_into(rewritten.read_text(), recipe.values(name))
    wanted = yaml.safe_load(recipe.written_into(PARAMS, recipe.values(name)))
    assert yaml.safe_load(text) == wanted | {"plot": wanted["plot"] | {"seed": 2}}
    assert [each for each in comments(text) if each] == [each for each in comments(PARAMS) if each]


@pytest.mark.parametrize(("name", "network", "size"), [("lenet", "lenet", {"dense": 64}), ("dnn", "dnn", {"layers": [9]})])
def test_a_recipe_brings_its_network_s_sizes_back(name, network, size):
    changed = recipe.written_into(PARAMS, {"networks": {network: size}})
    assert yaml.safe_load(changed)["networks"][network] != yaml.safe_load(PARAMS)["networks"][network]
    assert recipe.written_into(changed, recipe.values(name)) == recipe.written_into(PARAMS, recipe.values(name))


@pytest.mark.parametrize("name", ONTO)
def test_what_goes_onto_another_recipe_is_refused_alone(name):
    with pytest.raises(UserError, match=rf"expected a recipe before {name}, such as fashion1\+{name}"):
        recipe.values(name)
    assert recipe.values(f"fashion2+{name}")["model"]["name"] == "fashion2"


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_s_network_is_there(name):
    assert recipe.values(name)["model"]["name"] in models.names()


def test_recipes_joined_by_a_plus_are_taken_one_after_the_other():
    joined = recipe.values("lenet+five_groups")
    assert joined["split"]["merge"] == changes("five_groups")["split"]["merge"]
    assert joined["train"] == recipe.values("lenet")["train"]


def test_an_unknown_recipe_is_refused_with_the_nearest_and_the_known_ones():
    with pytest.raises(UserError, match=r"expected lenet; received lennet; known: .*convnet, .*lenet"):
        recipe.values("lennet")


@pytest.mark.parametrize("name", ["lenet+", "+lenet"])
def test_a_name_with_nothing_beside_its_plus_is_refused_as_it_came(name):
    with pytest.raises(UserError, match=f"expected lenet; received {re.escape(name)}; known: "):
        recipe.values(name)


@pytest.mark.parametrize(("changes", "key"), [
    ({"train": {"speed": 3}}, "train.speed"),
    ({"networks": {"lenett": {}}}, "networks.lenett"),
    ({"networks": {"lenet": {"dens": 3}}}, "networks.lenet.dens"),
])  # fmt: skip
def test_a_key_that_params_yaml_has_not_is_refused(changes, key):
    with pytest.raises(UserError, match=rf"{re.escape(key)}: expected a key of params\.yaml"):
        recipe.written_into(PARAMS, changes)


@pytest.mark.parametrize("section", ["augment:", "networks:", "networks:\n  lenet:"])
def test_a_section_left_empty_is_one_line(section):
    params = yaml.safe_dump({"augment": {"shift": 1}, "networks": {"lenet": {"dense": 2}}} | yaml.safe_load(section))
    with pytest.raises(UserError, match=r"expected a key of params\.yaml"):
        recipe.written_into(params, {"augment": {"shift": 2}, "networks": {"lenet": {"dense": 3}}})


def test_a_comment_of_one_s_own_below_a_key_without_one_stays_where_it_is():
    assert recipe.written_into("train:\n  epochs: 9\n  # mine\n  seed: 1\n", {"train": {"epochs": 3}}).splitlines() == [
        "train:", "  epochs: 3", "  # mine", "  seed: 1",
    ]  # fmt: skip


@pytest.mark.parametrize("block", ["    # mine\n    Shirt: Top\n", "    Shirt: Top  # mine\n"])
def test_a_value_with_a_comment_of_one_s_own_in_it_is_replaced(block):
    written = recipe.written_into(f"split:\n  merge:\n{block}  seed: 1\n", {"split": {"merge": {}}})
    assert yaml.safe_load(written) == {"split": {"merge": {}, "seed": 1}}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a folder, the working one, that has the project's params.yaml and recipes."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_make_recipe_writes_its_values_into_params_yaml_keeps_the_comments_and_says_what_is_next(project, capsys):
    recipe.main("fashion4+five_groups")
    text = (project / "params.yaml").read_text()
    written = yaml.safe_load(text)
    assert (written["model"]["name"], written["train"]["decay"]) == ("fashion4", 0.9)
    assert written["split"]["merge"] == yaml.safe_load((ROOT / "recipes/five_groups.yaml").read_text())["split"]["merge"]
    for section, values in recipe.values("fashion4+five_groups").items():
        assert written[section] | values == written[section]
    assert comments(text) == comments(PARAMS)
    said = capsys.readouterr().out
    assert said == (
        "params.yaml now holds the recipe fashion4+five_groups; `dvc params diff` shows what changed, `dvc repro` runs it\n"
    )


@pytest.mark.parametrize("name", NAMES)
def test_course_a_brings_params_yaml_back_as_committed_to_the_byte(project, name):
    for taken in (name, recipe.BASE):
        recipe.main(taken)
    assert (project / "params.yaml").read_text() == PARAMS


@pytest.mark.parametrize(("text", "said"), [
    ("- 3", r"mine\.yaml: the whole: expected sections of keys and values; received \[3\]"),
    ("trian: {seed: 3}", r"mine\.yaml: trian: expected train; received the unknown trian"),
    ("train:", r"mine\.yaml: train: expected keys and values; received nothing"),
    ("networks: {lenett: {dense: 3}}", r"mine\.yaml: networks\.lenett: expected lenet; received the unknown lenett"),
    ("networks: {lenet: 3}", r"mine\.yaml: networks\.lenet: expected keys and values; received 3"),
    ("train: {epochs: [", r"mine\.yaml: not readable as YAML: .*"),
    ("# \udce4", r"mine\.yaml is not UTF-8 text"),
    ("train: {epochs: 2020-13-45}", r"mine\.yaml: not readable as YAML: .*"),
])  # fmt: skip
def test_a_recipe_of_one_s_own_with_a_mistake_is_one_line_and_params_yaml_stays(project, text, said):
    (project / "recipes/mine.yaml").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UserError, match=said):
        recipe.main("mine")
    assert (project / "params.yaml").read_text() == PARAMS


def test_a_refused_recipe_leaves_params_yaml_as_it_was(project):
    with pytest.raises(UserError, match="expected one of .*lenet.*; received nothing_of_the_kind$"):
        recipe.main("nothing_of_the_kind")
    assert (project / "params.yaml").read_text() == PARAMS
