"""Every stage that runs a network ends in one line if it does not fit into memory."""

import importlib
import inspect
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from digits.compute import tf
from tests.worlds import ROOT

STAGES = [path.stem for path in sorted((ROOT / "stages").glob("*.py")) if "trained.network(" in path.read_text(encoding="utf-8")]


def out_of_memory(*_, **__):
    raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")


@pytest.mark.parametrize("name", STAGES)
def test_what_does_not_fit_into_memory_is_the_error_that_a_stage_ends_with_in_one_line(name, monkeypatch):
    stage = importlib.import_module(f"stages.{name}")
    for first in ("read_both", "read_table"):
        monkeypatch.setattr(stage, first, out_of_memory, raising=False)
    monkeypatch.setattr(stage.arrays, "load", out_of_memory)
    given = {
        key: Path(key) if of.annotation is Path else MagicMock() for key, of in inspect.signature(stage.main).parameters.items()
    }
    with pytest.raises(MemoryError, match="^OOM when allocating"):
        stage.main(**given)


def test_all_stages_after_training_are_among_them():
    assert {"evaluate", "handwriting", "filters", "embedding", "submission"} <= set(STAGES)
