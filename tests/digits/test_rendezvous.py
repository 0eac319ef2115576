"""Workers that find each other, and what is said when one does not come."""

import errno
import json
import socket
import struct
import threading
import time

import pytest

from digits import rendezvous
from digits.errors import UserError
from digits.rendezvous import Cluster
from tests.worlds import NEEDS_LOOPBACK


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def addresses(count: int) -> tuple[str, ...]:
    return tuple(f"127.0.0.1:{free_port()}" for _ in range(count))


def meet(who: tuple[str, ...], *, indices: tuple[int, ...], timeout: float, pause: float = 0) -> dict[int, str]:
    """Let these workers meet, one after the other by `pause` seconds, and return what each was told, "" if all went well."""
    told = {}

    def one(index: int) -> None:
        try:
            rendezvous.meet(Cluster(who, index), timeout=timeout)
            told[index] = ""
        except UserError as error:
            told[index] = str(error)

    threads = [threading.Thread(target=one, args=(index,)) for index in indices]
    for thread in threads:
        thread.start()
        time.sleep(pause)
    for thread in threads:
        thread.join()
    return told


@NEEDS_LOOPBACK
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_workers_meet_in_whatever_order_they_come(order):
    assert meet(addresses(3), indices=order, timeout=20, pause=0.2) == {0: "", 1: "", 2: ""}


@NEEDS_LOOPBACK
@pytest.mark.parametrize("reset", [False, True])
def test_a_worker_that_called_and_died_is_named_and_one_started_anew_in_its_place_is_met(reset):
    who = addresses(3)

    def call_and_die() -> None:
        while True:
            try:
                with socket.create_connection(("127.0.0.1", int(who[0].rpartition(":")[2])), timeout=5) as call:
                    call.sendall(b"1\n")
                    if reset:
                        call.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
            except ConnectionRefusedError:
                time.sleep(0.01)

    both = f"worker 1 ({who[1]}), 2 ({who[2]}) did not come"
    for others, expected in (((), both), ((2,), f"worker 1 ({who[1]}) did not come"), ((2, 1), "")):
        dying, told = threading.Thread(target=call_and_die), {}
        chief = threading.Thread(target=lambda told=told: told.update(meet(who, indices=(0,), timeout=3)))
        for thread in (chief, dying):
            thread.start()
        dying.join()
        time.sleep(0.2)
        meet(who, indices=others, timeout=3)
        chief.join()
        assert told[0].startswith(expected)
        assert bool(told[0]) == bool(expected)


def test_one_worker_alone_waits_for_nobody():
    assert meet(("nowhere.invalid:1",), indices=(0,), timeout=0.1) == {0: ""}


@NEEDS_LOOPBACK
def test_a_worker_that_never_comes_is_named_by_the_chief_and_ends_the_others_too():
    who = addresses(3)
    began = time.monotonic()
    told = meet(who, indices=(0, 1), timeout=1)
    assert told[0] == f"worker 2 ({who[2]}) did not come within 1 s (workers.timeout)"
    assert told[1] == f"the chief ({who[0]}) or another worker did not come within 1 s (workers.timeout)"
    assert time.monotonic() - began < 5


@NEEDS_LOOPBACK
def test_a_chief_that_never_comes_is_named():
    who = addresses(2)
    assert meet(who, indices=(1,), timeout=0.5)[1].startswith(f"the chief ({who[0]})")


@NEEDS_LOOPBACK
def test_a_worker_calls_again_after_a_call_that_the_system_gave_up(monkeypatch):
    calls, connect = [], socket.create_connection

    def given_up_at_first(*words, **settings):
        calls.append(words)
        if len(calls) == 1:
            raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")
        return connect(*words, **settings)

    monkeypatch.setattr(socket, "create_connection", given_up_at_first)
    assert meet(addresses(2), indices=(0, 1), timeout=20) == {0: "", 1: ""}
    assert len(calls) > 1


@NEEDS_LOOPBACK
def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        told = meet((address, "127.0.0.1:1"), indices=(0,), timeout=1)
    assert told[0].startswith(f"the chief cannot listen at {address}: ")


def says_something_else(call: socket.socket) -> None:
    call.sendall(b"GET / HTTP/1.1\n")


def says_nothing(call: socket.socket) -> None:
    call.recv(1)  # until the chief hangs up


def hangs_up_at_once(call: socket.socket) -> None:
    call.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # its close is a reset


@NEEDS_LOOPBACK
@pytest.mark.parametrize("behaviour", [says_something_else, says_nothing, hangs_up_at_once])
def test_a_stranger_s_call_is_no_worker_s_and_keeps_none_away(behaviour):
    who, called = addresses(2), threading.Event()

    def stranger() -> None:
        for _ in range(1000):
            try:
                with socket.create_connection(("127.0.0.1", int(who[0].rpartition(":")[2])), timeout=5) as call:
                    called.set()
                    behaviour(call)
                    return
            except ConnectionRefusedError:
                time.sleep(0.01)

    def worker() -> None:
        called.wait(10)
        told.update(meet(who, indices=(1,), timeout=10))

    told: dict[int, str] = {}
    threads = [threading.Thread(target=stranger), threading.Thread(target=worker)]
    for thread in threads:
        thread.start()
    told.update(meet(who, indices=(0,), timeout=10))
    for thread in threads:
        thread.join()
    assert told == {0: "", 1: ""}


def config(**changed) -> str:
    return json.dumps({"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 1}} | changed)


def test_tf_config_names_the_workers_and_this_one():
    assert rendezvous.cluster(config()) == Cluster(("a:1", "b:2"), 1)


@pytest.mark.parametrize("text", [None, ""])
def test_without_tf_config_the_line_says_how_to_start_workers(text):
    with pytest.raises(UserError, match=r"^train\.strategy: multiworker needs the variable TF_CONFIG; `make workers N=2`.*$"):
        rendezvous.cluster(text)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        config(task={"type": "worker", "index": 2}),
        config(task={"type": "worker", "index": -1}),
        config(task={"type": "ps", "index": 0}),
        config(cluster={"worker": ["a"]}),
        config(cluster={"worker": ["a:b"]}),
        config(cluster={"worker": ["a:70000"]}),
        config(cluster={"worker": [1]}),
        config(cluster={"worker": []}),
        config(cluster={"worker": ["a:1"], "ps": ["b:1"]}),
    ],
)
def test_an_unfit_tf_config_is_refused_with_an_example(text):
    with pytest.raises(UserError, match=r'^TF_CONFIG: expected \{"cluster": .*; received [^\n]*$'):
        rendezvous.cluster(text)
