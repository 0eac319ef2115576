"""The stage `train`, run as DVC runs it. Each run imports TensorFlow, so runs are few and shared."""

import json
import signal
import subprocess
import time

import numpy as np
import pytest

from digits import arrays, models
from digits.history import from_csv
from tests.worlds import ENVIRONMENT, ROOT, bars, command, params, says_one_line, stage, states

CACHED = ("summary.txt", "history.csv", "best.weights.h5", "last.weights.h5")
TRAIN = {"epochs": 6, "batch_size": 50, "learning_rate": 0.01, "seed": 3}
SIZES = {"resnet5": {"outputs": 20}, "vgg": {"filters": [4, 8], "convolutions": 1, "dropout": 0.3}}  # vgg: dropout and batch norm
PARAMETERS = {"resnet5": "25,756", "vgg": "4,302"}


def world(folder, *, network="resnet5"):
    params(folder, train=TRAIN, model={"name": network}, networks=SIZES)
    for seed, (name, size) in enumerate({"train": 400, "validation": 60, "test": 50}.items()):
        arrays.save(folder / f"data/splits/{name}.npz", bars(size, seed=seed))
    return folder


def outs(folder) -> dict[str, bytes]:
    return {name: (folder / "output/train" / name).read_bytes() for name in CACHED}


def best_row(folder) -> dict[str, float]:
    """Return the history's row of the lowest validation loss."""
    columns = from_csv((folder / "output/train/history.csv").read_text())
    return {name: column[columns["validation_loss"].argmin()] for name, column in columns.items()}


@pytest.fixture(scope="module", params=list(SIZES))
def finished(request, tmp_path_factory):
    network = request.param
    folder = world(tmp_path_factory.mktemp("finished"), network=network)
    run = stage("train", "data/splits", "output", folder=folder)
    assert run.returncode == 0, run.stderr
    return network, folder, run


def test_the_summary_is_printed_before_training_and_saved(finished):
    network, folder, run = finished
    saved = (folder / "output/train/summary.txt").read_text()
    assert run.stdout.startswith(f"made · {network} · seed 3\n{saved}")
    assert f"Total params: {PARAMETERS[network]}" in saved


def test_a_log_gets_one_plain_line_an_epoch(finished):
    _, _, run = finished
    lines = [line for line in run.stdout.splitlines() if line.startswith("epoch ")]
    assert len(lines) == 6
    assert "images/s" in lines[-1]
    assert "\r" not in run.stdout + run.stderr


def test_the_history_has_a_row_an_epoch_with_loss_and_accuracy_of_the_three_splits_and_the_rate(finished):
    columns = from_csv((finished[1] / "output/train/history.csv").read_text())
    assert columns["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    wanted = {f"{split}_{what}" for split in ("train", "validation", "test") for what in ("loss", "accuracy")}
    assert set(columns) == wanted | {"epoch", "learning_rate"}


def test_a_finished_run_leaves_curves_and_times_and_no_checkpoint(finished):
    network, folder, _ = finished
    assert len(list((folder / "output/tensorboard").glob(f"made-{network}-seed3-*/events*"))) == 1
    assert '"images_per_second"' in (folder / "output/timing.json").read_text()
    assert not states(folder)


def test_the_best_weights_reloaded_and_evaluated_again_give_the_history_s_figures_to_the_digit(finished):
    name, folder, _ = finished
    best = best_row(folder)
    network = models.build(name, classes=10, seed=0, **SIZES[name])
    models.load_weights(network, folder / "output/train/best.weights.h5")
    network.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for part in ("train", "validation", "test"):
        split = arrays.load(folder / f"data/splits/{part}.npz", arrays.Split)
        pixels = (split.images / np.float32(255)).reshape(-1, *network.input_shape[1:])
        loss, accuracy = network.evaluate(pixels, split.labels, verbose=0)
        assert loss == pytest.approx(best[f"{part}_loss"], abs=1e-6)
        assert accuracy == pytest.approx(best[f"{part}_accuracy"], abs=1e-6)


def test_the_stage_evaluate_writes_the_history_s_figures_of_the_best_epoch_to_the_digit(finished):
    _, folder, _ = finished
    best = best_row(folder)
    run = stage("evaluate", "data/splits/test.npz", "output/train/best.weights.h5", "output", folder=folder)
    assert run.returncode == 0, run.stderr
    metrics = json.loads((folder / "output/metrics.json").read_text())
    assert metrics["accuracy"] == best["test_accuracy"]
    assert metrics["log_loss"] == pytest.approx(best["test_loss"], abs=1e-6)  # it has six decimals


def test_killed_at_once_and_again_it_goes_on_to_the_same_bytes(finished, tmp_path):
    network, undisturbed, _ = finished
    folder = world(tmp_path, network=network)

    def written() -> list[int]:
        return [state.stat().st_mtime_ns for state in states(folder)]

    for _ in range(2 if network == "vgg" else 1):  # it has more to remember
        before = written()
        run = subprocess.Popen(command("train", "data/splits", "output"), cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while run.poll() is None and written() == before and time.monotonic() < deadline:
            time.sleep(0.001)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL
    last = stage("train", "data/splits", "output", folder=folder)
    assert "going on after epoch" in last.stdout
    assert outs(folder) == outs(undisturbed)
    times = json.loads((folder / "output/timing.json").read_text())["train"]
    assert times["epochs"] in (4, 5, 6)  # of all processes; a kill between an epoch's state and its seconds loses the seconds
    assert times["seconds"] >= times["epochs"] * times["gradient_seconds_per_epoch"] / 2
    assert not list((folder / "output/checkpoint").glob("*.json"))


def test_a_changed_parameter_starts_anew_rather_than_from_the_old_state(tmp_path):
    folder, log = world(tmp_path), tmp_path / "log"
    with log.open("w") as output:
        run = subprocess.Popen(command("train", "data/splits", "output"), cwd=folder, env=ENVIRONMENT, stdout=output)
        while run.poll() is None and "epoch 2" not in log.read_text():
            time.sleep(0.001)
        run.kill()
        run.wait()
    params(folder, train=TRAIN | {"epochs": 2, "seed": 4})
    second = stage("train", "data/splits", "output", folder=folder)
    assert second.returncode == 0
    assert "going on" not in second.stdout


@pytest.mark.parametrize(
    ("section", "changed", "parts"),
    [
        ("train", {"learning_rate": "1e-3"}, ("train.learning_rate", "a number above 0", "the text '1e-3'", "write 0.001")),
        ("train", {"learning_rte": 0.1}, ("train.learning_rte", "expected learning_rate", "unknown key learning_rte")),
        ("model", {"name": "resnet"}, ("model.name", "expected resnet5", "received the unknown network resnet")),
        ("networks", {"resnet5": {"output": 20}}, ("networks.resnet5.output", "expected outputs")),
    ],
)
def test_a_mistake_in_params_yaml_is_one_line_and_writes_nothing(tmp_path, section, changed, parts):
    folder = world(tmp_path)
    params(folder, **{"train": TRAIN, section: TRAIN | changed if section == "train" else changed})
    assert says_one_line(stage("train", "data/splits", "output", folder=folder), "params.yaml", *parts)
    assert not (folder / "output").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"measured": "validation"}, "train.measured: expected all, as split.validation is 0; received validation"),
        ({"patience": 5}, "train.patience: expected 0, as split.validation is 0; received 5"),
    ],
)
def test_what_needs_validation_images_is_refused_without_them_before_anything_is_written(changed, said, tmp_path):
    folder = world(tmp_path)
    params(folder, train=TRAIN | changed)
    arrays.save(folder / "data/splits/validation.npz", bars(0, seed=1))
    assert says_one_line(stage("train", "data/splits", "output", folder=folder), said)
    assert not (folder / "output").exists()


def test_training_without_images_is_one_line_and_writes_nothing(tmp_path):
    folder = world(tmp_path)
    arrays.save(folder / "data/splits/train.npz", bars(0, seed=1))
    assert says_one_line(stage("train", "data/splits", "output", folder=folder), "train.npz: expected a split with images")
    assert not (folder / "output").exists()


def test_a_diverging_run_ends_at_once_in_one_line(tmp_path):
    folder = world(tmp_path)
    params(folder, train=TRAIN | {"learning_rate": 1e30})
    assert says_one_line(stage("train", "data/splits", "output", folder=folder), "diverged in epoch 1 of 6", "train.learning_rate")
    assert not (folder / "output/train/history.csv").exists()


def test_the_loop_has_the_form_the_course_demands():
    source = (ROOT / "digits/training.py").read_text()
    outer, inner = source.index("for epoch in range(state.epochs, num_epochs):"), source.index("for batch in range(num_batch):")
    assert outer < inner < source.index("# gradient update") < source.index("step(moved")
    assert ".fit(" not in source
