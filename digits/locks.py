"""Who comes second to a folder waits for the first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock


@contextmanager
def alone(path: Path, *, before_waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; while another process holds it, wait, after a call of `before_waiting`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        before_waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
