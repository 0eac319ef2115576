"""The ways to train a network that are compared, a file each: its `train` runs a `Task`, an epoch when it is this way's turn.

Every way gets the same images and labels, batch size, learning rate of Adam, first epoch to last, and number of threads. What is
timed is an epoch's gradient updates, its shuffle included; no evaluation, and no metric besides what a way cannot leave out.
"""

import importlib
import importlib.util
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np


@dataclass(frozen=True)
class Way:
    """How to train."""

    label: str  # as results.md names it
    module: str  # of this package
    options: dict[str, Any]  # of its `train`
    package: str = "tensorflow"  # that it needs
    convolutions_only: bool = False


FIT_STEPS = 20  # at most in a call, as many as in our loop's
WAYS = {
    "loop": Way("our loop", "own_loop", {}),
    "fit": Way("Keras `fit`", "keras_fit", {"jit_compile": False}),
    "fit_jit": Way("`fit`, `jit_compile`", "keras_fit", {"jit_compile": True}),
    "fit_steps": Way("`fit`, many steps a call", "keras_fit", {"jit_compile": False, "steps": FIT_STEPS}),
    "fit_jit_steps": Way("`fit`, `jit_compile`, many steps", "keras_fit", {"jit_compile": True, "steps": FIT_STEPS}),
    "torch": Way("PyTorch", "torch_loop", {"channels_last": False}, package="torch"),
    "torch_channels_last": Way("PyTorch, channels-last", "torch_loop", {"channels_last": True}, "torch", convolutions_only=True),
    "torch_fused": Way("PyTorch, fused Adam", "torch_loop", {"channels_last": False, "fused": True}, "torch"),
    "torch_channels_last_fused": Way(
        "PyTorch, channels-last, fused Adam", "torch_loop", {"channels_last": True, "fused": True}, "torch", convolutions_only=True
    ),
}
YARDSTICK = "yardstick"
OTHERS = {  # that run in turn too, and are not compared
    "recorded": Way("our loop, recorded", "recorded_loop", {}),
    YARDSTICK: Way("matrix product", "matrix_product", {}),
}
SIDE = 2048  # of its matrices: large enough to lie near the processor's peak, small enough for a fraction of a second
PRODUCTS = 4  # in a turn
PRODUCT_FLOP = PRODUCTS * 2 * SIDE**3  # in a turn: a multiplication and an addition for each of side^3


def installed(way: Way) -> bool:
    """Whether the package that a way needs can be imported."""
    return importlib.util.find_spec(way.package) is not None


@dataclass(frozen=True, eq=False)
class Task:
    """What is trained: the same for every way."""

    network: str  # a file of digits/models, built with its own default sizes
    images: np.ndarray  # uint8 (n, 28, 28)
    labels: np.ndarray  # uint8 (n,)
    epochs: int
    batch_size: int  # images
    learning_rate: float  # of Adam, at every step
    threads: int

    def __len__(self) -> int:
        return len(self.images)


CLASSES, SEED = 10, 1  # of the images, and of the first weights


class Turns:
    """The conversation with the process that hands out turns: after a first line, a line in is a turn, a line out what it took."""

    def __init__(self, inward: TextIO, outward: TextIO):
        self._inward, self._outward, self._ready = inward, outward, False

    def wait(self) -> None:
        """Say the first time that all is ready, and return when it is our turn. Raises SystemExit if there will be none."""
        if not self._ready:
            self._tell()
            self._ready = True
        if not self._inward.readline():
            sys.exit(0)

    def done(self, seconds: float) -> None:
        """Say that the turn is over and how long the epoch in it took."""
        self._tell(seconds=seconds, peak_megabytes=peak_megabytes())

    def finish(self, **facts: float) -> None:
        """Say what is known after the last epoch, found in a turn of its own: while others train it would slow them."""
        self._tell(**facts)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Wait for a turn, and time the block in it."""
        self.wait()
        began = time.perf_counter()
        yield
        self.done(time.perf_counter() - began)

    def _tell(self, **facts: float) -> None:
        self._outward.write(json.dumps(facts) + "\n")
        self._outward.flush()


def run(way: Way, task: Task, turns: Turns) -> None:
    """Train the task in this way."""
    importlib.import_module(f"{__name__}.{way.module}").train(task, turns, **way.options)


def peak_megabytes() -> float:
    """Return the most memory this process has held so far, in units of 2^20 bytes."""
    try:  # getrusage begins with the parent's size at the fork
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # macOS, which has bytes there
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
