"""`make workers N=2`: the training that params.yaml asks for, by N workers on this machine, in output/workers.

They are N processes of stages/train.py with `train.strategy: multiworker`, which share `compute.threads` out and talk over
loopback. The first, the chief, writes the files and prints on our terminal; what else they print goes to output/workers/log/. When
one ends in an error or is killed, the others are ended; started again, all go on after the last finished epoch.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from digits import params
from digits.errors import UserError, shown
from tools import parameters, words, workspace

FOLDER = Path("output/workers")
TRAIN = (sys.executable, "-m", "stages.train", "data/splits", "output")
GRACE = 5.0  # seconds from SIGTERM to SIGKILL; a worker that waits inside TensorFlow for another ignores the first
POLL = 0.1  # seconds


def launch(command: Sequence[str], *, folder: Path, count: int) -> None:
    """Run `command` in `folder` as `count` workers until all are done.

    Raises UserError as soon as one of them fails; the others have ended by then.
    """
    addresses = [f"127.0.0.1:{port}" for port in _free_ports(count)]
    logs = [folder / f"log/worker-{index}.txt" for index in range(count)]
    logs[0].parent.mkdir(parents=True, exist_ok=True)
    workers: list[subprocess.Popen] = []
    try:
        for index, log in enumerate(logs):
            config = json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}})
            with log.open("wb") as file:
                workers.append(
                    subprocess.Popen(
                        command,
                        cwd=folder,
                        env=os.environ | {"TF_CONFIG": config},
                        stdout=None if index == 0 else file,
                        stderr=file,
                        start_new_session=True,  # Ctrl-C reaches us alone, and we end them
                        close_fds=False,  # they hold the folder too
                    )
                )
        while None in (statuses := [worker.poll() for worker in workers]) and not any(statuses):
            time.sleep(POLL)
        for index, status in enumerate(statuses):
            if status:
                raise UserError(_end_of(index, status, logs[index]))
    finally:
        _end(workers)


def _end(workers: Sequence[subprocess.Popen]) -> None:
    """End those that still run, the stopped and the deaf too; a second Ctrl-C meanwhile leaves none behind."""
    handlers = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM)}
    for worker in workers:
        worker.terminate()
    deadline = time.monotonic() + GRACE
    while any(worker.poll() is None for worker in workers) and time.monotonic() < deadline:
        time.sleep(POLL)
    for worker in workers:
        worker.kill()
        worker.wait()
    for each, handler in handlers.items():
        signal.signal(each, handler)


def _end_of(index: int, status: int, log: Path) -> str:
    """Return in words how a worker failed: in its own, if it was a user's error."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if status == 2 and lines:
        return f"worker {index}: {lines[-1]}"
    how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}, see {log}"
    return f"worker {index} {how}; the others were ended; the same command goes on after the last finished epoch"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:  # all open at once, so that no two are the same
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in servers]


def main(count: str = "2") -> None:
    """Bring output/workers up to date and train there."""
    number = words.whole(count)
    if number is None or not 1 <= number <= 64:
        raise UserError(f"N: expected a whole number from 1 to 64; received {shown(count)}")
    with workspace.alone(FOLDER):
        threads = params.read_section("compute", parameters.text()).get("threads")
        each = max(1, threads // number) if type(threads) is int and threads > 0 else threads  # the stage refuses it
        workspace.make(FOLDER, {"train": {"strategy": "multiworker"}, "compute": {"threads": each}})
        workspace.run(FOLDER, "dvc", "repro", "split")
        launch(TRAIN, folder=FOLDER, count=number)
    print(f"Weights and history: {FOLDER}/output/train")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    words.run(main)
