"""Train the network, from the last finished epoch on if an earlier run of the same training was interrupted.

Reads   data/splits/train.npz, validation.npz, test.npz
Writes  output/train/summary.txt, history.csv, best.weights.h5 (lowest validation loss), last.weights.h5;
        not cached: output/checkpoint/, output/tensorboard/RUN/, output/timing.json
Run     python -m stages.train data/splits output
"""

from dataclasses import dataclass
from pathlib import Path

from digits import arrays, checkpoints, models, schedules, summary, timing, training
from digits.compute import ComputeParams, deterministic
from digits.params import between, one_of, positive
from digits.recording import Recorder
from digits.stage import run, say, warn
from digits.writing import write_text


@dataclass(frozen=True)
class TrainParams:
    epochs: int = positive()
    batch_size: int = positive()  # images
    learning_rate: float = positive()  # of the optimizer, per step: the schedule's highest
    schedule: str = one_of(*schedules.NAMES)
    shift: int = between(0, 14)  # pixels a training image may move along each axis, another way each epoch
    seed: int = positive(or_zero=True)  # of the first weights, the shuffle and the shifts


def main(folder: Path, output: Path, model: models.ModelParams, networks: dict, compute: ComputeParams, train: TrainParams) -> None:
    splits = {name: arrays.load(folder / f"{name}.npz", arrays.Split) for name in ("train", "validation", "test")}
    sizes = models.sizes_of(model.name, networks)
    steps = training.steps_per_epoch(len(splits["train"]), batch_size=train.batch_size)
    rates = schedules.rates(train.schedule, peak=train.learning_rate, epochs=train.epochs, steps_per_epoch=steps)

    deterministic(threads=compute.threads)
    network = models.build(model.name, classes=len(splits["train"].class_names), seed=train.seed, **sizes)
    layers = summary.table(network)
    write_text(output / "train/summary.txt", layers)
    say(layers)

    run_id = checkpoints.fingerprint(model.name, sizes, compute, train, timing.versions(), *splits.values())
    run_name = f"{splits['train'].dataset}-{model.name}-seed{train.seed}-{run_id[:8]}"
    with checkpoints.alone(output / "checkpoint/lock", before_waiting=lambda: warn("waiting for another training in this folder")):
        recorder = Recorder(
            network, output=output, run_id=run_id, run_name=run_name, epochs=train.epochs, images=len(splits["train"])
        )
        state = training.train(
            network,
            splits,
            num_epochs=train.epochs,
            batch_size=train.batch_size,
            rates=rates,
            shift=train.shift,
            seed=train.seed,
            state=recorder.unfinished(),
            watcher=recorder,
        )
        recorder.finish(state)


if __name__ == "__main__":
    run(main)
