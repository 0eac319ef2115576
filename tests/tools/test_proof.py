"""A study's pictures: which there are when its search did not come far, and how one tells its variations apart."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import yaml
from matplotlib.figure import Figure

from digits import studies, tables
from digits.rows import Row
from tests.study_rows import row
from tests.worlds import ROOT
from tools import proof, recipe

DOCUMENT = {
    "title": "t",
    "base": {"recipe": "mlp"},
    "dimensions": {"train.batch_size": [100, 50], "train.learning_rate": [0.1, 0.2]},
    "strategy": {"name": "line_search", "variations": 4, "rounds": 1, "order": "round_robin", "seed": 1},
    "seeds": [1],
}


def read(**changed) -> studies.Study:
    sections = yaml.safe_load((ROOT / "params.yaml").read_text())
    return studies.read(yaml.safe_dump(DOCUMENT | changed), name="x", sections=sections, recipe=recipe.values, full=False)


def figures(study: studies.Study, *runs: Row) -> dict[str, Figure]:
    runs = [replace(each, conditions={"dataset": "mnist", "train_images": 10}) for each in runs]
    made = proof.figures(study, runs, tables.lines(study, runs, {}), SimpleNamespace(scores={}))
    return {name: figure for name, (figure, _) in made.items()}


def test_a_line_search_without_a_whole_line_has_all_pictures_but_its_path():
    study = read()
    assert sorted(figures(study, row(1, 0.9, **study.values(study.start)))) == ["dimensions.png", "tradeoff.png"]


SIZES = DOCUMENT["dimensions"]
MOVES = {"augment.shift": [0, 2], "augment.rotate": [0, 5]}


@pytest.mark.parametrize(
    ("dimensions", "key"),
    [
        (SIZES, ["1 to 2: learning rate 0.1", "1  batch size 50", "2  batch size 100"]),
        (SIZES | MOVES, ["1  shift 2, batch size 50", "2  the start"]),
    ],
)
def test_a_key_of_many_dimensions_names_what_tells_a_variation_from_the_start_and_of_few_all_labels(dimensions, key):
    study = read(dimensions=dimensions, base={"recipe": "mlp", "train.batch_size": 100, "train.learning_rate": 0.1})
    start = study.values(study.start)
    apart = start | {"train.batch_size": 50} | ({"augment.shift": 2} if "augment.shift" in start else {})
    made = figures(study, row(1, 0.8, seconds=1.0, **start), row(1, 0.9, seconds=2.0, **apart))
    lines = made["tradeoff.png"].axes[0].get_xlabel().splitlines()
    assert [line for line in lines[2:] if line] == key
