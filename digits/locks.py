"""Who comes second to a folder waits for the first."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path, *, before_waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; while another block holds it, wait, after a call of `before_waiting`.

    A command that is started in the block with `close_fds=False` holds it too, as long as it runs, whatever becomes of us. A block
    within a block of the same file waits forever. Raises OSError where no such file can be written or locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            before_waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        os.set_inheritable(file.fileno(), True)
        yield
