import subprocess
import sys

import pytest

from tests.worlds import ROOT


@pytest.mark.parametrize("tool", ["adopt", "publish", "seeds", "scale", "throughput", "workers"])
def test_too_many_words_are_one_line(tool):
    words = [sys.executable, "-m", f"tools.{tool}", "one", "two", "three"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1), said.stderr
    assert said.stderr.startswith(f"{tool}: expected [")
    assert said.stderr.endswith("]; received one two three\n")


@pytest.mark.parametrize("tool", ["tools.quick", "tools.results", "benchmarks.report"])
def test_a_tool_that_takes_no_words_does_nothing_for_one(tool):
    said = subprocess.run([sys.executable, "-m", tool, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (2, f"{tool.partition('.')[2]}: expected no words; received --help\n")


def test_scale_measures_nothing_for_a_word_it_does_not_know():
    said = subprocess.run([sys.executable, "-m", "tools.scale", "tabels"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (2, "scale: expected tables, or nothing to measure them first; received tabels\n")


@pytest.mark.parametrize(
    ("tool", "wrong"), [("tools.study", "--bogus"), ("benchmarks", "--bogus"), ("benchmarks.compare", "one")], ids=str
)
def test_an_option_that_a_tool_has_not_is_one_line(tool, wrong):
    said = subprocess.run([sys.executable, "-m", tool, wrong], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1), said.stderr
    assert said.stderr.endswith("; --help says what it takes\n")
