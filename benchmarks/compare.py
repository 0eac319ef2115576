"""What changed between two commits: each figure of two results.json and their ratio, below 1 where the new one is faster.

Run     python -m benchmarks.compare OLD.json NEW.json
"""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import markdown
from benchmarks.accuracy_report import slow_epoch
from benchmarks.epochs_report import took
from benchmarks.ratios import geometric_mean, median
from digits.errors import UserError
from digits.stage import finish, say


def read(path: Path) -> dict[str, Any]:
    """Return a results.json. Raises UserError if it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        seconds(found)
        _name(found)
        return found
    except (FileNotFoundError, IsADirectoryError):
        raise UserError(f"{path} is not there; `make bench` writes benchmarks/results.json") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is no results.json of `make bench` ({type(error).__name__}: {error})") from None


def seconds(found: dict[str, Any]) -> dict[str, float]:
    """Return every figure that is a time, by name; per image where the number of images might change, in milliseconds."""
    figures = {}
    for name, network in _part(found, "epochs").get("networks", {}).items():
        figures[f"{name}: matrix product, s a TFLOP"] = 1000 / median(network["product_gflops"])
        for way in network["ways"]:
            if rounds := took(network, way):
                figures[f"{name}: {way}, ms an image"] = 1000 * median(rounds) / network["images"]
    if pipeline := _part(found, "pipeline"):
        figures["dvc repro, nothing to do, s"] = median(pipeline["no_op"]["ours"])
        figures["dvc repro, six empty stages, s"] = median(pipeline["no_op"]["empty"])
        figures["dvc repro, another plot.dpi, s"] = median(pipeline["replot"]["seconds"])
        parts = ("set_up", "imports", "training", "rest", "total")
        figures |= {f"default run, {part}, s": pipeline["default_run"][part] for part in parts}
    if study := _part(found, "study"):
        figures["study, s a variation"] = study["seconds"] / study["variations"]
    if accuracy := _part(found, "accuracy_for_time"):
        figures["LeNet under fit, s an epoch"] = slow_epoch(accuracy["slow"])
        if "fast" in accuracy:
            figures["recipes/fast.yaml, gradient updates, s"] = median([run["gradient_seconds"] for run in accuracy["fast"]])
    return figures


def table(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return what both have, side by side, and in a last row the mean over our loop's networks."""
    before, after = seconds(old), seconds(new)
    rows, ours = [], []
    for name in before:
        if name in after:
            ratio = after[name] / before[name]
            rows.append((name, f"{before[name]:.4g}", f"{after[name]:.4g}", f"{ratio:.3f}"))
            ours += [ratio] if ": loop," in name else []
    if ours:
        rows.append((f"our loop, geometric mean of {len(ours)} networks", "", "", f"{geometric_mean(ours):.3f}"))
    lines = markdown.table(["figure", _name(old), _name(new), "new / old"], rows)
    for key in ("machine", "software", "threads", "quick"):
        if old["about"][key] != new["about"][key]:
            lines.append(f"\nNot the same {key}: {old['about'][key]} and {new['about'][key]}.")
    return "\n".join(lines)


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name, {})
    return {} if "failed" in part else part


def _name(found: dict[str, Any]) -> str:
    return f"{found['about']['commit'] or 'no commit'}, {found['about']['date']}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path, metavar="OLD.json")
    parser.add_argument("new", type=Path, metavar="NEW.json")
    words = parser.parse_args()
    finish(lambda: say(table(read(words.old), read(words.new))))
