"""Where a step of our loop spends its time: each network's operations by kind, as TensorFlow's profiler sees them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import epochs, turns
from digits.stage import say


def measure(networks: Sequence[str], *, folder: Path, threads: int, quick: bool) -> dict[str, Any]:
    """Return for each network the milliseconds of a step, and of it those of each kind of operation; or why it failed."""
    data = epochs.drawn(folder / "strokes.npz", epochs.FEW if quick else max(epochs.IMAGES.values()))
    found = {}
    for name in networks:
        images = epochs.FEW if quick else epochs.IMAGES[name]
        with epochs.contender("recorded", name, data, folder=folder, images=images, epochs=2, threads=threads) as process:
            try:
                found[name] = process.turn()
                say(f"{name}: {found[name]['step']:.1f} ms a step")
            except turns.Failed as error:
                found[name] = {"failed": str(error)}
                say(f"{name} failed: {error}")
    return {"batch_size": epochs.BATCH_SIZE, "networks": found}
