"""What a run leaves behind after each epoch: its state, its best weights, its curves, a line for the reader."""

import errno
import json
import os
import shutil
import time
from pathlib import Path
from statistics import median

import psutil

from digits import checkpoints, history, timing
from digits.compute import keras
from digits.curves import Curves
from digits.progress import Progress
from digits.stage import say
from digits.training import State
from digits.writing import drop_parts, replacing, write_text

CHECKPOINTS = "checkpoint"  # in the folder of outputs
OTHERS = 2  # interrupted runs, with other parameters or code, whose states stay: the newest ones


class Recorder:
    """A `training.Watcher` that keeps a run in the folder `output`.

    train/best.weights.h5       the weights of the lowest validation loss, as soon as there are better ones
    checkpoint/ID.npz           the state after the last finished epoch, until the run is finished; ID begins its fingerprint
    checkpoint/ID.json          what each finished epoch took, its updates and all of it, until then too
    tensorboard/RUN_NAME/       the curves
    timing.json                 how long it took
    """

    def __init__(self, network: keras.Model, *, output: Path, run_id: str, run_name: str, epochs: int, images: int):
        """Record the run of which `run_id` is the fingerprint; `epochs` and `images` (of one epoch) are for the progress."""
        self._network, self._output, self._run_id, self._images = network, output, run_id, images
        self._checkpoint, self._took = _kept(output, run_id)
        self._progress = Progress(epochs=epochs, images=images)
        self._curves = Curves(output / "tensorboard" / run_name)
        self._seconds: list[tuple[float, float]] = []  # of each epoch: its updates, and all of it
        self._since, self._ancestors = time.perf_counter(), _ancestors()
        for folder in (self._checkpoint.parent, output / "train"):
            drop_parts(folder)
        _keep_newest(self._checkpoint.parent, others_than=self._checkpoint)

    def unfinished(self) -> State:
        """Return where an interrupted run of this fingerprint stopped, or a fresh state."""
        state = checkpoints.load(self._checkpoint, fingerprint=self._run_id)
        for row in state.history:
            self._curves.add(row)
        if state.epochs:
            say(f"going on after epoch {state.epochs}")
            self._seconds = _seconds(self._took)[: state.epochs]
        return state

    def updated(self, images: int) -> None:
        self._progress.updated(images)

    def epoch_done(self, state: State, *, seconds: float) -> None:
        if state.best_epoch == state.epochs:
            save_weights(self._output / "train/best.weights.h5", self._network)
        checkpoints.save(self._checkpoint, state, fingerprint=self._run_id)
        self._curves.add(state.history[-1])
        now = time.perf_counter()
        self._seconds.append((seconds, now - self._since))
        self._since = now
        write_text(self._took, json.dumps(self._seconds))
        self._progress.epoch_done(state.history[-1], seconds=seconds)

    def finish(self, state: State) -> None:
        """Write the history, both weights and the times, and drop the checkpoint. The network is left with its best weights."""
        write_text(self._output / "train/history.csv", history.to_csv(state.history))
        save_weights(self._output / "train/last.weights.h5", self._network)
        self._network.set_weights(state.best_weights)
        save_weights(self._output / "train/best.weights.h5", self._network)
        if self._seconds:
            timing.record(self._output / "timing.json", "train", self._times())
        # A killed `dvc repro` leaves this process alive; the next one waits for it, and goes on from its checkpoint.
        if _ancestors() == self._ancestors:
            self._checkpoint.unlink()
            self._took.unlink(missing_ok=True)

    def _times(self) -> dict[str, float]:
        updates, whole = zip(*self._seconds, strict=True)
        return {
            "epochs": len(whole),
            "seconds": sum(whole),  # of all finished epochs, before a restart too, with evaluations and checkpoints
            "gradient_seconds_per_epoch": median(updates),
            "images_per_second": self._images / median(updates),
        }


class Bystander:
    """A `training.Watcher` for the workers that are not the chief: it reads the chief's checkpoint and writes nothing."""

    def __init__(self, *, output: Path, run_id: str):
        self._output, self._run_id = output, run_id

    def unfinished(self) -> State:
        """Return where an interrupted run of this fingerprint stopped, or a fresh state."""
        return checkpoints.load(_kept(self._output, self._run_id)[0], fingerprint=self._run_id)

    def updated(self, images: int) -> None:
        pass

    def epoch_done(self, state: State, *, seconds: float) -> None:
        pass

    def finish(self, state: State) -> None:
        pass


def _kept(output: Path, run_id: str) -> tuple[Path, Path]:
    """Return where a run's state and its seconds are kept."""
    return output / CHECKPOINTS / f"{run_id[:8]}.npz", output / CHECKPOINTS / f"{run_id[:8]}.json"


def _keep_newest(folder: Path, *, others_than: Path) -> None:
    """Drop the states of interrupted runs but for the newest `OTHERS`, and this run's own."""
    states = sorted((path for path in folder.glob("*.npz") if path != others_than), key=lambda path: path.stat().st_mtime)
    for state in states[:-OTHERS]:
        state.unlink()
    for seconds in folder.glob("*.json"):
        if not seconds.with_suffix(".npz").exists():
            seconds.unlink()


def _seconds(path: Path) -> list[tuple[float, float]]:
    """Return what an interrupted run wrote of its epochs; nothing if it was killed before it could, or the file is damaged."""
    try:
        return [(float(updates), float(whole)) for updates, whole in json.loads(path.read_text(encoding="utf-8"))]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def _ancestors() -> list[int]:
    """Return the process numbers of the parent, its parent and so on: the shell and the `dvc` that started this process."""
    return [process.pid for process in psutil.Process().parents()]


def save_weights(path: Path, network: keras.Model) -> None:
    """Write the network's weights as HDF5, whole or not at all; the same weights give the same bytes.

    Raises OSError if the disk might not hold them: HDF5 does not survive a disk that fills up, it takes the process with it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = 2**20 + 2 * sum(weight.numpy().nbytes for weight in network.weights)
    if shutil.disk_usage(path.parent).free < wanted:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    with replacing(path) as part:
        if hasattr(os, "posix_fallocate"):  # which a quota or a limit on a file's size stops as well
            with part.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, wanted)
        network.save_weights(part)
