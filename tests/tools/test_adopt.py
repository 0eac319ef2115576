from dataclasses import replace

import pytest
import yaml

from digits import rows
from digits.errors import UserError
from digits.writing import write_text
from tests.study_rows import row
from tests.worlds import params, sections_of
from tools import adopt

OF_A_ROW = {
    "fetch": {"dataset": "strokes"},
    "csv": {"test_rows": 7},
    "pictures": {"normalise": "none"},
    "split": {"train": 7},
    "model": {"name": "mlp"},
    "networks": {"mlp": {"hidden": 8}},
    "compute": {"threads": 7},
    "augment": {"rotate": 7},
    "train": {"epochs": 7, "seed": 3},
}


def test_all_that_a_row_was_trained_with_is_written_into_params_yaml_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params(tmp_path)
    write_text(tmp_path / "output/studies/tiny/rows/ab12-3.json", rows.to_json(replace(row(3, 0.9, net="mlp"), params=OF_A_ROW)))
    adopt.main("tiny", "ab12")
    assert yaml.safe_load((tmp_path / "params.yaml").read_text()) == sections_of(**OF_A_ROW)


@pytest.mark.parametrize("text", ["train: [", "", "train: 3"])
def test_a_params_yaml_that_is_none_is_refused_and_stays(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(adopt, "chosen", lambda *_: type("Row", (), {"params": {"train": {"seed": 2}}})())
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml: "):
        adopt.main("tiny", "0123")
    assert (tmp_path / "params.yaml").read_text() == text


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Stand beside a study with two variations, one of them of seeds 1, 3 and 20."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "output/studies/tiny/rows"
    folder.mkdir(parents=True)
    for name in ("ab12-1", "ab12-3", "ab12-20", "ab34-1"):
        (folder / f"{name}.json").write_text("{}")
    monkeypatch.setattr(adopt.rows, "from_json", lambda text, *, name: name)


@pytest.mark.parametrize(("row", "file"), [("ab12", "ab12-1"), ("ab12-20", "ab12-20"), ("ab3", "ab34-1")])
def test_a_row_is_known_by_its_beginning_and_a_seed_s_by_all_of_it(study, row, file):
    assert adopt.chosen("tiny", row) == f"output/studies/tiny/rows/{file}.json"


@pytest.mark.parametrize("row", ["", "ab", "ab12-2", "cd"])
def test_no_row_or_more_than_one_is_refused(study, row):
    with pytest.raises(UserError, match=r"^ROW: expected the first column of output/studies/tiny/table\.md; received "):
        adopt.chosen("tiny", row)


def test_an_unknown_study_is_told_which_there_are(study):
    with pytest.raises(UserError, match=r"^STUDY: expected one that has been run, tiny; received tny$"):
        adopt.chosen("tny", "ab12")
