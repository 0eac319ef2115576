"""`make results`: every table of results, made of docs/results/printed.csv and docs/results/runs/RECIPE/SEED.json.

It writes docs/results/README.md, a row for each printed result; docs/results/RECIPE.md, a row for each seed; the lines of results
in the head of each recipe; and the README's table of some. Nothing is trained and no figure is typed.
"""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import mean, median, stdev

from digits.errors import UserError
from digits.writing import write_text, written
from tools import recipe, words

FOLDER = Path("docs/results")
RUNS = FOLDER / "runs"
INTERVALS = {quantity: (f"{quantity}_low", f"{quantity}_high") for quantity in ("accuracy", "macro_f1")}
BEGIN, END = "<!-- results: written by `make results` -->\n", "<!-- /results -->"
BEGIN_HEAD, END_HEAD = "# Results, written by `make results`:\n", "# End of results.\n"
SUMMARY = ("course_a", "lenet", "fast", "fastest", "best", "fashion3", "fashion_best")  # the README's
NO_COMMIT = "one not recorded"
SHARES = ("accuracy", "macro_f1", "validation_accuracy")  # of one, and not seconds or a count
STUDIED = (
    "Course D's Table 2, its three networks at four learning rates, stands beside ours in"
    " [studies/course_d](studies/course_d/report.md), on 4,000 images for 4 epochs. Losses and training accuracies that the courses"
    " print after a last epoch stand beside none of ours, which are of the weights kept; nor does E's F1 of each class."
)
FIGURES = {
    "accuracy": "test accuracy",
    "log_loss": "log loss (nats)",
    "macro_f1": "macro F1",
    "calibration_error": "calibration error",
}
QUANTITIES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "validation_accuracy": "validation accuracy",
    "first_ten_right": "of the first ten test images right",
    "seconds_per_epoch": "seconds per epoch",
    "test_seconds": "seconds for the test set",
}


def runs(name: str) -> list[dict]:
    """Return what is recorded of the recipe `name`, by seed."""
    return sorted(map(read, written(RUNS / name, "*.json")), key=lambda run: run["params"]["train"]["seed"])


def read(path: Path) -> dict:
    """Return what a run's file records. Raises UserError if it is damaged."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(run, dict) or not {"params", "metrics", "timing"} <= run.keys():
            raise ValueError("no record")
        return run
    except ValueError:
        raise UserError(f"{path} is damaged; delete it, and `make seeds NAME={path.parent.name}` records it anew") from None


def figure(run: dict, quantity: str) -> float:
    """Return one of `QUANTITIES` or `FIGURES` of a run; seconds per epoch are those of its gradient updates."""
    if quantity == "seconds_per_epoch":
        return run["timing"]["train"]["gradient_seconds_per_epoch"]
    if quantity == "test_seconds":
        return run["timing"]["evaluate"]["seconds"]
    return run[quantity] if quantity in run else run["metrics"][quantity]


def conditions(found: list[dict]) -> str:
    """Return in words on what and for how long the runs of one recipe were trained."""
    params = found[0]["params"]
    train, merge = params["train"], params["split"]["merge"]
    classes = "" if not merge else f" with {'some classes left out' if None in merge.values() else 'classes merged'}"
    epochs = f"{train['epochs']} epoch{'s' if train['epochs'] > 1 else ''}"
    if train["patience"]:
        epochs = f"{epochs} at most, patience {train['patience']}: {', '.join(str(run['epochs']) for run in found)} run"
    measured = "" if train["measured"] == "all" else f"; after each, only {train['measured']} is measured"
    return f"{params['split']['train']:,} images of {params['fetch']['dataset']}{classes}, {epochs}{measured}"


def spread(values: list[float], digits: int) -> str:
    """Return the mean, and of several values the standard deviation too."""
    deviation = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{deviation}"


def overview(printed: Iterable[dict[str, str]], recorded: Mapping[str, list[dict]]) -> str:
    """Return the table of every printed result, what is `recorded` of its recipe beside it, as Markdown."""
    lines = [
        "# What the courses print, and what their recipes reach here",
        "",
        "Written by `make results` from printed.csv and runs/, which `make seeds NAME=RECIPE SEEDS=3` makes.",
        "Ours: mean ± standard deviation over the seeds, on the test split, with the weights of the lowest validation loss; in",
        "brackets the mean 95 % interval (Wilson's; macro F1's by the delta method). An aim is reached if the mean is not below",
        "it; beside it stands how many of the seeds are not. Where the aim lies within the interval, whether the mean is above or",
        "below it, the test images are too few to tell ours from the aim. The interval is of the choice of test images alone: what",
        "another seed brings is in the ±.",
        "Course C's recipes validate on the first 5,000 images, as C does; until 2026-11-29 they did on the last 5,000, and what",
        "came of that was known when it was changed.",
        "Seconds are the median and the range over the seeds, on several processors with other work beside them: upper bounds;",
        "those per epoch are of the gradient updates, with the compiling where one epoch alone was trained.",
        "Networks whose convolutions have a bias rounded otherwise before 763c07d (decision 21), which moves a figure as another",
        "seed does; runs that name no commit are of before. Rows of course E of which only validation is measured would take a",
        "third longer by today's recipes.",
        "",
        "| course | recipe | what | printed | aim | ours | reached | seeds | trained on | note |",
        "|" + " --- |" * 10,
    ]
    for row in printed:
        found = recorded.get(row["recipe"], [])
        name = f"[{row['recipe']}]({row['recipe']}.md)" if found else row["recipe"]
        printed_cells = [row["source"], name, QUANTITIES[row["quantity"]], row["printed"], row["aim"]]
        lines.append(f"| {' | '.join([*printed_cells, *_ours_beside(row, found), row['note']])} |")
    machines = _machines(run for found in recorded.values() for run in found)
    return "\n".join([*lines, "", STUDIED, "", "On:", "", *(f"- {machine}" for machine in machines), ""])


def _ours_beside(row: dict[str, str], found: list[dict]) -> list[str]:
    if not found:
        return ["not run", "", "", ""]
    quantity = row["quantity"]
    return [_ours(found, quantity), _reached(found, quantity, row["aim"]), _seeds(found, quantity, row["aim"]), conditions(found)]


def _ours(found: list[dict], quantity: str) -> str:
    values = [figure(run, quantity) for run in found]
    if quantity == "first_ten_right":
        return ", ".join(str(value) for value in values)
    if quantity not in SHARES:
        return f"{median(values):.1f}" + (f" ({min(values):.1f} to {max(values):.1f})" if len(values) > 1 else "")
    text = spread(values, 4)
    if quantity in INTERVALS:
        low, high = (mean(figure(run, end) for run in found) for end in INTERVALS[quantity])
        text += f" [{low:.4f}, {high:.4f}]"
    return text


def _reached(found: list[dict], quantity: str, aim: str) -> str:
    if not aim:
        return ""
    _, highest = INTERVALS.get(quantity, (quantity, quantity))
    reached = mean(figure(run, highest) for run in found)
    short = float(aim) - mean(figure(run, quantity) for run in found)
    if short <= 0:
        return "yes"
    return "within the interval" if reached >= float(aim) else f"no, {short:.4f} short"


def _seeds(found: list[dict], quantity: str, aim: str) -> str:
    """Return how many seeds there are, and of those with an aim how many are alone not below it."""
    return f"{sum(figure(run, quantity) >= float(aim) for run in found)} of {len(found)}" if aim else str(len(found))


def page(name: str, found: list[dict]) -> str:
    """Return the seeds' figures of one recipe as Markdown, with the conditions they hold under."""
    metrics = found[0]["metrics"]
    head = ["seed", "best epoch", "validation accuracy", *FIGURES.values(), "training (s)", "of which an epoch's updates (s)"]
    lines = [
        f"# {name}: {metrics['network']} on {metrics['dataset']}",
        "",
        f"Written by `make results`; {made(name, found)}.",
        f"{metrics['parameters']:,} parameters, {conditions(found)}; {metrics['test_images']:,} test images, weights of the lowest"
        " validation loss.",
        f"{'; '.join(_machines(found))}.",
        "",
        f"| {' | '.join(head)} |",
        "|" + " --- |" * len(head),
        *(
            f"| {run['params']['train']['seed']} | {run['best_epoch']} | {run['validation_accuracy']:.4f} | {_line([run])} |"
            for run in found
        ),
        f"| **mean** | | {mean(run['validation_accuracy'] for run in found):.4f} | {_line(found)} |",
    ]
    if len(found) > 1:
        validation = stdev(run["validation_accuracy"] for run in found)
        lines.append(f"| standard deviation | | {validation:.4f} | {_line(found, statistic=stdev)} |")
    return "\n".join([*lines, ""])


def _line(found: list[dict], *, statistic=mean) -> str:
    figures = [f"{statistic(figure(run, key) for run in found):.4f}" for key in FIGURES]
    times = [f"{statistic(run['timing']['train'][key] for run in found):.1f}" for key in ("seconds", "gradient_seconds_per_epoch")]
    return " | ".join([*figures, *times])


def head(name: str, printed: Iterable[dict[str, str]], found: list[dict]) -> str:
    """Return the comment lines of a recipe's results for a head: each printed figure, ours, and the command that made ours."""
    lines = [
        f"#   course {row['source']}: {QUANTITIES[row['quantity']]} {row['printed'] or 'not printed'}"
        f"{'; ' if row['note'] else ''}{row['note']}\n"
        for row in printed
    ]
    seconds = [run["timing"]["train"]["seconds"] for run in found]
    lines.append(
        f"#   ours: accuracy {spread([figure(run, 'accuracy') for run in found], 4)},"
        f" macro F1 {spread([figure(run, 'macro_f1') for run in found], 4)}; {len(found)} seed{'s' if len(found) > 1 else ''},"
        f" {conditions(found)}\n"
    )
    typical = f"training {median(seconds):.0f} s a seed{', the median' if len(seconds) > 1 else ''}"
    lines.append(f"#   {made(name, found)}; {'; '.join(_machines(found))}; {typical}\n")
    return "".join(lines)


def heads(printed: Iterable[dict[str, str]], recorded: Mapping[str, list[dict]]) -> dict[str, list[str]]:
    """Return the parts of each recipe's head; results of joined recipes, fashion1+five_groups, stand with the last of them."""
    parts: dict[str, list[str]] = {}
    for name, found in recorded.items():
        of_recipe = [row for row in printed if row["recipe"] == name]
        parts.setdefault(name.rpartition("+")[2], []).append(head(name, of_recipe, found))
    return parts


def summary(recorded: Mapping[str, list[dict]]) -> str:
    """Return the README's table: some recipes, one line each."""
    lines = ["| recipe | network | test accuracy, mean ± s.d. | seeds | trained on | training | on |", "| --- " * 7 + "|"]
    for name, found in ((name, recorded[name]) for name in SUMMARY if name in recorded):
        seconds = median(run["timing"]["train"]["seconds"] for run in found)
        cells = [
            f"[{name}](docs/results/{name}.md)",
            f"{found[0]['metrics']['network']}, {found[0]['metrics']['parameters']:,} parameters",
            spread([figure(run, "accuracy") for run in found], 4),
            str(len(found)),
            conditions(found),
            f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min",
            "; ".join(sorted({f"{it['processor']}, {it['cores']} cores" for it in (run["timing"]["machine"] for run in found)})),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def made(name: str, found: list[dict]) -> str:
    """Return in words by which command, when and by which code the runs were made; the oldest records name no commit."""
    dates = sorted({run["timing"]["train"]["date"] for run in found})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    commits = sorted({run.get("commit", NO_COMMIT) for run in found})
    at = f", of commit {', '.join(commits)}" if commits != [NO_COMMIT] else ""
    return f"`make seeds NAME={name} SEEDS={len(found)}` made the runs, {when}{at}"


def _machines(found: Iterable[dict]) -> list[str]:
    return sorted({_machine(run) for run in found})


def _machine(run: dict) -> str:
    software = ", ".join(f"{package} {version}" for package, version in run["timing"]["software"].items())
    return f"{run['timing']['machine']['processor']}, {run['timing']['machine']['cores']} cores; {software}"


def refuse_without(path: Path, *, begin: str, end: str) -> None:
    """Raise UserError if a file has not the two lines between which results go."""
    if end not in path.read_text(encoding="utf-8").partition(begin)[2]:
        raise UserError(f"{path}: expected the lines {begin.strip()} and {end.strip()}; received none; they say where results go")


def with_between(path: Path, text: str, *, begin: str, end: str) -> str:
    """Return a file with `text` for what stands between two lines, both of which it brings. Raises UserError if it has not both."""
    refuse_without(path, begin=begin, end=end)
    before = path.read_text(encoding="utf-8")
    return re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: text, before, flags=re.DOTALL)


def put_between(path: Path, text: str, *, begin: str, end: str) -> None:
    """Write a file `with_between`."""
    write_text(path, with_between(path, text, begin=begin, end=end))


def refuse_a_mix(name: str, found: list[dict]) -> None:
    """Raise UserError if the runs of a recipe differ in more than the seed: no mean is of them all."""
    of = [(run["params"] | {"train": run["params"]["train"] | {"seed": 0}}, run["sizes"]) for run in found]
    if any(each != of[0] for each in of):
        mend = f"`make seeds NAME={name}` makes them anew"
        raise UserError(f"{RUNS / name}: expected runs that differ in their seed alone; received others; {mend}")


def main() -> None:
    """Write all tables anew."""
    printed = list(csv.DictReader((FOLDER / "printed.csv").read_text(encoding="utf-8").splitlines()))
    recorded = {folder.name: found for folder in sorted(RUNS.iterdir()) if (found := runs(folder.name))}
    for name, found in recorded.items():
        refuse_a_mix(name, found)
    pages = {FOLDER / f"{name}.md": page(name, found) for name, found in recorded.items()}
    pages[FOLDER / "README.md"] = overview(printed, recorded)
    for name, parts in heads(printed, recorded).items():
        path = recipe.FOLDER / f"{name}.yaml"
        pages[path] = with_between(path, "".join([BEGIN_HEAD, *parts, END_HEAD]), begin=BEGIN_HEAD, end=END_HEAD)
    pages[Path("README.md")] = with_between(Path("README.md"), BEGIN + summary(recorded) + END, begin=BEGIN, end=END)
    for path, text in pages.items():  # all of them, or none
        write_text(path, text)


if __name__ == "__main__":
    words.run(main)
