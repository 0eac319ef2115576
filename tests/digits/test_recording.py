import errno
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from digits import evaluation, inference, models, optimizers, recording, training
from digits.augmentation import AugmentParams
from digits.recording import Recorder, save_weights
from tests.worlds import ROOT, bars


def test_from_the_first_epoch_on_best_weights_h5_holds_the_best_weights_so_far(tmp_path):
    """A learning rate below 0 spoils the third epoch of four, so that what is kept is not always the latest."""
    splits = {"train": bars(200, seed=1), "validation": bars(50, seed=2)}
    network, other = (models.build("vgg", classes=10, seed=seed, filters=[4], convolutions=1) for seed in (1, 2))
    on_disk = []

    class Reader(Recorder):
        def epoch_done(self, state, *, seconds):
            super().epoch_done(state, seconds=seconds)
            models.load_weights(other, tmp_path / "train/best.weights.h5")
            probabilities = inference.predict(other, splits["validation"].images)
            on_disk.append(evaluation.metrics(probabilities, splits["validation"].labels, bins=10)["log_loss"])

    state = training.train(
        network,
        splits,
        num_epochs=4,
        batch_size=50,
        optimizer=optimizers.build("adam", momentum=0, weight_decay=0),
        rates=np.repeat(np.float32([0.01, 0.01, -0.1, 0.01]), 4),
        moves=AugmentParams(flip=0, shift=0, rotate=0, scale=0, elastic=0, erase=0),
        objective=training.Objective(classes=10, smoothing=0, l2=0),
        patience=0,
        measured=["validation"],
        seed=1,
        state=training.State(),
        watcher=Reader(network, output=tmp_path, run_id="run", run_name="run", epochs=4, images=200),
    )
    losses = [row["validation_loss"] for row in state.history]
    assert losses[2] > losses[1]
    assert on_disk == pytest.approx(np.minimum.accumulate(losses).tolist(), abs=1e-5)


def test_the_seconds_of_an_epoch_s_updates_are_the_median_of_those_it_was_told(tmp_path):
    network = models.build("softmax", classes=10, seed=0)
    recorder = Recorder(network, output=tmp_path, run_id="run", run_name="run", epochs=3, images=200)
    history = [{"epoch": epoch, "learning_rate": 0.1} for epoch in (1, 2, 3)]
    states = [training.State(epoch, history[:epoch], epoch, best_weights=network.get_weights()) for epoch in (1, 2, 3)]
    for state, seconds in zip(states, (50, 10, 300), strict=True):
        recorder.epoch_done(state, seconds=seconds)
    recorder.finish(states[-1])
    times = json.loads((tmp_path / "timing.json").read_text())["train"]
    assert [times[key] for key in ("epochs", "gradient_seconds_per_epoch", "images_per_second")] == [3, 50, 4]


@pytest.mark.parametrize("damaged", ["", "[[1", "null", "[1]", "[[1, 2, 3]]", '{"a": 1}'])
def test_seconds_of_an_interrupted_run_that_are_damaged_count_for_none(tmp_path, damaged):
    (tmp_path / "took.json").write_text(damaged)
    assert recording._seconds(tmp_path / "took.json") == []


def test_an_interrupted_run_goes_on_though_others_were_tried_in_between_and_the_oldest_is_forgotten(tmp_path):
    network = models.build("softmax", classes=10, seed=0)

    def recorder(run_id):
        return Recorder(network, output=tmp_path, run_id=run_id, run_name="run", epochs=3, images=200)

    def interrupted(run_id, *, at):
        state = training.State(1, [{"epoch": 1, "learning_rate": 0.1}], 1, best_weights=network.get_weights())
        begun = recorder(run_id)
        begun.epoch_done(state, seconds=1)
        for path in (tmp_path / "checkpoint").glob(f"{run_id[:8]}*"):
            os.utime(path, (at, at))
        return begun, state

    interrupted("first___ run", at=1000)
    for at, run_id in enumerate(("second__ run", "third___ run"), start=1001):
        between, state = interrupted(run_id, at=at)
    between.finish(state)  # that of the third
    assert recorder("first___ run").unfinished().epochs == 1
    interrupted("fourth__ run", at=2000)
    recorder("fifth___ run")
    assert recorder("first___ run").unfinished().epochs == 0
    assert sorted(path.name for path in (tmp_path / "checkpoint").iterdir()) == [
        f"{name}.{kind}" for name in ("fourth__", "second__") for kind in ("json", "npz")
    ]


def test_a_limit_on_a_file_s_size_stops_the_weights_before_hdf5_sees_it(tmp_path):
    script = f"""
import resource
from pathlib import Path
from digits import models
from digits.recording import save_weights
network = models.build("mlp", classes=10, seed=0)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_weights(Path({str(tmp_path / "best.weights.h5")!r}), network)
except OSError as error:
    print(error.strerror, error.filename)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout == f"File too large {tmp_path / 'best.weights.h5'}\n"
    assert not list(tmp_path.iterdir())


def test_a_disk_too_full_for_the_weights_is_refused_before_hdf5_sees_it(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**9, 10**9 - 9999, 9999))
    with pytest.raises(OSError, match=r"best\.weights\.h5") as error:
        save_weights(tmp_path / "train/best.weights.h5", models.build("resnet5", classes=10, seed=0))
    assert error.value.errno == errno.ENOSPC
    assert list((tmp_path / "train").iterdir()) == []


def test_what_killed_writes_left_is_gone_with_the_next_run(tmp_path):
    left = [tmp_path / name for name in ("checkpoint/.part-ab12-state.npz", "train/.part-x_y-best.weights.h5")]
    kept = tmp_path / "train/best.weights.h5"
    for path in (*left, kept):
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    Recorder(models.build("softmax", classes=10, seed=0), output=tmp_path, run_id="run", run_name="run", epochs=1, images=1)
    assert [path.exists() for path in (*left, kept)] == [False, False, True]


def test_the_same_weights_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save_weights(tmp_path / f"{name}.weights.h5", models.build("resnet5", classes=10, seed=0))
    assert (tmp_path / "one.weights.h5").read_bytes() == (tmp_path / "two.weights.h5").read_bytes()
