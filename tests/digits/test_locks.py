"""A folder's lock: one at a time, and who waits says so."""

import multiprocessing
import time

from digits import locks


def hold(lock, ready, seconds: float) -> None:
    with locks.alone(lock, before_waiting=lambda: None):
        ready.set()
        time.sleep(seconds)


def test_a_second_process_waits_for_the_first_and_says_so(tmp_path):
    spawn, said = multiprocessing.get_context("spawn"), []
    ready = spawn.Event()
    first = spawn.Process(target=hold, args=(tmp_path / "lock", ready, 1.0))
    first.start()
    assert ready.wait(60)
    with locks.alone(tmp_path / "lock", before_waiting=lambda: said.append("waiting")):
        assert said == ["waiting"]
    first.join()
