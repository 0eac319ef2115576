"""`make scale`: what is compared, what more machines would take, and that the page's tables follow from what was measured."""

import shutil
from unittest.mock import MagicMock

import pytest

from tests.worlds import ROOT
from tools import scale


@pytest.mark.parametrize(("count", "strategy", "threads"), [(1, "none", 2), (2, "multiworker", 1)])
def test_one_process_and_two_workers_have_two_threads_in_all(monkeypatch, count, strategy, threads):
    make, launch = MagicMock(), MagicMock()
    monkeypatch.setattr(scale.workspace, "make", make)
    monkeypatch.setattr(scale.workspace, "run", MagicMock())
    monkeypatch.setattr(scale.workers, "launch", launch)
    scale.trained("mlp", count=count, epochs=1, networks={})
    changes = make.call_args.args[1]
    assert (changes["train"]["strategy"], changes["compute"]) == (strategy, {"threads": threads})
    assert [call.kwargs["count"] for call in launch.call_args_list] == ([count] if count > 1 else [])


@pytest.mark.parametrize(("machines", "hops", "sent"), [(1, 0, 0), (2, 2, 4e6), (5, 8, 6.4e6)])
def test_an_all_reduce_goes_twice_round_the_ring_less_two_hops(machines, hops, sent):
    seconds = sent / 1.25e9 + hops * 0.0001  # 10-gigabit Ethernet
    assert scale.all_reduce(1_000_000, machines=machines) == pytest.approx((seconds, sent))


def test_the_committed_tables_are_made_of_the_committed_figures(tmp_path, monkeypatch):
    for path in (scale.PAGE, scale.MEASURED):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    scale.main("tables")
    assert scale.PAGE.read_text() == (ROOT / scale.PAGE).read_text(), "run `python -m tools.scale tables`"
