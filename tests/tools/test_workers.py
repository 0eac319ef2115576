"""The launcher, with workers that are small programs: TensorFlow's are tested with the stage."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from unittest.mock import MagicMock

import pytest
import yaml

from digits.errors import UserError
from tests.worlds import NEEDS_LOOPBACK, ROOT, sections_of
from tools import workers

pytestmark = NEEDS_LOOPBACK
HEAD = """\
import json, os, pathlib, signal, sys, time
config = json.loads(os.environ["TF_CONFIG"])
index = config["task"]["index"]
pathlib.Path(f"pid{index}").write_text(str(os.getpid()))
"""
LAUNCH = """\
import signal, sys
from pathlib import Path
from tools import workers
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
workers.launch([sys.executable, "-c", sys.argv[2]], folder=Path(sys.argv[1]), count=2)
"""
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)\n"  # as one that waits inside TensorFlow


def launch(folder, program: str, count: int = 2) -> str:
    """Launch workers that run `program`, and return the line they ended in, "" if all went well."""
    try:
        workers.launch([sys.executable, "-c", HEAD + program], folder=folder, count=count)
    except UserError as error:
        return str(error)
    return ""


def pid_of(folder, index: int) -> int:
    path, deadline = folder / f"pid{index}", time.monotonic() + 30
    while not (path.exists() and path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return int(path.read_text())


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_worker_is_told_all_addresses_and_its_own_number(tmp_path):
    assert launch(tmp_path, "pathlib.Path(f'config{index}').write_text(json.dumps(config))", count=3) == ""
    configs = [json.loads((tmp_path / f"config{index}").read_text()) for index in range(3)]
    assert [config["task"] for config in configs] == [{"type": "worker", "index": index} for index in range(3)]
    assert len(set(configs[0]["cluster"]["worker"])) == 3
    assert all(config["cluster"] == configs[0]["cluster"] for config in configs)


def test_only_the_chief_s_output_reaches_the_terminal(tmp_path, capfd):
    assert launch(tmp_path, "print('out', index, flush=True); print('err', index, file=sys.stderr)") == ""
    assert capfd.readouterr() == ("out 0\n", "")
    assert (tmp_path / "log/worker-1.txt").read_text().split("\n") in (["out 1", "err 1", ""], ["err 1", "out 1", ""])


@pytest.mark.parametrize(("killed", "others"), [(0, "time.sleep(60)"), (1, "time.sleep(60)"), (1, DEAF)])
def test_a_killed_worker_ends_the_rest_within_15_seconds_in_one_line(tmp_path, killed, others):
    began = []

    def kill() -> None:
        for index in (0, 1):
            pid_of(tmp_path, index)
        began.append(time.monotonic())
        os.kill(pid_of(tmp_path, killed), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    line = launch(tmp_path, others)
    killer.join()
    assert time.monotonic() - began[0] < 15
    assert line.startswith(f"worker {killed} was killed by SIGKILL; the others were ended; ")
    assert "\n" not in line
    assert not alive(pid_of(tmp_path, 1 - killed))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_sent_twice_leaves_no_worker_behind(tmp_path, sent):
    launcher = subprocess.Popen([sys.executable, "-c", LAUNCH, tmp_path, HEAD + DEAF], cwd=ROOT, stderr=subprocess.DEVNULL)
    pids = [pid_of(tmp_path, index) for index in (0, 1)]
    try:
        for _ in range(2):
            launcher.send_signal(sent)
            time.sleep(1)
        launcher.wait(30)
        assert not any(map(alive, pids))
    finally:
        launcher.kill()
        for pid in filter(alive, pids):
            os.kill(pid, signal.SIGKILL)


def test_a_user_s_error_is_passed_on_in_its_own_words(tmp_path):
    program = "if index: print('noise', 'train: params.yaml: no', sep='\\n', file=sys.stderr); sys.exit(2)\ntime.sleep(60)"
    assert launch(tmp_path, program) == "worker 1: train: params.yaml: no"


def test_another_failure_names_the_log(tmp_path):
    line = launch(tmp_path, "1 / index")
    assert line.startswith(f"worker 0 ended with status 1, see {tmp_path / 'log/worker-0.txt'}; ")


@pytest.mark.parametrize("count", ["0", "two", "-1", "65"])
def test_a_number_of_workers_out_of_range_is_refused(count):
    with pytest.raises(UserError, match=r"^N: expected a whole number from 1 to 64; received "):
        workers.main(count)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Return what `make workers` changes in params.yaml, which has this section `compute`, and how many workers it launches."""
    monkeypatch.chdir(tmp_path)
    make, launch = MagicMock(), MagicMock()
    monkeypatch.setattr(workers.workspace, "make", make)
    monkeypatch.setattr(workers.workspace, "run", MagicMock())
    monkeypatch.setattr(workers, "launch", launch)

    def asked(count: str, compute: dict) -> tuple[dict, int]:
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(sections_of() | {"compute": compute}))
        workers.main(count)
        return make.call_args.args[1], launch.call_args.kwargs["count"]

    return asked


@pytest.mark.parametrize(("count", "threads", "each"), [("2", 8, 4), ("3", 8, 2), ("4", 2, 1)])
def test_the_workers_of_one_training_share_its_threads_out(asked, count, threads, each):
    changes, launched = asked(count, {"threads": threads})
    assert changes == {"train": {"strategy": "multiworker"}, "compute": {"threads": each}}
    assert launched == int(count)


@pytest.mark.parametrize(("compute", "passed_on"), [({"thread": 2}, None), ({"threads": 0}, 0), ({"threads": -3}, -3)])
def test_threads_that_are_no_number_of_threads_reach_the_stage_that_refuses_them(asked, compute, passed_on):
    assert asked("2", compute)[0]["compute"] == {"threads": passed_on}
