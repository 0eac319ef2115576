"""The pictures of a study that was stopped before its search came far."""

from dataclasses import replace
from types import SimpleNamespace

import yaml

from digits import studies, tables
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


def test_a_line_search_without_a_whole_line_has_all_pictures_but_its_path():
    sections = yaml.safe_load((ROOT / "params.yaml").read_text())
    study = studies.read(yaml.safe_dump(DOCUMENT), name="x", sections=sections, recipe=recipe.values, full=False)
    runs = [replace(row(1, 0.9, **study.values(study.start)), conditions={"dataset": "mnist", "train_images": 10})]
    made = proof.figures(study, runs, tables.lines(study, runs, {}), SimpleNamespace(scores={}))
    assert sorted(made) == ["dimensions.png", "tradeoff.png"]
