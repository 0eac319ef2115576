"""One variation of a study, trained as `stages.train` trains, by a process that trains many.

What such a process keeps between variations: TensorFlow, the data, the last splits, and the last networks with their compiled
steps. A network of the same sizes is not built and compiled anew; it gets the weights that a new one would start with.
"""

import copy
import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digits import evaluation, inference, models, optimizers, splitting, timing, train_params, training
from digits.arrays import Dataset, Split
from digits.augmentation import AugmentParams
from digits.compute import ComputeParams, deterministic, keras, tf
from digits.errors import UserError, brief
from digits.models import ModelParams
from digits.runs import DIVERGED, FAILED, FINISHED, MEMORY, Sections
from digits.train_params import TrainParams
from digits.training import State

COLLECTED = 20  # orders, after which memory is tidied up


@dataclass(frozen=True)
class Settings:
    """The sections of params.yaml that decide a run, as the stages' own dataclasses; and the network's own sizes."""

    split: Any  # stages.split.SplitParams
    model: ModelParams
    compute: ComputeParams
    augment: AugmentParams
    train: TrainParams
    evaluate: Any  # stages.evaluate.EvaluateParams
    sizes: Mapping[str, Any]


@dataclass(frozen=True)
class Order:
    """What a worker is asked: to train a run as far as `epochs`, from `state` on; or, of a trained one, to read the test images."""

    sections: Sections
    seed: int
    data: str  # which of the worker's data sets
    epochs: int
    state: State | None = None
    weights: list[np.ndarray] | None = None  # the best ones: read the test images with them, and do not train


@dataclass
class Outcome:
    """What comes back."""

    status: str
    reason: str = ""
    history: list[dict[str, float]] | None = None
    state: State | None = None  # of a run that is finished as far as it was asked
    parameters: int | None = None
    seconds: float | None = None
    seconds_per_epoch: float | None = None
    conditions: dict[str, Any] | None = None
    test: dict[str, Any] | None = None  # the pipeline's metrics, and which images were read rightly


class Bench:
    """The place of a worker: `run` does an order with what the last ones left on it."""

    def __init__(
        self, datasets: Mapping[str, Dataset], *, threads: int, in_parts: bool = False, read: Callable[[Sections], Settings]
    ):
        """`threads` and `in_parts` are those of `deterministic`, `read` gives the checked settings of params.yaml's sections."""
        try:
            deterministic(threads=threads, in_parts=in_parts)
        except RuntimeError as error:  # TensorFlow's threads cannot be changed once it has computed
            way = "in parts" if in_parts else "whole"
            wanted = f"workers new, or of studies with compute.threads {threads} whose batches go through {way}"
            raise UserError(f"--scheduler: expected {wanted}; received others; start them anew") from error
        tf.get_logger().setLevel("ERROR")  # it warns of every new network as of a mistake
        self._datasets, self._read = datasets, read
        self._orders = 0
        self._splits: tuple[Any, dict[str, Split]] | None = None
        self._fitted: OrderedDict[tuple, _Fitted] = OrderedDict()

    def run(self, order: Order) -> Outcome:
        """Return what came of the order, a failure as a status: one bad variation ends nothing."""
        watch = _Watch()
        self._orders += 1
        if self._orders % COLLECTED == 0:
            gc.collect()  # a network is full of cycles, and Python's own collector waits for more and more of them
        try:
            return self._test(order) if order.weights is not None else self._train(order, watch)
        except training.Diverged as error:
            return Outcome(DIVERGED, str(error), watch.history)
        except (MemoryError, tf.errors.ResourceExhaustedError) as error:
            return Outcome(MEMORY, brief(error), watch.history)
        except UserError as error:
            return Outcome(FAILED, str(error), watch.history)
        except Exception as error:  # a defect of ours is a row that says so, and does not end the study
            return Outcome(FAILED, f"{type(error).__name__}: {brief(error)}", watch.history)

    def _train(self, order: Order, watch: "_Watch") -> Outcome:
        began = time.perf_counter()
        settings = self._settings(order)
        train, splits = settings.train, self._split(order, settings)
        images, classes = len(splits["train"]), len(splits["train"].class_names)
        fitted = self._fit(settings, classes=classes, images=images)
        state = training.train(
            fitted.network,
            splits,
            num_epochs=min(order.epochs, train.epochs),
            batch_size=train.batch_size,
            optimizer=fitted.optimizer,
            rates=train_params.rates(train, images=images),
            moves=settings.augment,
            objective=training.Objective(classes=classes, smoothing=train.label_smoothing, l2=train.l2),
            patience=train.patience,
            measured=[name for name in training.MEASURED[train.measured] if name != "test"],  # it is read once, for the table
            seed=train.seed,
            state=order.state or fitted.fresh(settings, classes=classes),
            watcher=watch,
        )
        return Outcome(
            FINISHED,
            history=state.history,
            state=state
            if order.epochs < train.epochs
            else State(state.epochs, state.history, state.best_epoch, [], state.best_weights),
            parameters=fitted.network.count_params(),
            seconds=time.perf_counter() - began,
            seconds_per_epoch=min(watch.seconds, default=None),
            conditions={
                "dataset": str(splits["train"].dataset),
                **{f"{name}_images": len(split) for name, split in splits.items()},
                "threads": settings.compute.threads,
                "machine": timing.machine(),
                "software": timing.software(),
            },
        )

    def _test(self, order: Order) -> Outcome:
        settings = self._settings(order)
        splits = self._split(order, settings)
        test, classes = splits["test"], len(splits["test"].class_names)
        network = self._fit(settings, classes=classes, images=len(splits["train"])).network
        network.set_weights(order.weights)
        probabilities = evaluation.of_classes(inference.predict(network, test.images), classes=classes)
        figures = evaluation.metrics(probabilities, test.labels, bins=settings.evaluate.calibration_bins)
        right = np.packbits(probabilities.argmax(axis=1) == test.labels).tobytes().hex()
        return Outcome(FINISHED, test={**{k: round(v, 6) for k, v in figures.items()}, "images": len(test), "right": right})

    def _settings(self, order: Order) -> Settings:
        sections = copy.deepcopy(order.sections)
        sections["train"]["seed"] = order.seed
        return self._read(sections)

    def _split(self, order: Order, settings: Settings) -> dict[str, Split]:
        key = (order.data, repr(settings.split))
        if self._splits is None or self._splits[0] != key:
            self._splits = key, splitting.split(self._datasets[order.data], **vars(settings.split))
        return self._splits[1]

    def _fit(self, settings: Settings, *, classes: int, images: int) -> "_Fitted":
        """Return a network for the settings with its optimizer, the last one's if its compiled steps do for this one."""
        train = settings.train
        deciding = (train.optimizer, train.momentum, train.weight_decay, train.batch_size, train.label_smoothing, train.l2)
        key = (settings.model.name, repr(settings.sizes), classes, images, *deciding)
        if key not in self._fitted:
            if len(self._fitted) >= inference.KEPT:
                self._fitted.popitem(last=False)
                gc.collect()
            self._fitted[key] = _Fitted(settings, classes=classes)
        self._fitted.move_to_end(key)
        return self._fitted[key]


class _Fitted:
    """A network and an optimizer whose compiled steps serve every variation of these sizes."""

    def __init__(self, settings: Settings, *, classes: int):
        self.network = _build(settings, classes=classes)
        train = settings.train
        self.optimizer = optimizers.build(train.optimizer, momentum=train.momentum, weight_decay=train.weight_decay)
        self.optimizer.build(self.network.trainable_variables)
        self._optimizer_start = [variable.numpy() for variable in self.optimizer.variables]
        self._drawn = {train.seed: _values(self.network)}

    def fresh(self, settings: Settings, *, classes: int) -> State:
        """Return the state a new network and a new optimizer would start from.

        Each network that Keras builds leaves 35 kB behind for good, so one is built a seed and not one a run.
        """
        seed = settings.train.seed
        if seed not in self._drawn:
            self._drawn[seed] = _values(_build(settings, classes=classes))
        return State(variables=[*self._drawn[seed], *self._optimizer_start])


class _Watch:
    """A `training.Watcher` that remembers the history, for a run that diverges, and the seconds of each epoch."""

    def __init__(self) -> None:
        self.history: list[dict[str, float]] = []
        self.seconds: list[float] = []

    def updated(self, images: int) -> None: ...

    def epoch_done(self, state: State, *, seconds: float) -> None:
        self.history = state.history
        self.seconds.append(seconds)


def _build(settings: Settings, *, classes: int) -> keras.Model:
    return models.build(settings.model.name, classes=classes, seed=settings.train.seed, **settings.sizes)


def _values(network: keras.Model) -> list[np.ndarray]:
    return [variable.numpy() for variable in network.variables]
