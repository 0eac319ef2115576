"""A study's runs on disk, a row a file, each written whole as soon as there is one.

rows/RUN.json      what is known of the run, without the test set
states/RUN.npz     its weights, until the test images have been read with them, or until it is clear that they will not be
tests/RUN.json     what it made of the test images: written when the search is over, read by nothing but the tables
"""

import json
from pathlib import Path
from typing import Any

from digits import checkpoints, rows
from digits.errors import UserError, one_line
from digits.rows import Row
from digits.training import State
from digits.writing import write_text, written


class Shelf:
    """The runs of one study's folder, past studies' among them."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._rows = {path.stem: _row(path) for path in written(folder / "rows", "*.json")}
        self._testable = {path.stem for path in (*written(folder / "states", "*.npz"), *written(folder / "tests", "*.json"))}

    def row(self, name: str) -> Row | None:
        return self._rows.get(name)

    def add(self, row: Row, state: State | None) -> None:
        """Keep a row and the run's weights; the weights first, so that a row on disk has them."""
        if state is not None:
            checkpoints.save(self._state(row.name), state, fingerprint=row.name)
            self._testable.add(row.name)
        write_text(self._folder / f"rows/{row.name}.json", rows.to_json(row))
        self._rows[row.name] = row

    def state(self, name: str) -> State | None:
        """Return the state of a run that may go on, or whose weights have not yet read the test images."""
        state = checkpoints.load(self._state(name), fingerprint=name)
        return state if state.epochs else None

    def can_be_tested(self, name: str) -> bool:
        """Whether a finished run has its weights or its test results; without either it must be trained again."""
        return name in self._testable

    def test(self, name: str) -> dict[str, Any] | None:
        """Return what the run made of the test images, None before it has seen them. Raises UserError if the file is damaged."""
        path = self._test(name)
        if not path.exists():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:  # UnicodeDecodeError and JSONDecodeError among them
            raise UserError(f"{path} is damaged ({one_line(error)}); delete it, and the run is trained and tested again") from error

    def add_test(self, name: str, figures: dict[str, Any]) -> None:
        write_text(self._test(name), json.dumps(figures) + "\n")
        self._testable.add(name)

    def drop_state(self, name: str) -> None:
        self._state(name).unlink(missing_ok=True)

    def _state(self, name: str) -> Path:
        return self._folder / f"states/{name}.npz"

    def _test(self, name: str) -> Path:
        return self._folder / f"tests/{name}.json"


def _row(path: Path) -> Row:
    try:
        return rows.from_json(path.read_text(encoding="utf-8"), name=str(path))
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is damaged ({error}); delete it, and its run is trained again") from error
