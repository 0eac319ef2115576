"""Workers of a Dask cluster: orders go out, outcomes come back, and a worker that dies is a failure and not the end."""

import logging
import pickle
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import dask.config
from distributed import Client, Future, LocalCluster, WorkerPlugin, get_worker, wait
from distributed.client import FutureCancelledError, FuturesCancelledError
from distributed.scheduler import KilledWorker

from digits.errors import UserError, one_line

LOOK = 5  # seconds, after which it is seen whether all workers are there
GONE = 300  # seconds without any worker, after which the study gives up
PATIENCE = 60  # seconds to wait for a scheduler, and for the first worker
SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,  # who tries again is decided here, and counted
    "distributed.admin.low-level-log-length": 50,  # events a worker and the scheduler remember; nobody reads them
    "distributed.worker.daemon": True,
    "distributed.deploy.lost-worker-timeout": f"{PATIENCE}s",  # 15 by default: less than a busy machine needs to start one again
    "distributed.comm.timeouts.connect": f"{PATIENCE}s",
}


class Bench(Protocol):
    """What a worker keeps between orders, and what does them."""

    def run(self, order: Any) -> Any: ...


class Keep(WorkerPlugin):
    """Gives each worker, a restarted one too, what makes its bench. It is unpacked with the first order, not while the worker
    starts: that takes TensorFlow's seconds, in which Dask would hear nothing of the worker and give it up."""

    name = "bench"

    def __init__(self, make: Callable[[], Bench], *, study: str):
        self._packed, self._study = pickle.dumps(make), study

    def setup(self, worker: Any) -> None:
        worker.bench, worker.packed_bench, worker.study = None, self._packed, self._study


class Killed(Exception):
    """The worker died with the order in hand."""


@contextmanager
def _told_if_lost() -> Iterator[None]:
    """Raise UserError if the scheduler is lost in the block."""
    try:
        yield
    except (OSError, FutureCancelledError, FuturesCancelledError) as error:
        raise UserError(
            f"the scheduler is gone ({one_line(error)}); what was finished is kept, the same command goes on"
        ) from error


class Crew:
    """Gives orders to the workers, one a thread at a time, and hands back what came of them."""

    def __init__(self, client: Client, make: Callable[[], Bench]):
        self._client = client
        self._names: dict[Future, str] = {}
        self._study = uuid.uuid4().hex  # another one on the same scheduler gives the workers another bench
        try:
            self._client.register_plugin(Keep(make, study=self._study))
        except Exception as error:  # Dask gives a worker's error another type
            raise UserError(
                f"--scheduler: expected workers started in a clone of this project; received others ({one_line(error)})"
            ) from error
        if max(client.nthreads().values(), default=1) > 1:  # pyright: ignore[reportAttributeAccessIssue] - no coroutine here
            raise UserError("--scheduler: expected workers of one thread each, `dask worker … --nthreads 1`; received one of more")
        self._expected = self.size()

    def room(self) -> int:
        """Return how many more orders can be worked on at once."""
        return self.size() - len(self._names)

    @_told_if_lost()
    def size(self) -> int:
        """Return the threads of the workers that are there; while they are all restarting, one."""
        return max(1, sum(self._client.nthreads().values()))  # pyright: ignore[reportAttributeAccessIssue] - no coroutine here

    def busy(self) -> bool:
        """Whether there are orders given and not yet handed back."""
        return bool(self._names)

    @_told_if_lost()
    def give(self, name: str, order: Any) -> None:
        """Have a worker do the order, which goes by this name."""
        self._names[self._client.submit(_run, self._study, pickle.dumps(order), pure=False)] = name

    def next_done(self) -> tuple[str, Any]:
        """Wait for one order, and return its name and its outcome: `Killed` where the worker did not survive it."""
        with _told_if_lost():
            future = self._first()
            error: Any = future.exception()  # no coroutine here
            outcome = None if error else future.result()
            future.release()
        if isinstance(error, KilledWorker):
            outcome = Killed("the worker died: killed, or out of memory")
        elif isinstance(error, RuntimeError):  # Dask's, of a scheduler or worker that cannot read the order
            raise UserError(
                f"--scheduler: expected it and its workers started in a clone of this project; {one_line(error)}"
            ) from error
        elif error:
            raise error
        return self._names.pop(future), outcome

    def _first(self) -> Future:
        """Wait for the first order that is done. Raises UserError when there has been no worker for long."""
        seen = time.monotonic()
        while True:
            try:
                done = wait(list(self._names), timeout=LOOK, return_when="FIRST_COMPLETED").done  # pyright: ignore[reportAttributeAccessIssue]
                return next(iter(done))
            except TimeoutError:
                there = len(self._client.nthreads())
            if there:
                seen = time.monotonic()
            if there < self._expected and isinstance(self._client.cluster, LocalCluster):
                self._client.cluster.scale(self._expected)  # one that died while it started is not started again by itself
            if time.monotonic() - seen > GONE:
                raise UserError(f"no worker for {GONE} seconds; what was finished is kept, the same command goes on")


@contextmanager
def client_of(scheduler: str) -> Iterator[Client]:
    """Yield a client of the running scheduler at this address. Raises UserError if there is none, or it has no worker."""
    with dask.config.set(SETTINGS), _quiet():
        try:
            client = Client(scheduler, timeout=PATIENCE)
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            wanted = "the address of a running one with workers, like tcp://host:8786"
            raise UserError(f"--scheduler: expected {wanted}; received {scheduler} ({error})") from error
        with client:
            yield client


@contextmanager
def local(*, workers: int, processes: bool = True) -> Iterator[Client]:
    """Yield a client of a cluster on this machine that lives as long as the block; each worker is a process of one thread."""
    with (
        dask.config.set(SETTINGS),
        _quiet(),
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=processes, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Dask's log off the progress, for a worker that died stands in its row; and its word on large orders: those to read the
    test images hold a network's weights."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client")]  # the second has a level of its own
    levels = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph", UserWarning)
            yield
    finally:
        for log, level in zip(logs, levels, strict=True):
            log.setLevel(level)


def _run(study: str, packed_order: bytes) -> Any:
    worker: Any = get_worker()
    if worker.study != study:
        raise UserError(
            "--scheduler: another study has taken the workers; what was finished is kept, the same command goes on later"
        )
    if worker.bench is None:
        worker.bench = pickle.loads(worker.packed_bench)()
    return worker.bench.run(pickle.loads(packed_order))
