"""Small worlds for tests, built in place."""

import inspect
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from digits.arrays import Dataset, Split
from digits.params import read, read_section

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}


def _loopback() -> bool:
    """Whether this machine can talk to itself: with `unshare -n` it cannot until `ip link set lo up`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            socket.create_connection(server.getsockname(), timeout=2).close()
        except OSError:
            return False
    return True


NEEDS_LOOPBACK = pytest.mark.skipif(not _loopback(), reason="no loopback network on this machine for a server of the test's own")


def labelled_images(*, train: int, test: int, classes: int = 10, dataset: str = "made") -> Dataset:
    """Return a data set whose images hold their own row number in their first two pixels, labels going round the classes."""

    def images(count: int) -> np.ndarray:
        made = np.zeros((count, 28, 28), np.uint8)
        made[:, 0, 0], made[:, 0, 1] = np.arange(count) % 256, np.arange(count) // 256
        return made

    return Dataset(
        images(train),
        (np.arange(train) % classes).astype(np.uint8),
        images(test),
        (np.arange(test) % classes).astype(np.uint8),
        np.array([str(name) for name in range(classes)]),
        np.array(dataset),
        np.array([], dtype=str),
    )


def split_of(images: np.ndarray, labels: np.ndarray, *, classes: int = 10, dataset: str = "made") -> Split:
    """Return the arrays as a split."""
    names = np.array([str(name) for name in range(classes)])
    return Split(images, labels.astype(np.uint8), names, np.array(dataset), np.arange(len(images)))


def bars(count: int, *, seed: int = 0) -> Split:
    """Return images of one bright row each, whose label is the row's number divided by two: learnt in a few epochs."""
    random = np.random.default_rng(seed)
    rows = random.integers(4, 24, size=count)
    images = random.integers(0, 60, size=(count, 28, 28)).astype(np.uint8)
    images[np.arange(count), rows] = 255
    return split_of(images, (rows - 4) // 2)


def sections_of(**changed: dict) -> dict[str, dict]:
    """Return the project's params.yaml, with some keys of some sections changed."""
    values = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for section, changes in changed.items():
        values[section] |= changes
    return values


def params(folder: Path, **sections: dict) -> None:
    """Write the project's params.yaml into `folder`, with some keys of some sections changed."""
    (folder / "params.yaml").write_text(yaml.safe_dump(sections_of(**sections), sort_keys=False), encoding="utf-8")


def stage(
    name: str, *words: object, folder: Path, most_bytes: int | None = None, **environment: str
) -> subprocess.CompletedProcess:
    """Run a stage as DVC does, in `folder`, with this tree's code; no file may grow over `most_bytes`, as on a full disk."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes or 0, most_bytes or 0))

    return subprocess.run(
        command(name, *words),
        cwd=folder,
        env=ENVIRONMENT | environment,
        preexec_fn=limited if most_bytes else None,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


PEAK = """
import runpy, sys
try:
    runpy.run_module(f"stages.{sys.argv.pop(1)}", run_name="__main__", alter_sys=True)
finally:
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""  # not getrusage's, which counts the memory of the process that started this one


def peak_of_stage(name: str, *words: object, folder: Path, seconds: float = 300) -> float:
    """Run a stage as `stage` does, assert that it succeeds, and return the most memory it held, in bytes."""
    words = (sys.executable, "-c", PEAK, name, *map(str, words))
    run = subprocess.run(words, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=seconds, check=False)
    assert run.returncode == 0, run.stderr
    return float(run.stdout.splitlines()[-1]) * 1024


def call(main: Callable[..., None], *paths: object, **changed: dict) -> None:
    """Call a stage's `main` within this process, as from the project's params.yaml with some keys of some sections changed."""
    text = yaml.safe_dump(sections_of(**changed))
    kinds = {name: each.annotation for name, each in inspect.signature(main).parameters.items()}
    named = zip((name for name, kind in kinds.items() if kind is Path), map(Path, paths), strict=False)
    sections = {
        name: read_section(name, text) if kind is dict else read(kind, name, text)
        for name, kind in kinds.items()
        if kind is not Path
    }
    main(**dict(named), **sections)


def command(name: str, *words: object) -> list[str]:
    """Return the words that start a stage."""
    return [sys.executable, "-m", f"stages.{name}", *map(str, words)]


def says_one_line(run: subprocess.CompletedProcess, *parts: str) -> bool:
    """Whether the stage failed as a user's error should: status 2, one line on stderr that has all `parts` in it."""
    lines = run.stderr.splitlines()
    return run.returncode == 2 and len(lines) == 1 and all(part in lines[0] for part in parts)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until the condition holds, five minutes at most."""
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def project(folder: Path) -> Path:
    """Copy what a clone would hold of the working tree, files not yet committed included, into `folder`, and return it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def states(folder: Path) -> list[Path]:
    """Return the checkpoints of a project's interrupted trainings that are whole."""
    return list((folder / "output/checkpoint").glob("[!.]*.npz"))
