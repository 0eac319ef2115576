"""Contenders in turn: one at a time, the first epoch apart, and one that dies says why."""

import subprocess
import sys
from contextlib import ExitStack

import pytest

from benchmarks import turns
from benchmarks.turns import Contender, Failed
from tests.worlds import ROOT

SCRIPT = """
import json, sys, time
time.sleep({late})
with open({shared!r}, "a") as file:
    file.write("+")
print("{{}}", flush=True)
for line in sys.stdin:
    with open({shared!r}, "a") as file:
        file.write({name!r})
    count = len(open({shared!r}).read().replace("+", ""))
    if {dies} and count > 4:
        sys.exit("out of luck")
    print(json.dumps(dict(seconds=count, peak_megabytes=7)), flush=True)
"""


def contenders(stack, folder, *names, dies=(), late=()):
    shared = folder / "order.txt"
    scripts = {
        name: SCRIPT.format(shared=str(shared), name=name, dies=name in dies, late=0.5 if name in late else 0) for name in names
    }
    words = {name: [sys.executable, "-c", script] for name, script in scripts.items()}
    return shared, {name: stack.enter_context(Contender(words[name], log=folder / f"{name}.log")) for name in names}


def test_they_take_turns_and_each_round_begins_with_another(tmp_path):
    with ExitStack() as stack:
        order, processes = contenders(stack, tmp_path, "a", "b", "c")
        measured = turns.in_turn(processes, rounds=3)
    assert order.read_text().lstrip("+") == "abc" + "abc" + "bca" + "cab"
    assert (measured["a"].first, measured["a"].seconds) == (1, [4, 9, 11])
    assert measured["b"].peak_megabytes == 7


def test_all_keep_the_memory_they_free_and_what_a_user_set_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "7")
    script = (
        "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('MALLOC')}), flush=True); input()"
    )
    with Contender([sys.executable, "-c", script], log=tmp_path / "log") as process:
        assert process._heard() == turns.MALLOC | {"MALLOC_TRIM_THRESHOLD_": "7"}


def test_nobody_has_a_turn_before_all_are_ready(tmp_path):
    with ExitStack() as stack:
        order, processes = contenders(stack, tmp_path, "a", "b", late=("b",))
        turns.in_turn(processes, rounds=1)
    assert order.read_text() == "++" + "ab" + "ab"


def test_one_that_dies_says_its_last_line_and_the_others_go_on(tmp_path):
    with ExitStack() as stack:
        _, processes = contenders(stack, tmp_path, "a", "b", dies=("b",))
        measured = turns.in_turn(processes, rounds=4)
    assert "out of luck" in measured["b"].failed
    assert len(measured["a"].seconds) == 4


def test_one_that_cannot_start_says_why(tmp_path):
    with Contender([sys.executable, "-c", "raise ValueError('no such network')"], log=tmp_path / "log") as process:
        with pytest.raises(Failed, match="no such network"):
            process.turn()


def test_one_that_cannot_start_is_left_out(tmp_path):
    with ExitStack() as stack:
        _, processes = contenders(stack, tmp_path, "a")
        processes["b"] = stack.enter_context(Contender([sys.executable, "-c", "1 / 0"], log=tmp_path / "b.log"))
        measured = turns.in_turn(processes, rounds=2)
    assert "ZeroDivisionError" in measured["b"].failed
    assert len(measured["a"].seconds) == 2


def test_an_unknown_network_or_part_is_one_line():
    for option in ("--networks", "--parts"):
        words = [sys.executable, "-m", "benchmarks", option, "mpl"]
        run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert len(run.stderr.splitlines()) == 1
        assert "received mpl" in run.stderr
