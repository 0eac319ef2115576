"""results.json as a page. Nothing is measured here and no figure is typed.

Run     python -m benchmarks.report     after an edit of this file: benchmarks/results.md anew
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import accuracy_report, epochs_report, pipeline_report, steps_report
from digits.errors import UserError
from digits.stage import finish
from digits.writing import write_text

FOLDER = Path("benchmarks")


def page(found: dict[str, Any]) -> str:
    """Return the page of one results.json."""
    about = found["about"]
    lines = ["# How fast it is", "", *_conditions(about), ""]
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


def _conditions(about: dict[str, Any]) -> Sequence[str]:
    machine, software = about["machine"], dict(about["software"])
    onednn = software.pop("oneDNN")
    commit = about["commit"] + (" with edits" if about["edited"] else "")
    lines = [
        f"Written from results.json, by `{about['command']}` on {about['date']}, commit {commit or 'unknown'}.",
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gigabytes']} GB, {machine['system']};"
        f" load average at the start {about['load']}.",
        f"{', '.join(f'{name} {version}' for name, version in software.items())}; oneDNN {'on' if onednn == '1' else 'off'},"
        f" {about['threads']} threads, for all.",
    ]
    if "torch" not in software:
        lines.append("PyTorch is left out: it is not installed (the extra `bench`).")
    if about["quick"]:
        lines.append("**A quick run on next to no images: that it runs is all it shows.**")
    return lines


def main() -> None:
    """Write the page anew."""
    try:
        found = json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{FOLDER}/results.json is not there; `make bench` makes it") from None
    write_text(FOLDER / "results.md", page(found))


if __name__ == "__main__":
    finish(main)
