"""`make seeds`: the pipeline once for each of five seeds, and their mean and standard deviation as docs/results.md.

The runs lie in output/seeds/; what is up to date there is not run again, and a killed run goes on.
"""

import datetime
import json
import shutil
from pathlib import Path
from statistics import mean, stdev

from tools import workspace

SEEDS = (1, 2, 3, 4, 5)
COLUMNS = {
    "accuracy": "test accuracy",
    "log_loss": "log loss (nats)",
    "macro_f1": "macro F1",
    "calibration_error": "calibration error",
}


def rows() -> list[dict]:
    """Run each seed and return its metrics, with the seconds its training took."""
    found = []
    for seed in SEEDS:
        folder = Path(f"output/seeds/{seed}")
        workspace.make(folder, {"train": {"seed": seed}})
        workspace.run(folder, "dvc", "repro")
        timing = json.loads((folder / "output/timing.json").read_text())
        found.append({"seed": seed, "timing": timing, **json.loads((folder / "output/metrics.json").read_text())})
    return found


def table(found: list[dict]) -> str:
    """Return the seeds' figures as Markdown, with the conditions they hold under."""
    first, timing = found[0], found[0]["timing"]
    lines = [f"| seed | {' | '.join(COLUMNS.values())} | training (s) |", "| --- |" + " --- |" * (len(COLUMNS) + 1)]
    for row in found:
        lines.append(_line(str(row["seed"]), [row[key] for key in COLUMNS], row["timing"]["train"]["seconds"]))
    for name, statistic in (("**mean**", mean), ("standard deviation", stdev)):
        seconds = statistic(row["timing"]["train"]["seconds"] for row in found)
        lines.append(_line(name, [statistic(row[key] for row in found) for key in COLUMNS], seconds))
    software = ", ".join(f"{name} {version}" for name, version in timing["software"].items())
    today = datetime.date.today().isoformat()
    return "\n".join(
        [
            f"# {first['network']} on {first['dataset']}, five seeds",
            "",
            f"Written by `make seeds` on {today}, with params.yaml as committed: {first['parameters']:,} parameters,"
            f" {first['test_images']:,} test images, weights of the lowest validation loss.",
            f"{timing['machine']['processor']}, {timing['machine']['cores']} cores; {software}.",
            "",
            *lines,
            "",
        ]
    )


def summary(found: list[dict]) -> str:
    """Return the one-row table of the README."""
    accuracies, seconds = [row["accuracy"] for row in found], [row["timing"]["train"]["seconds"] for row in found]
    first, timing = found[0], found[0]["timing"]
    head = "| network | data set | test accuracy of five seeds, mean ± s.d. | training | on |\n| --- | --- | --- | --- | --- |\n"
    cells = [
        first["network"],
        f"{first['dataset']}, {first['test_images']:,} test images",
        f"{mean(accuracies):.4f} ± {stdev(accuracies):.4f} ([each seed](docs/results.md))",
        f"{mean(seconds):.0f} s",
        f"{timing['machine']['processor']}, {timing['machine']['cores']} cores, TensorFlow {timing['software']['tensorflow']}",
    ]
    return f"{head}| {' | '.join(cells)} |\n"


def _line(name: str, figures: list[float], seconds: float) -> str:
    return f"| {name} | {' | '.join(f'{figure:.4f}' for figure in figures)} | {seconds:.0f} |"


if __name__ == "__main__":
    found = rows()
    Path("docs/results.md").write_text(table(found), encoding="utf-8")
    readme = Path("README.md")
    begin, end = "<!-- results: written by `make seeds` -->\n", "<!-- /results -->"
    before, rest = readme.read_text(encoding="utf-8").split(begin)
    readme.write_text(before + begin + summary(found) + end + rest.split(end)[1], encoding="utf-8")
    for name in ("accuracy", "mistakes"):
        shutil.copy2(f"output/seeds/{SEEDS[0]}/output/{name}.png", f"docs/pictures/{name}.png")
