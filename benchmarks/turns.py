"""Contenders in turn: each in a process of its own that lives through all rounds and waits while the others have theirs.

So each has the caches, the compiled functions and the peak memory that it would have alone, and whatever slows the machine for a
while slows all of them. A waiting process reads from a pipe and computes nothing.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

Answer = TypeVar("Answer")
# Memory that a step frees stays with the process for the next step. Left to itself glibc learns that, or does not, from what was
# freed before: one and the same PyTorch loop then fetched a thousand pages from the system at each step, or none at all.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(64 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(512 * 2**20)}


def malloc() -> dict[str, str]:
    """Return what each contender's environment says of freed memory; a user's own value wins."""
    return {name: os.environ.get(name, value) for name, value in MALLOC.items()}


class Failed(Exception):
    """A contender ended before it should. Its text is the last line it wrote."""


@dataclass
class Measured:
    """What one contender took."""

    first: float = 0.0  # seconds of its first epoch, compilation included
    seconds: list[float] = field(default_factory=list)  # of each epoch after it
    peak_megabytes: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)  # what it said at its end
    failed: str = ""  # why there is nothing more


class Contender:
    """A process that takes a turn when it is told to."""

    def __init__(self, words: Sequence[str], *, log: Path):
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log, pipe = log, subprocess.PIPE
        with log.open("wb") as errors:
            self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=errors, text=True, env=os.environ | malloc())
        self._ready = False

    @property
    def pid(self) -> int:
        """Its process number, for who wants to know whether it computes."""
        return self._process.pid

    def ready(self) -> None:
        """Wait until it has imported and built what it needs, and says so by a first line. Raises Failed."""
        if not self._ready:
            self._heard()
            self._ready = True

    def turn(self) -> dict[str, float]:
        """Let it run an epoch, or after the last one end, and return what it says. Raises Failed."""
        self.ready()
        try:
            print(file=self._process.stdin, flush=True)
        except BrokenPipeError:
            pass  # it is gone; its answer says so
        return self._heard()

    def _heard(self) -> dict[str, float]:
        """Return the next line it has to say. Raises Failed."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            status = self._process.wait()
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
            raise Failed(f"exit status {status}: {lines[-1].strip()[:200] if lines else 'nothing said'}")
        return json.loads(line)

    def __enter__(self) -> "Contender":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def in_turn(contenders: Mapping[str, Contender], *, rounds: int) -> dict[str, Measured]:
    """Return what each contender took: a first epoch, alone while it compiles, and then one in each round.

    The first turn is given when all are ready, since one that still imports would slow another's. Each round begins with another
    contender. One that fails is left out from there on.
    """
    measured = {name: Measured() for name in contenders}
    for name, contender in contenders.items():
        _answer(contender.ready, measured[name])
    for name, contender in contenders.items():
        _take(contender, measured[name], first=True)
    names = list(contenders)
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            _take(contenders[name], measured[name])
    return measured


def _take(contender: Contender, measured: Measured, *, first: bool = False) -> None:
    if measured.failed:
        return
    said = _answer(contender.turn, measured)
    if said is None:
        return
    if first:
        measured.first = said["seconds"]
    else:
        measured.seconds.append(said["seconds"])
    measured.peak_megabytes = said["peak_megabytes"]


def finish(contender: Contender, measured: Measured) -> None:
    """Let a contender that has run all its epochs end in a last turn, and hear what it says."""
    if not measured.failed:
        measured.facts = _answer(contender.turn, measured) or {}


def _answer(ask: Callable[[], Answer], measured: Measured) -> Answer | None:
    """Return what a contender answers; if it fails, None, and the reason is in `measured`."""
    try:
        return ask()
    except Failed as error:
        measured.failed = str(error)
        return None
