"""Course A's whole project, from the images to the figures; `make handin` writes it and what it uses as one file.

Reads   MNIST as keras.datasets loads it, or what MNIST below names
Writes  output/train_0.png ... test_4.png, accuracy.png, loss.png
Run     python -m tools.proj2
"""

import cv2
import numpy as np

from digits import evaluation, inference, models, optimizers, schedules, summary, training
from digits.augmentation import AugmentParams
from digits.compute import ComputeParams, deterministic, keras, tf
from digits.figures import accuracy, loss
from digits.models import ModelParams
from digits.stage import run
from digits.train_params import TrainParams
from stages.plot import PlotParams
from stages.split import SplitParams

# None takes keras.datasets, which downloads MNIST once, and so does a path that is not there. Or the path of an mnist.npz as Keras
# has it, or of a folder of MNIST's four files, train-images-idx3-ubyte.gz and so on.
MNIST = None
CLASSES = 10  # the digits
OUTPUT = "output"  # the folder of the pictures


class Split:
    """Images, uint8 (n, 28, 28), 0 background to 255 ink, and their labels, uint8 (n,)."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)


def load_mnist() -> tuple:
    """Return the training images and their labels, and the test images and theirs, as keras.datasets does."""
    if MNIST is None or not tf.io.gfile.exists(MNIST):
        return keras.datasets.mnist.load_data()
    if MNIST.endswith(".npz"):
        with np.load(MNIST) as file:
            return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])
    return _from_idx("train"), _from_idx("t10k")


def _from_idx(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels of two of MNIST's own files: bytes after a header of 16, or 8."""
    files = (f"{MNIST}/{name}-images-idx3-ubyte.gz", f"{MNIST}/{name}-labels-idx1-ubyte.gz")
    images, labels = (tf.io.decode_raw(tf.io.decode_compressed(tf.io.read_file(file), "GZIP"), tf.uint8).numpy() for file in files)
    return images[16:].reshape(-1, 28, 28), labels[8:]


def epoch_line(row: dict) -> str:
    """Return one epoch's loss (nats per image) and accuracy of each measured split as a line."""
    splits = [name for name in ("train", "validation", "test") if f"{name}_loss" in row]
    shown = [f"{name} {row[name + '_loss']:.4f} {100 * row[name + '_accuracy']:6.2f} %" for name in splits]
    return "  ".join([f"epoch {row['epoch']:3d}", *shown])


def main(
    split: SplitParams,
    model: ModelParams,
    networks: dict,
    compute: ComputeParams,
    augment: AugmentParams,
    train: TrainParams,
    plot: PlotParams,
) -> None:
    # The network and its summary
    deterministic(threads=compute.threads, in_parts=models.in_parts(model.name))
    network = models.build(model.name, classes=CLASSES, seed=train.seed, **models.sizes_of(model.name, networks))
    print(summary.table(network))

    # The images: the training file's first, those after them, and the test file's first
    (images, labels), (test_images, test_labels) = load_mnist()
    end = split.train + split.validation
    splits = {
        "train": Split(images[: split.train], labels[: split.train]),
        "validation": Split(images[split.train : end], labels[split.train : end]),
        "test": Split(test_images[: split.test], test_labels[: split.test]),
    }

    # The first five of each split
    tf.io.gfile.makedirs(OUTPUT)  # one that is there already is fine
    for name, part in splits.items():
        for number, image in enumerate(part.images[:5]):
            cv2.imwrite(f"{OUTPUT}/{name}_{number}.png", image)

    # Training
    num_batch = training.steps_per_epoch(split.train, batch_size=train.batch_size)
    learning_rates = schedules.rates(
        train.schedule,
        peak=train.learning_rate,
        epochs=train.epochs,
        steps_per_epoch=num_batch,
        decay=train.decay,
        warmup_epochs=train.warmup_epochs,
    )
    state = training.train(
        network,
        splits,
        num_epochs=train.epochs,
        batch_size=train.batch_size,
        optimizer=optimizers.build(train.optimizer, momentum=train.momentum, weight_decay=train.weight_decay),
        rates=learning_rates,
        moves=augment,
        objective=training.Objective(classes=CLASSES, smoothing=train.label_smoothing, l2=train.l2),
        patience=train.patience,
        measured=training.MEASURED[train.measured],
        seed=train.seed,
        state=training.State(),
        watcher=Printer(),
    )

    # The test images, with the weights of the lowest validation loss
    network.set_weights(state.best_weights)
    probabilities = evaluation.of_classes(inference.predict(network, splits["test"].images), classes=CLASSES)
    share_right = float((probabilities.argmax(axis=1) == splits["test"].labels).mean())
    print(f"Weights of epoch {state.best_epoch}, the lowest validation loss: test accuracy {share_right:.4f}")

    # The curves
    curves = {column: np.array([row[column] for row in state.history]) for column in state.history[0]}
    title = " · ".join(["mnist", network.name, f"seed {train.seed}"])
    accuracy.draw(curves, title=title).savefig(f"{OUTPUT}/accuracy.png", dpi=plot.dpi)
    loss.draw(curves, title=title).savefig(f"{OUTPUT}/loss.png", dpi=plot.dpi)


class Printer:
    """A training.Watcher that prints a line an epoch."""

    def updated(self, images: int) -> None:
        pass

    def epoch_done(self, state: training.State, *, seconds: float) -> None:
        print(epoch_line(state.history[-1]), flush=True)


if __name__ == "__main__":
    run(main)
