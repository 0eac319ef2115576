"""Seconds per epoch of every network, trained in every way: in turn, in the same rounds as the yardstick."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import turns, ways
from benchmarks.turns import Contender, Measured
from benchmarks.ways import PRODUCT_FLOP, YARDSTICK
from digits import strokes
from digits.stage import say
from digits.writing import replacing

# Of one epoch: so many that `fit` takes more than a second, against which what it does once an epoch is little; of softmax and mlp
# as many as MNIST has.
IMAGES = {
    "softmax": 60_000,
    "mlp": 60_000,
    "resnet5": 20_000,
    "strided": 20_000,
    "dnn": 20_000,
    "convnet": 20_000,
    "recognition": 8_000,
    "fashion1": 8_000,
    "fashion2": 8_000,
    "lenet": 6_000,
    "vgg": 4_000,
    "fashion3": 4_000,
    "fashion4": 4_000,
    "fashion_resnet": 4_000,
    "resnet_d": 4_000,
    "resnet50": 1_000,
}
ROUNDS = 5
BATCH_SIZE = 100  # images
LEARNING_RATE = 0.001
FEW, FEW_ROUNDS = 200, 3  # of a quick run
SEED = 1  # of the strokes
LEARNT, APART = 0.5, 0.2  # accuracy: above the first something was learnt; then no way is the second below the best


def measure(networks: Sequence[str], *, folder: Path, threads: int, quick: bool) -> dict[str, Any]:
    """Return for each network what each way took; what the processes write besides goes to `folder`."""
    data = drawn(folder / "strokes.npz", FEW if quick else max(IMAGES.values()))
    rounds = FEW_ROUNDS if quick else ROUNDS
    found = {}
    for name in networks:
        images = FEW if quick else IMAGES[name]
        found[name] = _network(name, data, folder=folder, images=images, rounds=rounds, threads=threads)
        _tell(name, found[name])
    return {"rounds": rounds, "batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE, "malloc": turns.malloc(), "networks": found}


def drawn(path: Path, count: int) -> Path:
    """Write `count` strokes and their labels as an .npz file, and return its path."""
    images, labels = strokes.draw(count, classes=strokes.CLASSES["digits"], seed=SEED)
    with replacing(path) as part, part.open("wb") as file:
        np.savez(file, images=images, labels=labels)
    return path


def contender(
    way: str,
    network: str,
    data: Path,
    *,
    folder: Path,
    images: int,
    epochs: int,
    threads: int,
    batch_size: int = BATCH_SIZE,
    learning_rate: float = LEARNING_RATE,
) -> Contender:
    """Start the process that trains a network in one way."""
    numbers = {"images": images, "epochs": epochs, "batch-size": batch_size, "learning-rate": learning_rate, "threads": threads}
    options = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
    words = [sys.executable, "-m", "benchmarks.contender", way, network, str(data), *options]
    return Contender(words, log=folder / f"{network}-{way}.log")


def entering(network: str) -> list[str]:
    """Return the ways to train a network whose package is installed and to whose layers they make a difference."""
    flat = network in ("softmax", "mlp", "dnn")
    return [name for name, way in ways.WAYS.items() if ways.installed(way) and not (flat and way.convolutions_only)]


def _network(network: str, data: Path, *, folder: Path, images: int, rounds: int, threads: int) -> dict[str, Any]:
    with ExitStack() as stack:
        contenders = {
            way: stack.enter_context(
                contender(way, network, data, folder=folder, images=images, epochs=1 + rounds, threads=threads)
            )
            for way in (YARDSTICK, *entering(network))
        }
        measured = turns.in_turn(contenders, rounds=rounds)
        products = measured.pop(YARDSTICK)  # it has no end of its own
        for way, one in measured.items():
            turns.finish(contenders[way], one)
    facts = measured["loop"].facts
    most = max((one.facts["accuracy"] for one in measured.values() if one.facts), default=0.0)
    for one in measured.values():
        if not one.failed:
            one.failed = _unlike(one.facts, parameters=facts.get("parameters"), most=most)
    return {
        "images": images,
        "parameters": facts.get("parameters"),
        "flop_per_image": facts.get("flop_per_image"),
        "product_gflops": [round(PRODUCT_FLOP / seconds / 1e9, 1) for seconds in products.seconds],
        "yardstick_failed": products.failed,
        "ways": {way: _as_written(one) for way, one in measured.items()},
    }


def _unlike(facts: dict[str, Any], *, parameters: int | None, most: float) -> str:
    """Return why what a way trained cannot be compared with the others' networks, "" if it can.

    most  the highest accuracy of all ways, on the images they trained on
    """
    if parameters is not None and facts["parameters"] != parameters:
        return f"another network: {facts['parameters']:,} parameters, and {parameters:,} in our loop"
    if not facts["finite"]:
        return "what it learnt is no finite number"
    if most > LEARNT and facts["accuracy"] < most - APART:
        return f"another task: {facts['accuracy']:.2f} of the images right, and {most:.2f} in another way"
    return ""


def _as_written(one: Measured) -> dict[str, Any]:
    written = asdict(one) | {"seconds": _rounded(one.seconds), "accuracy": one.facts.get("accuracy")}
    written |= {"first": _rounded([one.first])[0], "peak_megabytes": round(one.peak_megabytes)}
    del written["facts"]
    return written


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(second, 5) for second in seconds]


def _tell(name: str, found: dict[str, Any]) -> None:
    took = {way: f"{np.median(one['seconds']):.3f} s" if one["seconds"] else "failed" for way, one in found["ways"].items()}
    say(f"{name}, {found['images']:,} images: " + ", ".join(f"{way} {seconds}" for way, seconds in took.items()))
