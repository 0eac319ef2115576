import pytest

from tests.worlds import params, says_one_line, stage


def test_a_known_network_passes(tmp_path):
    params(tmp_path)
    assert stage("check", folder=tmp_path).returncode == 0


def test_a_path_is_refused(tmp_path):
    params(tmp_path)
    said = "check: expected no paths; received 1; the top of stages/check.py has the whole command"
    assert says_one_line(stage("check", "x", folder=tmp_path), said)


@pytest.mark.parametrize(
    ("changed", "parts"),
    [
        ({"model": {"name": "resnet55"}}, ("model.name", "expected resnet5", "received the unknown network resnet55")),
        ({"model": {"name": 5}}, ("model.name", "expected text", "received 5")),
        ({"model": {"nmae": "resnet5"}}, ("model.nmae", "expected name", "unknown key nmae")),
        ({"networks": {"resnet5": {"seed": 3}}}, ("networks.resnet5", "expected sizes of the network", "the unknown size seed")),
        ({"networks": {"resnet5": {1: 3}}}, ("networks.resnet5", "expected sizes of the network", "the unknown size 1")),
        ({"networks": {"resnet5": None}}, ("networks.resnet5", "expected a section", "received nothing")),
    ],
)
def test_a_network_there_is_not_is_one_line(tmp_path, changed, parts):
    params(tmp_path, **changed)
    assert says_one_line(stage("check", folder=tmp_path), "params.yaml", *parts)
