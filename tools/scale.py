"""`make scale`: measure one process against two workers on this machine, and write the tables of docs/scale.md.

Each pair of runs is repeated in turn, so that other work on the machine meets both. What is measured goes to
docs/results/scale.json; the table on paper follows from it and from the assumptions below. `python -m tools.scale tables` measures
nothing and writes the tables anew.
"""

import datetime
import json
import os
import textwrap
from pathlib import Path
from statistics import median

import h5py
import numpy as np

from digits import history, tables, timing
from digits.errors import UserError
from digits.writing import write_text
from tools import recipe, results, words, workers, workspace

FOLDER = Path("output/scale")
MEASURED = Path("docs/results/scale.json")
PAGE = Path("docs/scale.md")
NETWORKS = {"mlp": 4000, "lenet": 2000}  # training images of each
EPOCHS, ROUNDS, BATCH = 5, 3, 100
WITHOUT_DROPOUT = {"lenet": {"dense": 1024, "dropout": 0.0}}

# On paper. Every machine takes batches of BATCH of a set of the size of MNIST's.
IMAGES = 60_000
IMAGE_BYTES = 28 * 28 + 1
NETWORK_BYTES = 10e9 / 8  # per second each way: 10-gigabit Ethernet, nominal
HOP_SECONDS = 0.0001  # from one machine's memory to the next one's: assumed
# Dubey et al. 2024, "The Llama 3 Herd of Models": 419 unexpected interruptions in 54 days on 16,384 GPUs, 8 to a machine.
HOURS_BETWEEN_FAILURES = 54 * 24 * (16_384 / 8) / 419  # of one machine
MACHINES = (1, 10, 100, 1000)


def trained(name: str, *, count: int, epochs: int, networks: dict) -> Path:
    """Train the network by `count` workers, or, for one, without a strategy; return the folder of outputs."""
    folder = FOLDER / f"{name}-{count}"
    strategy = "none" if count == 1 else "multiworker"
    train = {"epochs": epochs, "batch_size": BATCH, "schedule": "constant", "learning_rate": 0.001, "strategy": strategy}
    split = {"train": NETWORKS[name], "validation": 1000, "test": 1000}
    values = recipe.values(recipe.BASE)  # whatever params.yaml says now
    changes = {"model": {"name": name}, "train": train, "split": split, "augment": {"shift": 0}, "networks": networks}
    for section, changed in changes.items():
        values[section] |= changed
    with workspace.alone(folder):
        workspace.make(folder, values | {"compute": {"threads": 2 // count}})
        workspace.run(folder, "dvc", "repro", "--quiet", "split")
        if count == 1:
            workspace.run(folder, *workers.TRAIN)
        else:
            workers.launch(workers.TRAIN, folder=folder, count=count)
    return folder / "output"


def measure(name: str) -> dict:
    """Return the seconds of an epoch's updates of each round, by one process and by two workers, and how far the two agree."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    accuracy: dict[int, float] = {}
    for _ in range(ROUNDS):
        for count, found in seconds.items():
            output = trained(name, count=count, epochs=EPOCHS, networks={})
            found.append(json.loads((output / "timing.json").read_text(encoding="utf-8"))["train"]["gradient_seconds_per_epoch"])
            accuracy[count] = _last(output, "test_accuracy")
    one, two = (trained(name, count=count, epochs=1, networks=WITHOUT_DROPOUT) for count in (1, 2))
    first, second = _weights(one), _weights(two)
    return {
        "parameters": sum(array.size for array in first),
        "images": NETWORKS[name],
        "seconds_of_one_process": seconds[1],
        "seconds_of_two_workers": seconds[2],
        "test_accuracy": accuracy,
        "without_dropout": {
            "largest_difference_of_a_weight": max(float(np.abs(a - b).max()) for a, b in zip(first, second, strict=True)),
            "test_accuracy": {1: _last(one, "test_accuracy"), 2: _last(two, "test_accuracy")},
        },
    }


def _last(output: Path, quantity: str) -> float:
    return float(history.from_csv((output / "train/history.csv").read_text(encoding="utf-8"))[quantity][-1])


def _weights(output: Path) -> list[np.ndarray]:
    """Return the arrays of the last weights but Dropout's seed, in the file's order."""
    found: list[np.ndarray] = []

    def add(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset) and np.issubdtype(item.dtype, np.floating):
            found.append(np.array(item))

    with h5py.File(output / "train/last.weights.h5") as file:
        file.visititems(add)
    return found


def measured_table(measured: dict) -> str:
    """Return what was measured as Markdown, with the conditions."""
    head = ["network", "parameters", "images", "1 process, 2 threads", "2 workers, 1 thread each"]
    head += ["gradient a step", "weights differ by", "accuracy"]
    rows = []
    for name, found in measured["networks"].items():
        one, two = (_times(found[f"seconds_of_{who}"]) for who in ("one_process", "two_workers"))
        plain = found["without_dropout"]
        cells = [name, f"{found['parameters']:,}", f"{found['images']:,}", one, two, f"{found['parameters'] * 4 / 1e6:.1f} MB"]
        accuracy = f"{_pair(plain['test_accuracy'])}; {_pair(found['test_accuracy'])}"
        rows.append([*cells, f"{plain['largest_difference_of_a_weight']:.1e}", accuracy])
    machine = measured["machine"]
    cores = f"{machine['processor']}, {machine['cores']} cores, {measured['date']}"
    conditions = (
        f"Seconds of an epoch's updates: median of {ROUNDS} runs in turn, in brackets the least and the most; each run counts its"
        f" median of {EPOCHS} epochs, global batch {BATCH}. {cores}; load {measured['load']:.1f} on average, this work's own"
        " included. Weights after one epoch without dropout, Adam at 0.001. Accuracy on 1,000 test images, by one process and by"
        f" two workers: after that epoch; and after {EPOCHS} epochs with the network's own dropout, drawn otherwise."
    )
    return "\n".join([tables.markdown(head, rows), *textwrap.wrap(conditions, width=140), ""])


def _times(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s ({min(seconds):.2f}-{max(seconds):.2f})"


def _pair(of: dict) -> str:
    return " and ".join(f"{of[count]:.3f}" for count in ("1", "2"))


def paper_table(measured: dict) -> str:
    """Return what more machines would change as Markdown, computed."""
    head = ["network", "machines", "images a step", "steps an epoch", "computing a step", "all-reduce a step", "epoch"]
    head += ["sent by each, an epoch", "read at the start by all", "hours between failures"]
    rows = []
    for name, found in measured["networks"].items():
        for machines in MACHINES:
            images = min(BATCH * machines, IMAGES)  # a step
            computing = images / machines * median(found["seconds_of_one_process"]) / found["images"]
            steps = -(-IMAGES // (BATCH * machines))
            reducing, sent = all_reduce(found["parameters"], machines=machines)
            state = 16 * found["parameters"]  # weights, two moments of Adam, best weights
            cells = [
                name,
                f"{machines:,}",
                f"{images:,}",
                f"{steps:,}",
                f"{1000 * computing:.1f} ms",
                f"{1000 * reducing:.1f} ms",
                f"{steps * (computing + reducing):.1f} s",
                f"{steps * sent / 1e6:,.0f} MB",
                f"{machines * (state + IMAGES * IMAGE_BYTES) / 1e9:.1f} GB",
                f"{HOURS_BETWEEN_FAILURES / machines:,.0f}",
            ]
            rows.append(cells)
    return tables.markdown(head, rows)


def all_reduce(parameters: int, *, machines: int) -> tuple[float, float]:
    """Return the seconds and the bytes that each machine sends in a ring all-reduce of float32 gradients.

    Patarasuk and Yuan 2009: 2 (N - 1) steps, in each of which every machine sends an N-th of the gradient to the next.
    """
    hops = 2 * (machines - 1)
    sent = hops * parameters * 4 / machines
    return sent / NETWORK_BYTES + hops * HOP_SECONDS, sent


def write(measured: dict) -> None:
    """Put both tables into docs/scale.md."""
    for name, table in {"measured": measured_table(measured), "on paper": paper_table(measured)}.items():
        begin, end = f"<!-- {name}: written by `make scale` -->\n", f"<!-- /{name} -->"
        results.put_between(PAGE, begin + table + end, begin=begin, end=end)


def main(what: str = "") -> None:
    """Measure and write, or, if `what` is "tables", write what was measured before."""
    if what not in ("", "tables"):
        raise UserError(f"expected tables, or nothing to measure them first; received {what}")
    if not what:
        loads, networks = [os.getloadavg()[2]], {}
        for network in NETWORKS:
            networks[network] = measure(network)
            loads.append(os.getloadavg()[2])
        record = {
            "date": datetime.date.today().isoformat(),
            "load": sum(loads) / len(loads),
            "machine": timing.machine(),
            "software": timing.software(),
            "networks": networks,
        }
        write_text(MEASURED, json.dumps(record, indent=2) + "\n")
    write(json.loads(MEASURED.read_text(encoding="utf-8")))


if __name__ == "__main__":
    words.run(main)
