"""A run's state on disk after each epoch, so that a killed run goes on where it was."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from digits import arrays
from digits.arrays import Split
from digits.errors import UserError
from digits.training import State
from digits.writing import replacing


def save(path: Path, state: State, *, fingerprint: str) -> None:
    """Write the state whole or not at all, marked with the `fingerprint` of the run it belongs to."""
    numbers = {"epochs": state.epochs, "history": state.history, "best_epoch": state.best_epoch}
    lists = {"variables": state.variables, "best_weights": state.best_weights}
    named = {f"{name}_{i}": array for name, list_ in lists.items() for i, array in enumerate(list_)}
    header = {"fingerprint": fingerprint, "numbers": numbers, "counts": {name: len(list_) for name, list_ in lists.items()}}
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, header=np.array(json.dumps(header)), **named)


def load(path: Path, *, fingerprint: str) -> State:
    """Return the state of the run with this `fingerprint`, or a fresh one: if there is none, another run's, or a damaged one."""
    try:
        file = arrays.read(path)
        header = json.loads(str(file["header"]))
        if header["fingerprint"] != fingerprint:
            return State()
        lists = {name: [file[f"{name}_{i}"] for i in range(count)] for name, count in header["counts"].items()}
        return State(**header["numbers"], **lists)
    except (UserError, ValueError, KeyError, TypeError, AttributeError):  # of what another version wrote, too
        return State()


def fingerprint(*parts: object) -> str:
    """Return a hash of all that decides a run's numbers: the `parts` and the code of this project that is loaded.

    A split counts by its images, labels and classes, any other part by its repr.
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, Split):
            digest.update(part.images.tobytes() + part.labels.tobytes() + repr(part.class_names.tolist()).encode())
        else:
            digest.update(repr(part).encode())
    for name in sorted(sys.modules):
        file = getattr(sys.modules[name], "__file__", None)
        if name.split(".")[0] in ("digits", "stages", "__main__") and file:
            digest.update(Path(file).read_bytes())
    return digest.hexdigest()
