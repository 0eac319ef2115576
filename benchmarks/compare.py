"""What changed between two commits: times and peak memory of two results.json and their ratios, below 1 where the new needs less.

Run     python -m benchmarks.compare OLD.json NEW.json
"""

from pathlib import Path
from typing import Any

from benchmarks import markdown
from benchmarks.accuracy_report import AIMS, finished, slow_epoch
from benchmarks.conditions import QUIET
from benchmarks.epochs_report import ratio, took
from benchmarks.ratios import geometric_mean, median
from benchmarks.report import read
from digits.stage import finish, say
from tools.words import Parser

MOVED = 1.1  # times, by which matrix products do not change on one machine


def figures(found: dict[str, Any]) -> dict[str, float]:
    """Return the medians of times, and peak memory, by name; milliseconds per image where the number of images might change."""
    named = {}
    for name, network in _networks(found).items():
        if network["product_gflops"]:
            named[f"{name}: matrix product, s a TFLOP"] = 1000 / median(network["product_gflops"])
        for way in network["ways"]:
            if rounds := took(network, way):
                named[f"{name}: {way}, ms an image"] = 1000 * median(rounds) / network["images"]
                named[f"{name}: {way}, MB at most"] = network["ways"][way]["peak_megabytes"]
    if pipeline := _part(found, "pipeline"):
        named["dvc repro, nothing to do, s"] = median(pipeline["no_op"]["ours"])
        named["dvc repro, six empty stages, s"] = median(pipeline["no_op"]["empty"])
        named["dvc repro, another plot.dpi, s"] = median(pipeline["replot"]["seconds"])
        parts = ("set_up", "imports", "training", "rest", "total")
        named |= {f"default run, {part}, s": pipeline["default_run"][part] for part in parts}
    if study := _part(found, "study"):
        named["study, s a variation"] = study["seconds"] / study["variations"]
    if accuracy := _part(found, "accuracy_for_time"):
        named["LeNet under fit, s an epoch"] = slow_epoch(accuracy["slow"])
        for name in AIMS:
            if runs := finished(accuracy.get(name, [])):
                named[f"recipes/{name}.yaml, gradient updates, s"] = median([run["gradient_seconds"] for run in runs])
    return named


def table(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Return what both have, side by side, and in the last rows means over the networks."""
    before, after = figures(old), figures(new)
    rows, ours = [], []
    for name in before:
        if name in after:
            changed = after[name] / before[name]
            rows.append((name, f"{before[name]:.4g}", f"{after[name]:.4g}", f"{changed:.3f}"))
            ours += [changed] if name.endswith(": loop, ms an image") else []
    if ours:
        rows.append((f"our loop, geometric mean of {len(ours)} networks", "", "", f"{geometric_mean(ours):.3f}"))
    for way in ("fit", "torch"):
        earlier, later = (_over_our_loop(found, way) for found in (old, new))
        if both := earlier.keys() & later.keys():
            means = [geometric_mean([ratios[name] for name in both]) for ratios in (earlier, later)]
            what = f"{way} over our loop of the same run, geometric mean of {len(both)} networks"
            rows.append((what, *(f"{each:.3f}" for each in (*means, means[1] / means[0]))))
    lines = markdown.table(["figure", _name(old), _name(new), "new / old"], rows)
    lines += _of_the_machine(old, new)
    for key in ("machine", "software", "threads", "quick"):
        if old["about"][key] != new["about"][key]:
            lines.append(f"\nNot the same {key}: {old['about'][key]} and {new['about'][key]}.")
    return "\n".join(lines)


def _over_our_loop(found: dict[str, Any], way: str) -> dict[str, float]:
    """Return how many times as long as our loop a way takes, by network; without those that lack one of the two."""
    networks = _networks(found).items()
    return {name: each.median for name, network in networks if took(network, way) and (each := ratio(network, way))}


def _of_the_machine(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what warns of another machine under the same name, or of a busy one."""
    lines = []
    before, after = ([rate for network in _networks(found).values() for rate in network["product_gflops"]] for found in (old, new))
    if before and after and not 1 / MOVED < median(after) / median(before) < MOVED:
        lines.append(f"\nThe yardstick itself went from {median(before):.0f} to {median(after):.0f} GFLOP/s: another machine.")
    loads = [found["about"]["load"] for found in (old, new)]
    if max(loads) > QUIET:
        lines.append(f"\nNot both on a quiet machine: load {loads[0]} and {loads[1]} at the start.")
    return lines


def _networks(found: dict[str, Any]) -> dict[str, Any]:
    return _part(found, "epochs").get("networks", {})


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name, {})
    return {} if "failed" in part else part


def _name(found: dict[str, Any]) -> str:
    return f"{found['about']['commit'] or 'no commit'}, {found['about']['date']}"


if __name__ == "__main__":
    parser = Parser(prog="compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path, metavar="OLD.json")
    parser.add_argument("new", type=Path, metavar="NEW.json")
    words = parser.parse_args()
    finish(lambda: say(table(read(words.old), read(words.new))))
