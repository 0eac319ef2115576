"""A small DVC project inside the project: this working tree's code as it is, with some parameters changed.

A change can be tried out there before it is committed, and what was trained before stays as it was.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import yaml

from digits import locks
from digits.stage import warn
from tools import parameters

# Paths in params.yaml of what may lie outside the project.
OUTSIDE = (
    ("fetch", "own"),
    ("symbols", "examples"),
    ("symbols", "own"),
    ("handwriting", "photos"),
)
NO_FILE = ("none", "imagenet")  # of networks.resnet50.weights
CODE = ("digits", "stages", "dvc.yaml", ".dvcignore", ".dvc/config", ".dvc/plots.html")


def absolute(path: Any) -> Any:
    """Return a path as it is from any folder; "", which stands for none, stays, as does what is no text: a stage refuses it."""
    return os.path.abspath(os.path.expanduser(path)) if isinstance(path, str) and path else path


def make(folder: Path, changes: Mapping[str, Mapping]) -> None:
    """Bring `folder` up to date with the code, and with params.yaml as `changes`, section by section, alter it."""
    params = parameters.sections()
    for name in CODE:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if Path(name).is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(name, target)
    (folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n")
    if isinstance(folders := params["fetch"].get("folders"), list):
        params["fetch"]["folders"] = [absolute(name) for name in folders]
    for section, key in OUTSIDE:
        if key in params[section]:
            params[section][key] = absolute(params[section][key])
    for section, values in changes.items():
        params[section] |= values
    resnet50 = params["networks"].get("resnet50")
    if isinstance(resnet50, dict) and resnet50.get("weights", "none") not in NO_FILE:
        resnet50["weights"] = absolute(resnet50["weights"])
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")


def alone(folder: Path) -> AbstractContextManager[None]:
    """Hold `folder` for a block with `make` and `run` in it; while another command, or a `dvc repro` that it left, does, wait."""
    return locks.alone(folder / "lock", before_waiting=lambda: warn(f"waiting for another command in {folder}"))


def run(folder: Path, *words: str) -> None:
    """Run a command in `folder`, its output on ours; an error of its own ends us with its status."""
    status = subprocess.run(words, cwd=folder, env=environment(), check=False, close_fds=False).returncode
    if status:
        raise SystemExit(status)


def environment() -> dict[str, str]:
    """Return the environment for a command in another folder, with the folders of data sets where they are."""
    found = dict(os.environ)
    if folders := found.get("DIGITS_DATASETS"):
        found["DIGITS_DATASETS"] = os.pathsep.join(absolute(name) for name in folders.split(os.pathsep))
    return found
