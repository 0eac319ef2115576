"""Train the network, from the last finished epoch on if an earlier run of the same training was interrupted.

Reads   data/splits/train.npz, validation.npz, test.npz
Writes  output/train/summary.txt, history.csv, best.weights.h5 (lowest validation loss), last.weights.h5;
        not cached: output/checkpoint/, output/tensorboard/RUN/, output/timing.json
Run     python -m stages.train data/splits output

Of several workers (train.strategy: multiworker) each runs this command, and the chief alone writes and prints.
"""

import os
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from digits import arrays, checkpoints, distribution, models, optimizers, schedules, summary, timing, training
from digits.augmentation import AugmentParams
from digits.compute import ComputeParams, deterministic, out_of_memory
from digits.params import between, one_of, positive, seed
from digits.recording import Bystander, Recorder
from digits.stage import run, say, warn
from digits.writing import write_text


@dataclass(frozen=True)
class TrainParams:
    epochs: int = between(1, 100_000)
    batch_size: int = positive()  # images
    optimizer: str = one_of(*optimizers.NAMES)
    momentum: float = between(0, 1)  # of the optimizer "momentum"
    weight_decay: float = positive(or_zero=True)  # of "adamw", per step, times the learning rate
    learning_rate: float = positive()  # per step, the schedule's highest
    schedule: str = one_of(*schedules.NAMES)
    decay: float = between(0.001, 1)  # of the schedule "exponential", per epoch
    warmup_epochs: float = positive(or_zero=True)
    l2: float = positive(or_zero=True)  # times the sum of squares of all kernels
    label_smoothing: float = between(0, 0.9)  # share of each target spread evenly over the classes
    patience: int = positive(or_zero=True)  # epochs without a lower validation loss that end training; 0: never
    measured: str = one_of(*training.MEASURED)  # the splits whose loss and accuracy are taken after each epoch
    seed: int = seed()  # of the first weights, the shuffle and the augmentation
    strategy: str = one_of(*distribution.NAMES)  # on how many devices and machines


def main(
    folder: Path,
    output: Path,
    model: models.ModelParams,
    networks: dict,
    compute: ComputeParams,
    augment: AugmentParams,
    train: TrainParams,
    workers: distribution.WorkersParams,
) -> None:
    splits = {name: arrays.load(folder / f"{name}.npz", arrays.Split) for name in ("train", "validation", "test")}
    sizes = models.sizes_of(model.name, networks)
    images, classes = len(splits["train"]), len(splits["train"].class_names)
    measured = training.measured_splits(train.measured, splits, patience=train.patience)

    deterministic(threads=compute.threads, in_parts=models.in_parts(model.name))
    strategy = distribution.strategy(train.strategy, tf_config=os.environ.get("TF_CONFIG"), timeout=workers.timeout)
    replicas, chief = strategy.num_replicas_in_sync, distribution.is_chief(strategy)
    distribution.check_batches(images, batch_size=train.batch_size, replicas=replicas)
    rates = schedules.rates(
        train.schedule,
        peak=train.learning_rate,
        epochs=train.epochs,
        steps_per_epoch=training.steps_per_epoch(images, batch_size=train.batch_size),
        decay=train.decay,
        warmup_epochs=train.warmup_epochs,
    )
    with strategy.scope(), distribution.ended_by_a_lost_worker(), out_of_memory():
        network = models.build(model.name, classes=classes, seed=train.seed, **sizes)
        layers = summary.table(network)
        if chief:
            write_text(output / "train/summary.txt", layers)
            say(f"{splits['train'].dataset} · {model.name} · seed {train.seed}\n{layers}")

        run_id = checkpoints.fingerprint(model.name, sizes, compute, augment, train, replicas, timing.software(), *splits.values())
        run_name = f"{splits['train'].dataset}-{model.name}-seed{train.seed}-{run_id[:8]}"
        lock = checkpoints.alone(
            output / "checkpoint/lock", before_waiting=lambda: warn("waiting for another training in this folder")
        )
        with lock if chief else nullcontext():
            recorder = (
                Recorder(network, output=output, run_id=run_id, run_name=run_name, epochs=train.epochs, images=images)
                if chief
                else Bystander(output=output, run_id=run_id)
            )
            state = training.train(
                network,
                splits,
                num_epochs=train.epochs,
                batch_size=train.batch_size,
                optimizer=optimizers.build(train.optimizer, momentum=train.momentum, weight_decay=train.weight_decay),
                rates=rates,
                moves=augment,
                objective=training.Objective(classes=classes, smoothing=train.label_smoothing, l2=train.l2),
                patience=train.patience,
                measured=measured,
                seed=train.seed,
                state=distribution.same_everywhere(recorder.unfinished, run_id=run_id),
                watcher=recorder,
            )
            recorder.finish(state)


if __name__ == "__main__":
    run(main)
