"""`make adopt STUDY=course_b ROW=9b3e0d5d7f`: write into params.yaml what a row of a study was trained with, comments kept.

ROW is one of the table's; its first seed is taken, or the one named as in ROW=9b3e0d5d7f-2. A few first characters do.
"""

import json
from pathlib import Path

from digits import rows
from digits.errors import UserError
from digits.rows import Row
from digits.stage import read_text
from digits.writing import write_text, written
from tools import parameters, recipe, words

STUDIES = Path("output/studies")


def chosen(study: str, row: str) -> Row:
    """Return the row meant. Raises UserError if there is none, or more than one variation of which the name might be."""
    folder = STUDIES / study / "rows"
    if not study or not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in STUDIES.glob("*/rows")))
        raise UserError(f"STUDY: expected one that has been run, {known or 'and none has'}; received {study or 'nothing'}")
    found = sorted(written(folder, "*.json"), key=_order) if row else []
    meant = [path for path in found if path.stem == row or path.stem.startswith(row) and "-" not in row]
    if len({path.stem.partition("-")[0] for path in meant}) != 1:
        raise UserError(
            f"ROW: expected the first column of {folder.parent}/table.md; received {row or 'nothing'}, {len(meant)} runs"
        )
    return rows.from_json(read_text(meant[0]), name=str(meant[0]))


def main(study: str = "", row: str = "") -> None:
    """Write the row's parameters into params.yaml."""
    found = chosen(study, row)
    write_text(Path("params.yaml"), recipe.written_into(parameters.text(), dict(found.params)))
    print(f"params.yaml now holds {found.name} of {study}, {json.dumps(found.values)}; `dvc repro` runs it")


def _order(path: Path) -> tuple[str, int]:
    variation, _, seed = path.stem.partition("-")
    return variation, words.whole(seed) or 0


if __name__ == "__main__":
    words.run(main)
