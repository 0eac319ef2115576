import sys
from pathlib import Path

import pytest

from digits.stage import run


def reads_two_and_perhaps_a_third(first: Path, second: Path, third: Path = Path("third")) -> None:
    print(first, second, third)


@pytest.mark.parametrize(("words", "seen"), [(["a", "b"], "a b third"), (["a", "b", "c"], "a b c")])
def test_paths_come_from_the_command_line_and_one_with_a_default_may_be_left_out(words, seen, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stage", *words])
    with pytest.raises(SystemExit, match="0"):
        run(reads_two_and_perhaps_a_third)
    assert capsys.readouterr().out.strip() == seen


@pytest.mark.parametrize("words", [[], ["a"], ["a", "b", "c", "d"]])
def test_too_few_or_too_many_paths_are_one_line_and_status_2(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stage", *words])
    with pytest.raises(SystemExit, match="2"):
        run(reads_two_and_perhaps_a_third)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "first second [third]" in said
