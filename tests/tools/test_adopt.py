import pytest

from tools import adopt


@pytest.mark.parametrize("text", ["train: [", "", "train: 3"])
def test_a_params_yaml_that_is_none_is_one_line_and_stays(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(adopt, "chosen", lambda *_: type("Row", (), {"params": {"train": {"seed": 2}}})())
    (tmp_path / "params.yaml").write_text(text)
    assert adopt.main("tiny", "0123") == 2
    said = capsys.readouterr().err
    assert said.startswith("adopt: params.yaml: ")
    assert said.count("\n") == 1
    assert (tmp_path / "params.yaml").read_text() == text
