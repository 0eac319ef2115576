"""`make seeds NAME=lenet SEEDS=3`: a recipe once for each of so many seeds, and what came out as docs/results/lenet.md.

Without a NAME it is course A with five seeds, whose mean also goes into the README, and two of whose pictures.
The runs lie in output/seeds/; what is up to date there is not run again, and a killed run goes on.
"""

import json
import shutil
import sys
from pathlib import Path
from statistics import mean, stdev

from digits.errors import UserError
from tools import recipe, workspace

COLUMNS = {
    "accuracy": "test accuracy",
    "log_loss": "log loss (nats)",
    "macro_f1": "macro F1",
    "calibration_error": "calibration error",
}
BEGIN, END = "<!-- results: written by `make seeds` -->\n", "<!-- /results -->"


def rows(name: str, *, seeds: int) -> list[dict]:
    """Run the recipe `name` with each of the seeds 1 to `seeds`, and return each one's metrics and timing."""
    found = []
    for seed in range(1, seeds + 1):
        folder = Path(f"output/seeds/{name}/{seed}")
        changes = recipe.values(name)
        workspace.make(folder, changes | {"train": changes["train"] | {"seed": seed}})
        workspace.run(folder, "dvc", "repro")
        timing = json.loads((folder / "output/timing.json").read_text())
        found.append({"seed": seed, "timing": timing, **json.loads((folder / "output/metrics.json").read_text())})
    return found


def table(name: str, found: list[dict]) -> str:
    """Return the seeds' figures as Markdown, with the conditions they hold under."""
    first, timing = found[0], found[0]["timing"]
    software = ", ".join(f"{package} {version}" for package, version in timing["software"].items())
    trained = max(row["timing"]["train"]["date"] for row in found)
    lines = [
        f"# {name}: {first['network']} on {first['dataset']}",
        "",
        f"Written by `make seeds NAME={name} SEEDS={len(found)}` from runs of {trained}. {first['parameters']:,} parameters,"
        f" {first['test_images']:,} test images, weights of the lowest validation loss.",
        f"{timing['machine']['processor']}, {timing['machine']['cores']} cores; {software}.",
        "",
        f"| seed | {' | '.join(COLUMNS.values())} | training (s) | of which an epoch's updates (s) |",
        "| --- |" + " --- |" * (len(COLUMNS) + 2),
        *(_line(str(row["seed"]), [row]) for row in found),
        _line("**mean**", found),
    ]
    if len(found) > 1:
        lines.append(_line("standard deviation", found, statistic=stdev))
    return "\n".join([*lines, ""])


def summary(found: list[dict]) -> str:
    """Return the one-row table of the README."""
    accuracies = [row["accuracy"] for row in found]
    first, timing = found[0], found[0]["timing"]
    head = f"| network | data set | test accuracy of {len(found)} seeds, mean ± s.d. | training | on |\n" + "| --- " * 5 + "|\n"
    cells = [
        first["network"],
        f"{first['dataset']}, {first['test_images']:,} test images",
        f"{mean(accuracies):.4f} ± {stdev(accuracies):.4f} ([each seed](docs/results/{recipe.BASE}.md))",
        f"{mean(row['timing']['train']['seconds'] for row in found):.0f} s",
        f"{timing['machine']['processor']}, {timing['machine']['cores']} cores, TensorFlow {timing['software']['tensorflow']}",
    ]
    return f"{head}| {' | '.join(cells)} |\n"


def _line(name: str, found: list[dict], *, statistic=mean) -> str:
    figures = [f"{statistic(row[key] for row in found):.4f}" for key in COLUMNS]
    times = [f"{statistic(row['timing']['train'][key] for row in found):.1f}" for key in ("seconds", "gradient_seconds_per_epoch")]
    return f"| {name} | {' | '.join([*figures, *times])} |"


def main(name: str = recipe.BASE, seeds: str = "5") -> None:
    """Run the seeds and write the tables."""
    found = rows(name, seeds=int(seeds))
    page = Path(f"docs/results/{name}.md")
    page.parent.mkdir(exist_ok=True)
    page.write_text(table(name, found), encoding="utf-8")
    if name != recipe.BASE:
        return
    readme = Path("README.md")
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    readme.write_text(before + BEGIN + summary(found) + END + rest.split(END)[1], encoding="utf-8")
    for picture in ("accuracy", "mistakes"):
        shutil.copy2(f"output/seeds/{name}/1/output/{picture}.png", f"docs/pictures/{picture}.png")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (UserError, ValueError) as error:
        print(f"seeds: {error}", file=sys.stderr)
        sys.exit(2)
