import pytest

from digits.errors import UserError
from tools import adopt


@pytest.mark.parametrize("text", ["train: [", "", "train: 3"])
def test_a_params_yaml_that_is_none_is_refused_and_stays(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(adopt, "chosen", lambda *_: type("Row", (), {"params": {"train": {"seed": 2}}})())
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml: "):
        adopt.main("tiny", "0123")
    assert (tmp_path / "params.yaml").read_text() == text
