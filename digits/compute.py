"""How TensorFlow is imported and computes: without its chatter, on how many threads, and with the same bits each time.

What uses TensorFlow takes `tf` and `keras` from here.
"""

import errno
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

from digits.params import between
from digits.stage import with_room

CHATTER = ("WARNING: All log messages before absl", "I0000 ", "W0000 ")  # of missing GPUs and of oneDNN; no setting stops it


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what is written to stderr, C++ code's lines too, and let all but the chatter through at the end."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held.read().decode(errors="replace").splitlines(keepends=True):
                if not line.startswith(CHATTER):
                    sys.stderr.write(line)


@contextmanager
def _without(*modules: str) -> Iterator[None]:
    """Let what is imported find these modules not installed, each unless it is loaded already."""
    missing = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(missing))  # pyright: ignore[reportArgumentType, reportCallIssue] - Python's own way to say so
    try:
        yield
    finally:
        for module in missing:
            del sys.modules[module]


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Import without garbage collection, which looks through all that was imported before again and again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # nor later on: what is imported stays
        if collects:
            gc.enable()


@with_room
def _import_tensorflow() -> None:
    # Decision 17: half of the import's time. Keras draws galleries with matplotlib that nobody asks for here.
    with _without_chatter(), _without_collecting(), _without("matplotlib", "matplotlib.pyplot"):
        for module in ("keras", "tensorflow"):
            import_module(module)


_import_tensorflow()
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

__all__ = ["ComputeParams", "deterministic", "keras", "out_of_memory", "parts", "span", "tf"]

Whole = TypeVar("Whole", int, tf.Tensor)
MOST_PARTS = 8  # each has the network traced once more: in 16, ResNet-5's first epoch takes nearly six times as long as whole


@dataclass(frozen=True)
class ComputeParams:
    """Section `compute` of params.yaml."""

    threads: int = between(1, 256)  # of TensorFlow's operations; another number sums in another order and gives other bits


def deterministic(*, threads: int, in_parts: bool = False) -> None:
    """Make TensorFlow's operations give the same bits in every run, on `threads` threads. Call it before anything is computed.

    Keras' own settings, float32 and channels last, go before those of a user's ~/.keras/keras.json.

    in_parts  a batch goes through the network in `parts`, a thread each, and not whole, each operation on all threads;
              on more than MOST_PARTS threads it goes whole
    """
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(1 if in_parts and threads <= MOST_PARTS else threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


@contextmanager
def out_of_memory() -> Iterator[None]:
    """Raise TensorFlow's lack of memory as Python's MemoryError, of room on the disk as its OSError: a stage ends in one line."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        if os.strerror(errno.ENOSPC) in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise MemoryError(error) from error


def parts() -> int:
    """Return in how many parts a batch goes through a network: as many as operations run at a time, if each has one thread."""
    threads = tf.config.threading
    return threads.get_inter_op_parallelism_threads() if threads.get_intra_op_parallelism_threads() == 1 else 1


def span(count: Whole, *, part: Whole, of: int) -> tuple[Whole, Whole]:
    """Return where one part of several, counted from 0, begins and ends in a batch of `count`: even parts, but for one row."""
    return count * part // of, count * (part + 1) // of
