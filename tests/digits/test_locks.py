"""A folder's lock: one at a time, and who waits says so."""

import multiprocessing

from digits import locks


def hold(lock, held, other_waits, ended) -> None:
    with locks.alone(lock, before_waiting=lambda: None):
        held.set()
        assert other_waits.wait(60)
        ended.set()


def test_a_second_process_waits_for_the_first_and_says_so(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    held, waits, ended = spawn.Event(), spawn.Event(), spawn.Event()
    first = spawn.Process(target=hold, args=(tmp_path / "lock", held, waits, ended))
    first.start()
    assert held.wait(60)
    with locks.alone(tmp_path / "lock", before_waiting=waits.set):
        assert ended.is_set()
    first.join()
