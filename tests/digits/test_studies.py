"""Study files: what is read from one, and that each mistake is one line that names the place."""

import copy
import datetime
import functools
import itertools
import textwrap

import pytest
import yaml

from digits import studies, tables
from digits.errors import UserError
from digits.searching import Halving, LineSearch
from tests.worlds import ROOT
from tools import recipe, settings

PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text())
GOOD = {
    "title": "A study",
    "base": {"recipe": "mlp", "train.epochs": 2},
    "full": {"train.epochs": 18, "dimensions": {"train.batch_size": [50, 100]}},
    "dimensions": {
        "train.batch_size": [100, 50],
        "net": {"narrow": {"networks.mlp.hidden": 8}, "none": {"recipe": "softmax"}},
    },
    "strategy": {"name": "line_search", "variations": 4, "rounds": 2, "order": "shuffled", "seed": 1},
    "seeds": [1, 2],
    "compare": "net",
    "hypotheses": [
        {"text": "t", "compare": "train.batch_size", "from": 100, "to": 50, "expect": "same", "by": 0.1, "at": {"net": "none"}}
    ],
    "printed": {"source": "s", "figures": [{"at": {"net": "none"}, "accuracy": 0.9}]},
}


def read(document=GOOD, *, full=False):
    return studies.read(yaml.safe_dump(document, sort_keys=False), name="x", sections=PARAMS, recipe=recipe.values, full=full)


def changed(path, value):
    document = copy.deepcopy(GOOD)
    *upper, key = path
    place = document
    for each in upper:
        place = place[each]
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return document


def test_a_good_file_is_read_and_its_base_is_the_start():
    study = read()
    assert isinstance(study.strategy, LineSearch)
    assert study.strategy.space == (2, 2)
    assert study.values(study.start) == {"train.batch_size": 50, "net": "narrow"}  # the recipe's own batch size
    sections = studies.with_changes(PARAMS, study.changes((0, 1)), recipe.values)
    assert (sections["model"]["name"], sections["train"]["batch_size"], sections["train"]["epochs"]) == ("softmax", 100, 2)
    assert sections["train"]["optimizer"] == "sgd"


def test_a_hypothesis_is_read_as_it_stands():
    (hypothesis,) = read().hypotheses
    assert hypothesis == studies.Hypothesis("t", "train.batch_size", 100, 50, {"net": "none"}, "accuracy", "same", 0.1)


def test_a_variation_s_sizes_are_its_own_though_the_recipe_is_read_once():
    dimensions = {"net": {"as it is": {"recipe": "mlp"}, "narrow": {"networks.mlp.hidden": 8}}}
    document = changed(["dimensions"], dimensions) | {"strategy": "grid", "hypotheses": [], "full": {}, "printed": None}
    study = studies.read(
        yaml.safe_dump({key: value for key, value in document.items() if value is not None}),
        name="x", sections=PARAMS, recipe=recipe.values, full=False,
    )  # fmt: skip
    once = functools.cache(recipe.values)
    studies.check(study, PARAMS, once, lambda _: None)
    hidden = [studies.with_changes(PARAMS, study.changes(point), once)["networks"]["mlp"]["hidden"] for point in ((1,), (0,))]
    assert hidden == [8, recipe.values("mlp")["networks"]["mlp"]["hidden"]]


def test_a_dimension_is_called_by_its_last_part_unless_another_is_too():
    both = {"networks.vgg.dropout": [0, 0.5], "networks.lenet.dropout": [0, 0.5]}
    dimensions = {"model.name": ["vgg", "lenet"], "train.learning_rate": [0.1, 0.2], **both}
    study = read({"title": "t", "base": {}, "dimensions": dimensions, "strategy": "grid", "seeds": [1]})
    names = ["network", "learning rate", "networks.vgg.dropout", "networks.lenet.dropout"]
    assert [study.called(dimension.name) for dimension in study.dimensions] == names
    assert tables.place(study, {"model.name": "vgg", "networks.vgg.dropout": 0.5}) == "network vgg, networks.vgg.dropout 0.5"


def test_full_changes_the_base_and_a_dimension():
    study = read(full=True)
    assert study.base["train.epochs"] == 18
    assert study.dimensions[0].labels == (50, 100)


@pytest.mark.parametrize(
    ("path", "value", "parts"),
    [
        (("titel",), "x", ("expected title", "unknown key titel")),
        (("seeds",), ..., ("seeds: expected a value", "missing")),
        (("seeds",), [1, 1], ("seeds", "each seed once")),
        (("seeds",), [], ("seeds", "at least one")),
        (("dimensions",), {}, ("dimensions", "at least one dimension")),
        (("dimensions", "train.batch_size"), [], ("dimensions.train.batch_size", "at least one value")),
        (("dimensions", "train.batch_size"), [50, 50], ("dimensions.train.batch_size", "each value once")),
        (("dimensions", "train.batch_size"), 50, ("dimensions.train.batch_size", "a list")),
        (("dimensions", "net"), {}, ("dimensions.net", "at least one value")),
        (("dimensions", "train.learning_rte"), [1], ("expected train.learning_rate", "unknown parameter train.learning_rte")),
        (("dimensions", "net", "narrow", "networks.mlp.hiden"), 8, ("expected networks.mlp.hidden",)),
        (("dimensions", "train.seed"), [1, 2], ("train.seed", "`seeds` does that")),
        (("dimensions", "compute.threads"), [1, 2], ("compute.threads", "threads")),
        (("dimensions", "split.test"), [10, 20], ("split.test", "same test images")),
        (("dimensions", "net", "narrow", "train.batch_size"), 8, ("dimensions.net", "no other dimension", "train.batch_size")),
        (("base", "recipe"), "lennet", ("base.recipe", "expected lenet")),
        (("base",), None, ("base", "parameters and their values", "received nothing")),
        (("strategy",), "gird", ("strategy", "one of grid, line_search", "'gird'")),
        (("strategy", "rounds"), 0, ("strategy.rounds", "at least 1")),
        (("strategy", "order"), "sorted", ("strategy.order", "round_robin, shuffled")),
        (
            ("strategy",),
            {"name": "halving", "variations": 2, "first_epochs": 2, "keep_one_in": 2, "seed": 1},
            ("strategy.first_epochs: expected fewer than train.epochs, 2; received 2",),
        ),
        (("strategy", "variations"), ..., ("strategy", "variations", "missing")),
        (("strategy", "rung"), 3, ("strategy", "unknown key rung")),
        (("compare",), "lr", ("compare", "one of train.batch_size, net")),
        (("hypotheses", 0, "to"), 51, ("hypotheses, number 1, to", "one of 100, 50", "51")),
        (("hypotheses", 0, "to"), 100, ("hypotheses, number 1, to", "another value than from, 100")),
        (("hypotheses", 0, "at"), {"train.batch_size": 50}, ("at", "net", "train.batch_size")),
        (("dimensions", "train.batch_size"), {"a": {"train.batch_size": 5}}, ("a list of the parameter's values",)),
        (("dimensions", "net"), {datetime.date(2024, 1, 1): {}}, ("dimensions.net", "names that are text or numbers")),
        (("hypotheses", 0, "expect"), "better", ("expect", "higher, lower, same")),
        (("hypotheses", 0, "by"), 0, ("by", "still the same")),
        (("hypotheses", 0, "by"), 10**400, ("by", "a number of at least 0")),
        (("hypotheses", 0, "at"), {"net": "wide"}, ("at, net", "one of narrow, none")),
        (("hypotheses", 0, "measure"), "f1", ("measure", "accuracy")),
        (("printed", "figures", 0, "accuracy"), "high", ("printed.figures, number 1", "a number")),
        (("minutes",), -1, ("minutes", "at least 0")),
        (("full", "dimensions"), {"train.batch_size": None}, ("dimensions.train.batch_size", "a list")),
        (("full", "dimensions"), {"net2": []}, ("full.dimensions", "one of train.batch_size, net")),
    ],
)
def test_a_mistake_is_one_line(path, value, parts):
    with pytest.raises(UserError) as raised:
        read(changed(path, value))
    line = str(raised.value)
    assert line.startswith("studies/x.yaml: ")
    assert "\n" not in line
    assert all(part in line for part in parts), line


@pytest.mark.parametrize("text", ["a: [", "title: 2020-13-45"])
def test_what_is_no_yaml_is_one_line(text):
    with pytest.raises(UserError, match="not readable as YAML"):
        studies.read(text, name="x", sections=PARAMS, recipe=recipe.values, full=False)


def test_each_value_of_each_dimension_is_shown_to_who_accepts_and_a_refusal_names_the_file():
    seen = []
    studies.check(
        read(), PARAMS, recipe.values, lambda sections: seen.append((sections["train"]["batch_size"], sections["model"]["name"]))
    )
    assert set(seen) == {(100, "mlp"), (50, "mlp"), (50, "softmax")}

    def refuse(_):
        raise UserError("params.yaml: train.batch_size: expected less")

    with pytest.raises(UserError, match=r"^studies/x\.yaml: train\.batch_size: expected less"):
        studies.check(read(), PARAMS, recipe.values, refuse)


def test_sizes_of_a_network_that_no_variation_trains_are_refused():
    study = read(changed(("dimensions", "networks.lenet.dense"), [16, 32]))
    with pytest.raises(
        UserError, match=r"^studies/x\.yaml: dimensions\.networks\.lenet\.dense: expected .* trained, mlp, softmax;"
    ):
        studies.check(study, PARAMS, recipe.values, lambda _: None)


def test_halving_refuses_variations_of_different_lengths():
    halving = {"name": "halving", "variations": 4, "first_epochs": 1, "keep_one_in": 2, "seed": 1}
    study = read(changed(("dimensions", "train.epochs"), [2, 4]) | {"strategy": halving})
    assert isinstance(study.strategy, Halving)
    with pytest.raises(UserError, match=r"halving decides over the epochs"):
        studies.check(study, PARAMS, recipe.values, lambda _: None)


def test_the_whole_file_of_the_page_is_one_and_has_a_hypothesis_beside_the_needed_keys():
    lines = (ROOT / "docs/studies.md").read_text().partition("make study NAME=rates`:\n\n")[2].splitlines()
    text = "\n".join(itertools.takewhile(lambda line: line.startswith("    "), lines))
    study = studies.read(textwrap.dedent(text), name="rates", sections=PARAMS, recipe=recipe.values, full=False)
    studies.check(study, PARAMS, recipe.values, settings.accept)
    assert tuple(yaml.safe_load(textwrap.dedent(text))) == (*studies.NEEDED, "hypotheses")
