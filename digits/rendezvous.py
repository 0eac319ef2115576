"""The workers of one training find each other before TensorFlow starts: TensorFlow waits for a missing one without end.

The chief, worker 0, listens at its address until each of the others has called, then tells all of them to go.
"""

import json
import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from digits.errors import UserError, shown

GO = b"go\n"
HEAR = 1.0  # seconds for who calls to say its number
LOOK = 0.5  # seconds between two looks whether who has called is still there
PAUSE = 0.1  # seconds between two calls to a chief that does not listen yet


@dataclass(frozen=True)
class Cluster:
    """Who takes part, and which of them this process is."""

    addresses: tuple[str, ...]  # host:port of each worker; the first is the chief
    index: int  # of this process

    def __post_init__(self) -> None:
        if not 0 <= self.index < len(self.addresses):
            raise ValueError(f"no worker {self.index} among {len(self.addresses)}")


class _Late(Exception):
    """The time is over."""


def cluster(text: str | None) -> Cluster:
    """Read the variable TF_CONFIG. Raises UserError if it is missing or does not say who takes part."""
    if not text:
        raise UserError("train.strategy: multiworker needs the variable TF_CONFIG; `make workers N=2` starts workers that have it")
    try:
        config = json.loads(text)
        addresses, task = config["cluster"]["worker"], config["task"]
        for address in addresses:
            _host_and_port(address)
        if task["type"] != "worker" or set(config["cluster"]) != {"worker"}:
            raise ValueError("another kind of task than worker")
        return Cluster(tuple(addresses), int(task["index"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        example = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
        raise UserError(f"TF_CONFIG: expected {example}; received {shown(text)}") from None


def meet(workers: Cluster, *, timeout: float) -> None:
    """Return when every worker is there. Raises UserError after `timeout` seconds, or if the chief's port is taken."""
    deadline = time.monotonic() + timeout
    if len(workers.addresses) == 1:
        return
    if workers.index == 0:
        _wait_for_others(workers, deadline=deadline, timeout=timeout)
    else:
        _call_chief(workers, deadline=deadline, timeout=timeout)


def _wait_for_others(workers: Cluster, *, deadline: float, timeout: float) -> None:
    _, port = _host_and_port(workers.addresses[0])
    others = range(1, len(workers.addresses))
    calls: dict[int, socket.socket] = {}
    try:
        with ExitStack() as opened, socket.create_server(("", port)) as server:
            while len(calls) < len(others) or not all(map(_holds, calls.values())):
                server.settimeout(min(LOOK, _left(deadline)))
                calls = {number: call for number, call in calls.items() if _holds(call)}  # who died has to call again
                with suppress(TimeoutError):
                    call = opened.enter_context(server.accept()[0])
                    number = _heard(call, seconds=min(HEAR, _left(deadline)))
                    if number in others:
                        calls[number] = call
                    else:
                        call.close()
            for call in calls.values():
                call.sendall(GO)
    except _Late:
        absent = ", ".join(f"{index} ({workers.addresses[index]})" for index in others if index not in calls)
        raise UserError(f"worker {absent} did not come within {timeout:g} s (workers.timeout)") from None
    except OSError as error:
        raise UserError(f"the chief cannot listen at {workers.addresses[0]}: {error.strerror or error}") from None


def _call_chief(workers: Cluster, *, deadline: float, timeout: float) -> None:
    address = _host_and_port(workers.addresses[0])
    while True:
        try:
            with socket.create_connection(address, timeout=_left(deadline)) as call:
                call.sendall(f"{workers.index}\n".encode())
                call.settimeout(_left(deadline))
                if call.makefile("rb").readline(20) == GO:
                    return
        except _Late:
            raise UserError(
                f"the chief ({workers.addresses[0]}) or another worker did not come within {timeout:g} s (workers.timeout)"
            ) from None
        except OSError:
            pass  # it does not listen yet, or its machine is not up yet, which the system may call a TimeoutError
        time.sleep(PAUSE)


def _left(deadline: float) -> float:
    """Return the seconds until the deadline, or raise _Late; 0 would mean to a socket not to wait at all."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise _Late
    return left


def _heard(call: socket.socket, *, seconds: float) -> int | None:
    """Return the number that a worker says, or None of a stranger, who says something else, nothing, or hangs up."""
    call.settimeout(seconds)
    try:
        line = call.makefile("rb").readline(20)
    except OSError:
        return None
    return int(line) if line.strip().isdigit() else None


def _holds(call: socket.socket) -> bool:
    """Return whether who called has not hung up."""
    call.setblocking(False)
    try:
        return bool(call.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        call.setblocking(True)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not host or not 0 < int(port) < 65536:
        raise ValueError(f"no host:port: {address}")
    return host, int(port)
