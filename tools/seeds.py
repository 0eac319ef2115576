"""`make seeds NAME=lenet SEEDS=3`: a recipe once for each of so many seeds, and what came out as docs/results/runs/lenet/SEED.json.

Without a NAME it is course A with five seeds, two of whose pictures the README shows. The tables are made of these files by
tools/results.py. The runs lie in output/seeds/; what is up to date there is not run again, and a killed run goes on.
"""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import yaml

from digits import history
from digits.arrays import Predictions, load
from digits.errors import UserError, unknown
from digits.writing import write_text
from tools import recipe, results, words, workspace

CODE = ("digits", "stages", "dvc.yaml")  # decides what a run gives


def run(name: str, *, seed: int) -> None:
    """Run the recipe `name` with one seed, and record what came out."""
    folder = Path(f"output/seeds/{name}/{seed}")
    params = recipe.values(name)
    params["train"] |= {"seed": seed}
    params["fetch"] |= {"offline": "stop"}  # a record says what the recipe's data set gave, no stand-in
    with workspace.alone(folder):
        code = commit()
        workspace.make(folder, params)
        workspace.run(folder, "dvc", "repro", "--no-run-cache", "plot")  # which brings outputs back, and no seconds
        path, made = results.RUNS / name / f"{seed}.json", record(folder)
        if "train" not in made["timing"]:  # evaluate alone ran again, on another system or with other versions
            workspace.run(folder, "dvc", "repro", "--no-run-cache", "--force", "plot")
            made = record(folder)
        if path.exists() and (before := results.read(path))["timing"]["train"] == made["timing"]["train"]:
            code = before.get("commit", "")  # nothing was trained
        write_text(path, json.dumps({"commit": code, **made}, indent=2) + "\n")


def record(folder: Path) -> dict:
    """Return a run's parameters, those that recipes may change, and what it left behind, as tools/results.py reads it."""
    output, params = folder / "output", yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    predictions = load(output / "predictions.npz", Predictions)
    epochs = history.from_csv((output / "train/history.csv").read_text(encoding="utf-8"))
    losses = epochs["validation_loss"]
    return {
        "params": {
            section: {key: params[section][key] for key in keys}
            for section, keys in recipe.of_a_run(recipe.BASE).items()
            if section != "networks"
        },
        "sizes": params["networks"][params["model"]["name"]],
        "metrics": json.loads((output / "metrics.json").read_text(encoding="utf-8")),
        "timing": json.loads((output / "timing.json").read_text(encoding="utf-8")),
        "epochs": len(losses),
        "best_epoch": int(np.argmin(losses)) + 1,
        "validation_accuracy": float(epochs["validation_accuracy"][np.argmin(losses)]),
        "first_ten_right": int((predictions.probabilities.argmax(axis=1) == predictions.labels)[:10].sum()),
    }


def commit() -> str:
    """Return the commit of the code that runs, with a "+" if it was changed since; "" without Git."""
    words = ("rev-parse", "--short", "HEAD"), ("status", "--porcelain", *CODE)
    try:
        head, changes = (subprocess.run(["git", *of], capture_output=True, text=True, check=False).stdout.strip() for of in words)
    except OSError:
        return ""
    return f"{head}+" if head and changes else head


def refuse(name: str, *, seeds: int) -> None:
    """Raise UserError, before anything is trained, for a recipe whose runs could not be recorded or stand beside others of it."""
    wanted = recipe.of_a_run(name)
    if not wanted["split"]["validation"]:
        raise UserError(f"NAME: expected a recipe with validation images, by which weights are kept; {name} has none")
    last = recipe.FOLDER / f"{name.rpartition('+')[2]}.yaml"
    results.refuse_without(last, begin=results.BEGIN_HEAD, end=results.END_HEAD)
    networks, network = wanted.pop("networks"), wanted["model"]["name"]
    if network not in networks:
        raise unknown(f"{last}: model.name, of the networks whose sizes {recipe.BASE} has", network, list(networks))
    sizes, others = networks[network], []
    for run in results.runs(name):
        seed = run["params"]["train"]["seed"]
        wanted["train"]["seed"] = seed
        if seed > seeds and (run["params"], run["sizes"]) != (wanted, sizes):
            others.append(seed)
    if others:
        of = f"seeds {', '.join(map(str, others))} were recorded with other parameters than {name} has now"
        raise UserError(f"{results.RUNS / name}: {of}; remove them, or make SEEDS={others[-1]} or more")


def main(name: str = recipe.BASE, seeds: str = "5") -> None:
    """Run the seeds and write the tables."""
    number = words.whole(seeds)
    if not number:
        raise UserError(f"SEEDS: expected a whole number above 0; received {seeds}")
    refuse(name, seeds=number)
    for seed in range(1, number + 1):
        run(name, seed=seed)
    results.main()
    if name == recipe.BASE:
        for picture in ("accuracy", "mistakes"):
            shutil.copy2(f"output/seeds/{name}/1/output/{picture}.png", f"docs/pictures/{picture}.png")


if __name__ == "__main__":
    words.run(main)
