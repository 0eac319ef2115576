"""The section `train` of params.yaml, as the stage and a study's worker hand it to the training loop, which does not run."""

import re
from unittest.mock import ANY, Mock

import numpy as np
import pytest
import yaml

from digits import arrays, models, params, schedules, splitting, training, variations
from digits.augmentation import AugmentParams
from digits.distribution import WorkersParams
from digits.errors import UserError
from digits.train_params import TrainParams
from stages import train
from tests.worlds import labelled_images, sections_of
from tools import settings

DATA = labelled_images(train=70, test=10)
MOVES = {"flip": 0.5, "shift": 1, "rotate": 10.0, "scale": 0.2, "elastic": 0.5, "erase": 4}
TRAIN = {
    "epochs": 4, "batch_size": 30, "momentum": 0.7, "weight_decay": 0.05, "learning_rate": 0.3, "schedule": "exponential",
    "decay": 0.5, "warmup_epochs": 1.5, "l2": 0.01, "label_smoothing": 0.2, "patience": 3, "measured": "validation", "seed": 5,
}  # fmt: skip


@pytest.mark.parametrize(("key", "most"), [("learning_rate", 1e30), ("weight_decay", 1e30), ("l2", 1e6)])
def test_what_float32_cannot_hold_is_refused(key, most):
    assert params.read(TrainParams, "train", yaml.safe_dump({"train": sections_of()["train"] | {key: most}}))
    with pytest.raises(UserError, match=rf"train\.{key}: expected a number .*, at most {re.escape(f'{most:g}')}; received 1e\+300"):
        params.read(TrainParams, "train", yaml.safe_dump({"train": sections_of()["train"] | {key: 1e300}}))


def by_the_stage(sections, folder):
    for name, part in splitting.split(DATA, **sections["split"]).items():
        arrays.save(folder / f"{name}.npz", part)
    run = settings.of_a_run(sections)
    workers = WorkersParams(timeout=60)
    train.main(folder, folder / "output", run.model, sections["networks"], run.compute, run.augment, run.train, workers)


def by_a_worker(sections, folder):
    bench = variations.Bench({"made": DATA}, threads=1, read=settings.of_a_run)
    bench.run(variations.Order(sections, seed=TRAIN["seed"], data="made", epochs=TRAIN["epochs"]))


@pytest.mark.parametrize(("optimizer", "own"), [("momentum", "momentum"), ("adamw", "weight_decay")])
@pytest.mark.parametrize("asked", [by_the_stage, by_a_worker])
def test_every_key_reaches_the_loop(asked, optimizer, own, tmp_path, monkeypatch):
    for module in (train, variations):
        monkeypatch.setattr(module, "deterministic", Mock())  # too late in a process that has computed
    loop = Mock(side_effect=KeyboardInterrupt)
    monkeypatch.setattr(training, "train", loop)
    sections = sections_of(
        split={"train": 50, "validation": 20, "test": 10},
        model={"name": "mlp"},
        networks={"mlp": {"hidden": 4}},
        augment=MOVES,
        train=TRAIN | {"optimizer": optimizer},
    )
    assert [key for key, usual in sections_of()["train"].items() if sections["train"][key] == usual] == ["strategy"]
    with pytest.raises(KeyboardInterrupt):
        asked(sections, tmp_path)

    (network, _), given = loop.call_args
    rates = schedules.rates("exponential", peak=0.3, epochs=4, steps_per_epoch=2, decay=0.5, warmup_epochs=1.5)
    assert np.array_equal(network.get_weights()[0], models.build("mlp", classes=10, seed=5, hidden=4).get_weights()[0])
    assert given.pop("optimizer").get_config()[own] == TRAIN[own]
    assert given.pop("rates").tolist() == rates.tolist()
    assert list(given.pop("measured")) == ["validation"]
    assert given == {
        "num_epochs": 4,
        "batch_size": 30,
        "moves": AugmentParams(**MOVES),
        "objective": training.Objective(classes=10, smoothing=0.2, l2=0.01),
        "patience": 3,
        "seed": 5,
        "state": ANY,
        "watcher": ANY,
    }


@pytest.mark.parametrize(("name", "in_parts"), [("mlp", True), ("vgg", False)])  # vgg has batch norm
def test_a_training_is_deterministic_on_the_threads_asked_for_and_in_parts_where_its_network_allows(
    name, in_parts, tmp_path, monkeypatch
):
    deterministic = Mock()
    monkeypatch.setattr(train, "deterministic", deterministic)
    monkeypatch.setattr(training, "train", Mock(side_effect=KeyboardInterrupt))
    sections = sections_of(split={"train": 50, "validation": 20, "test": 10}, model={"name": name}, compute={"threads": 3})
    with pytest.raises(KeyboardInterrupt):
        by_the_stage(sections, tmp_path)
    deterministic.assert_called_once_with(threads=3, in_parts=in_parts)
