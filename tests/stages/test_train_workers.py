"""The stage `train` as several workers, on loopback. Each worker imports TensorFlow, so runs are few and shared."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

import h5py
import numpy as np
import pytest

from digits import arrays
from digits.errors import UserError
from digits.history import from_csv
from tests.worlds import ENVIRONMENT, NEEDS_LOOPBACK, bars, command, params, says_one_line, stage, states, wait_for
from tools import workers

pytestmark = NEEDS_LOOPBACK
TRAIN = {"epochs": 1, "batch_size": 100, "learning_rate": 0.01, "seed": 3, "l2": 0.0001, "label_smoothing": 0.1}
OUTS = ("summary.txt", "history.csv", "best.weights.h5", "last.weights.h5")


def world(folder, *, strategy="multiworker", timeout=120, network="mlp", **train):
    folder.mkdir(exist_ok=True)
    params(
        folder,
        model={"name": network},
        compute={"threads": 1},
        train=TRAIN | train | {"strategy": strategy},
        workers={"timeout": timeout},
    )
    for seed, (name, size) in enumerate({"train": 415, "validation": 60, "test": 50}.items()):  # the last batch has 15
        arrays.save(folder / f"data/splits/{name}.npz", bars(size, seed=seed))
    return folder


def tf_config(ports, *, index):
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    return json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})


def weights(folder):
    """Return the arrays of the last weights by their names in the file."""
    found = {}
    with h5py.File(folder / "output/train/last.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: np.array(item)}) if isinstance(item, h5py.Dataset) else None)
    return found


def row(folder):
    return {name: column[-1] for name, column in from_csv((folder / "output/train/history.csv").read_text()).items()}


def start(folders, ports):
    """Start a worker in each folder, without the launcher."""
    return [
        subprocess.Popen(
            command("train", "data/splits", "output"),
            cwd=folder,
            env=ENVIRONMENT | {"TF_CONFIG": tf_config(ports, index=index)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index, folder in enumerate(folders)
    ]


def launch(folder):
    """Train in `folder` as two workers, and return the line they ended in, "" if all went well."""
    try:
        workers.launch(command("train", "data/splits", "output"), folder=folder, count=2)
    except UserError as error:
        return str(error)
    return ""


@pytest.fixture
def ports():
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    numbers = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return numbers


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def of_one(tmp_path_factory):
    folder = world(tmp_path_factory.mktemp("one"), strategy="none")
    run = stage("train", "data/splits", "output", folder=folder)
    assert run.returncode == 0, run.stderr
    return folder


def test_two_workers_give_the_weights_of_one_and_the_chief_alone_writes_and_prints(of_one, ports, tmp_path):
    folders = [world(tmp_path / name) for name in ("chief", "other")]
    before = sorted(folders[1].rglob("*"))
    runs = start(folders, ports)
    said = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert "epoch 1/1" in said[0][0]
    assert said[1] == ("", "")
    assert sorted(folders[1].rglob("*")) == before
    one, two = weights(of_one), weights(folders[0])
    assert one.keys() == two.keys()
    assert max(np.abs(one[name] - two[name]).max() for name in one) < 1e-5
    assert row(of_one) == pytest.approx(row(folders[0]), abs=1e-5)


def test_a_worker_that_never_comes_is_a_time_out_with_one_line(ports, tmp_path):
    run = stage("train", "data/splits", "output", folder=world(tmp_path, timeout=1), TF_CONFIG=tf_config(ports, index=0))
    assert says_one_line(run, f"train: worker 1 (127.0.0.1:{ports[1]}) did not come within 1 s (workers.timeout)")
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
def test_multiworker_without_tf_config_says_how_to_start_workers(tmp_path):
    run = stage("train", "data/splits", "output", folder=world(tmp_path))
    assert says_one_line(run, "train.strategy: multiworker needs the variable TF_CONFIG", "make workers N=2")
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
def test_mirrored_on_a_machine_without_gpus_gives_one_process_s_bytes(of_one, tmp_path):
    run = stage("train", "data/splits", "output", folder=world(tmp_path, strategy="mirrored"))
    assert run.returncode == 0, run.stderr
    for name in OUTS:
        assert (tmp_path / "output/train" / name).read_bytes() == (of_one / "output/train" / name).read_bytes(), name


@pytest.mark.slow
def test_a_batch_with_fewer_images_than_workers_is_refused(tmp_path):
    line = launch(world(tmp_path, batch_size=2))  # the last of 415 images' batches has one
    expected = "params.yaml: train.batch_size: expected batches of at least 2 images, one for each replica; received 2, "
    assert line.partition(": train: ")[2] == expected + "whose smallest batch of 415 images has 1"
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
def test_workers_with_other_parameters_do_not_train_together(ports, tmp_path):
    runs = start([world(tmp_path / "chief"), world(tmp_path / "other", seed=4)], ports)
    for run in runs:
        _, line = run.communicate(timeout=300)
        assert (run.returncode, line.count("\n")) == (2, 1)
        assert line.startswith("train: the workers have not all the same parameters, data, code and checkpoint")


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_without_a_launcher_the_survivor_of_a_killed_worker_ends_in_one_line(killed, ports, tmp_path):
    runs = start([world(tmp_path, epochs=10_000)] * 2, ports)
    wait_for(lambda: states(tmp_path))
    runs[killed].kill()
    _, line = runs[1 - killed].communicate(timeout=60)
    runs[killed].communicate()
    assert runs[1 - killed].returncode == 2
    assert line == "train: another worker is gone; start all workers again, they go on after the last finished epoch\n"


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_worker_ends_all_within_15_seconds_and_a_restart_goes_on_to_the_same_bytes(killed, tmp_path, capfd):
    whole, broken = (world(tmp_path / name, network="lenet", epochs=4) for name in ("whole", "broken"))
    assert launch(whole) == ""
    began = []

    def kill() -> None:
        wait_for(lambda: states(broken))
        began.append(time.monotonic())
        os.kill(
            next(pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _is_worker(pid, broken, killed)),
            signal.SIGKILL,
        )

    killer = threading.Thread(target=kill)
    killer.start()
    assert launch(broken).startswith(f"worker {killed} was killed by SIGKILL; the others were ended; ")
    assert time.monotonic() - began[0] < 15
    killer.join()
    capfd.readouterr()
    assert launch(broken) == ""
    assert "going on after epoch" in capfd.readouterr().out
    for name in OUTS:
        assert (broken / "output/train" / name).read_bytes() == (whole / "output/train" / name).read_bytes(), name


def _is_worker(pid, folder, index):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            mine = f'"index": {index}'.encode() in file.read()
        return mine and os.readlink(f"/proc/{pid}/cwd") == str(folder)
    except OSError:
        return False
