"""Train the network, from the last finished epoch on if an earlier run of the same training was interrupted.

Reads   data/splits/train.npz, validation.npz, test.npz
Writes  output/train/summary.txt, history.csv, best.weights.h5 (lowest validation loss), last.weights.h5;
        not cached: output/checkpoint/, output/tensorboard/RUN/, output/timing.json
Run     python -m stages.train data/splits output

Of several workers (train.strategy: multiworker) each runs this command, and the chief alone writes and prints.
"""

import os
from contextlib import nullcontext
from pathlib import Path

from digits import arrays, checkpoints, distribution, locks, models, optimizers, summary, timing, training
from digits.augmentation import AugmentParams
from digits.compute import ComputeParams, deterministic, out_of_memory
from digits.recording import Bystander, Recorder
from digits.stage import run, say, warn
from digits.train_params import TrainParams, rates
from digits.writing import write_text


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
    splits = {"train": arrays.with_images(folder / "train.npz")}
    splits |= {name: arrays.load(folder / f"{name}.npz", arrays.Split) for name in ("validation", "test")}
    sizes = models.sizes_of(model.name, networks)
    images, classes = len(splits["train"]), len(splits["train"].class_names)
    measured = training.measured_splits(train.measured, splits, patience=train.patience)

    deterministic(threads=compute.threads, in_parts=models.in_parts(model.name))
    strategy = distribution.strategy(train.strategy, tf_config=os.environ.get("TF_CONFIG"), timeout=workers.timeout)
    replicas, chief = strategy.num_replicas_in_sync, distribution.is_chief(strategy)
    distribution.check_batches(images, batch_size=train.batch_size, replicas=replicas)
    with strategy.scope(), distribution.ended_by_a_lost_worker(), out_of_memory():
        network = models.build(model.name, classes=classes, seed=train.seed, **sizes)
        run_id = checkpoints.fingerprint(model.name, sizes, compute, augment, train, replicas, timing.software(), *splits.values())
        run_name = f"{splits['train'].dataset}-{model.name}-seed{train.seed}-{run_id[:8]}"
        # Killing `dvc repro` leaves the training it started alive; the next one goes on from what that one reaches.
        lock = locks.alone(output / "checkpoint/lock", before_waiting=lambda: warn("waiting for another training in this folder"))
        with lock if chief else nullcontext():
            if chief:
                layers = summary.table(network)
                write_text(output / "train/summary.txt", layers)
                say(f"{splits['train'].dataset} · {model.name} · seed {train.seed}\n{layers}")
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
                rates=rates(train, images=images),
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
