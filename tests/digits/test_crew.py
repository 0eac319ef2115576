"""The workers: orders out, outcomes back, a worker that dies."""

import os
import signal
import time
from functools import partial

import pytest
from distributed import Client, LocalCluster

from digits import crew
from digits.crew import Crew, Killed
from digits.errors import UserError
from tests.worlds import NEEDS_LOOPBACK


class Doubler:
    """A bench whose work is nothing; the order "die" kills the worker, "sleep" takes a minute."""

    def __init__(self, unit=2):
        self.done, self.unit = 0, unit

    def run(self, order):
        if order == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "sleep":
            time.sleep(60)
        self.done += 1
        return order * self.unit, self.done


def all_of(hands, orders):
    waiting, outcomes = list(orders), {}
    while waiting or hands.busy():
        while waiting and hands.room() > 0:
            name = waiting.pop(0)
            hands.give(str(name), name)
        name, outcome = hands.next_done()
        outcomes[name] = outcome
    return outcomes


@NEEDS_LOOPBACK
def test_each_order_comes_back_once_and_a_worker_keeps_its_bench():
    with crew.local(workers=2, processes=False) as client:
        hands = Crew(client, partial(Doubler, 3))
        assert hands.size() == 2
        outcomes = all_of(hands, range(50))
    assert {name: value for name, (value, _) in outcomes.items()} == {str(i): 3 * i for i in range(50)}
    assert max(done for _, done in outcomes.values()) > 5


@NEEDS_LOOPBACK
def test_a_worker_that_dies_is_an_outcome_and_the_next_order_finds_another():
    with crew.local(workers=1) as client:
        outcomes = all_of(Crew(client, Doubler), ["a", "die", "b"])
    assert isinstance(outcomes["die"], Killed)
    assert (outcomes["a"][0], outcomes["b"][0]) == ("aa", "bb")


def test_a_scheduler_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setattr(crew, "PATIENCE", 1)
    with (
        pytest.raises(UserError, match=r"--scheduler: expected the address of a running one with workers"),
        crew.client_of("tcp://127.0.0.1:9"),
    ):
        pass


@NEEDS_LOOPBACK
def test_a_scheduler_that_runs_already_takes_the_orders():
    with crew.local(workers=1, processes=False) as there, crew.client_of(there.scheduler.address) as client:
        assert all_of(Crew(client, Doubler), ["a"])["a"][0] == "aa"


@NEEDS_LOOPBACK
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_scheduler_that_goes_away_is_one_line(order, monkeypatch, caplog):
    monkeypatch.setattr(crew, "PATIENCE", 1)
    monkeypatch.setitem(crew.SETTINGS, "distributed.comm.timeouts.connect", "1s")
    with crew.local(workers=1) as there, crew.client_of(there.scheduler.address) as client:
        hands = Crew(client, Doubler)
        if order == "before":
            hands.give("a", "sleep")
        there.cluster.close()
        with pytest.raises(UserError, match=r"the scheduler is gone \(.*\); what was finished is kept, the same command goes on"):
            all_of(hands, ["b"])
    assert caplog.text == ""


@NEEDS_LOOPBACK
def test_a_worker_that_cannot_make_its_bench_says_why_and_not_that_the_scheduler_is_gone():
    with crew.local(workers=1) as client:
        hands = Crew(client, partial(open, "/nowhere/at all"))
        hands.give("a", "a")
        with pytest.raises(FileNotFoundError):
            hands.next_done()


@NEEDS_LOOPBACK
def test_a_second_study_on_the_same_workers_ends_the_first_in_one_line_and_not_in_failed_runs():
    with crew.local(workers=1, processes=False) as client:
        first = crew.Crew(client, Doubler)
        crew.Crew(client, Doubler)
        first.give("a", 1)
        with pytest.raises(UserError, match="another study has taken the workers"):
            first.next_done()


@NEEDS_LOOPBACK
def test_a_worker_of_several_threads_is_refused_for_its_networks_are_one_run_s_at_a_time():
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
        pytest.raises(UserError, match=r"--scheduler: expected workers of one thread each"),
    ):
        Crew(client, Doubler)
