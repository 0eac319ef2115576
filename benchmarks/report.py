"""results.json as a page. Nothing is measured here and no figure is typed.

Run     python -m benchmarks.report     after an edit of this file: benchmarks/results.md and the README's table anew
"""

import json
from pathlib import Path
from typing import Any

from benchmarks import accuracy_report, conditions, epochs_report, pipeline_report, steps_report, summary
from digits.errors import UserError
from digits.writing import write_text
from tools import results, words

FOLDER = Path("benchmarks")
README, BEGIN, END = Path("README.md"), "<!-- bench: written by `make bench` -->\n", "<!-- /bench -->"


def page(found: dict[str, Any]) -> str:
    """Return the page of one results.json."""
    about = found["about"]
    lines = ["# How fast it is", "", *conditions.whole(about), ""]
    for part, text in (
        ("epochs", epochs_report.section),
        ("steps", steps_report.section),
        ("pipeline", pipeline_report.section),
        ("study", pipeline_report.study),
        ("accuracy_for_time", accuracy_report.section),
    ):
        if part in found:
            failed = found[part].get("failed")
            lines += [f"The part {part} failed: {failed}", ""] if failed else [*text(found[part]), ""]
    return "\n".join(lines)


def refuse_no_place() -> None:
    """Raise UserError if the README has not the lines between which its table goes."""
    results.refuse_without(README, begin=BEGIN, end=END)


def put_summary(found: dict[str, Any]) -> None:
    """Write the README's table of what all of it comes to."""
    results.put_between(README, BEGIN + summary.block(found) + END, begin=BEGIN, end=END)


def main() -> None:
    """Write the page, and the README's table, anew."""
    found = read(FOLDER / "results.json")
    write_text(FOLDER / "results.md", page(found))
    put_summary(found)


def read(path: Path) -> dict[str, Any]:
    """Return a results.json. Raises UserError if it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        page(found)
        return found
    except (FileNotFoundError, IsADirectoryError):
        raise UserError(f"{path} is not there; `make bench` writes benchmarks/results.json") from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is no results.json of `make bench` ({type(error).__name__}: {error})") from None


if __name__ == "__main__":
    words.run(main)
