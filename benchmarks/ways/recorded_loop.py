"""Our loop, its second epoch under TensorFlow's profiler: what each kind of operation takes of a step."""

import re
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.ways import Task, Turns, own_loop
from digits.compute import tf
from digits.training import State, steps_per_epoch

OPERATION = re.compile(r"[^:]:_?(?P<type>\w+)$")  # of an event: `name of the node:its type`; all else has no colon or two
# The first that is found in an operation's type names its kind. oneDNN's have prefixes, `MklNative` and `Fused`.
KINDS = {
    "Conv2DBackpropFilter": "filter gradients",
    "Conv2DBackpropInput": "picture gradients",
    "Conv2D": "convolutions",
    "MatMul": "matrix products",
    "Pool": "pooling",
    "BatchNorm": "batch norm",
    "Random": "random numbers",
    "ConcatV2": "concatenations",
    "ResourceApply": "optimizer",
}
REST = "all else"


class Recorder:
    """A `training.Watcher` that records the second epoch; the first compiles."""

    def __init__(self, folder: Path):
        self._folder = folder
        self.seconds = 0.0  # of the updates recorded

    def updated(self, images: int) -> None:
        pass

    def epoch_done(self, state: State, *, seconds: float) -> None:
        if state.epochs == 1:
            tf.profiler.experimental.start(str(self._folder))
        else:
            tf.profiler.experimental.stop()
            self.seconds = seconds


def train(task: Task, turns: Turns) -> None:
    """Train two epochs in one turn, and report the milliseconds of a step, and of it by kind of operation.

    Operations run beside each other, and each on several threads, so the kinds' sum may be more than the step.
    """
    network = own_loop.built(task)
    turns.wait()
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        own_loop.run(network, task, measured=(), watcher=recorder)
        spent = by_kind(Path(folder))
    steps = steps_per_epoch(len(task), batch_size=task.batch_size)
    turns.finish(step=1e3 * recorder.seconds / steps, **{name: 1e3 * seconds / steps for name, seconds in spent.items()})


def by_kind(folder: Path) -> dict[str, float]:
    """Return the seconds of each kind of operation in the profile that lies in `folder`, the longest first."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()  # pyright: ignore[reportAttributeAccessIssue] - generated
    space.ParseFromString(next(folder.glob("**/*.xplane.pb")).read_bytes())
    spent: Counter[str] = Counter()
    for plane in space.planes:
        for event in (event for line in plane.lines for event in line.events):
            found = OPERATION.search(plane.event_metadata[event.metadata_id].name)
            if found:
                spent[kind(found["type"])] += event.duration_ps
    return {name: picoseconds / 1e12 for name, picoseconds in spent.most_common()}


def kind(operation: str) -> str:
    """Return the kind of an operation's type."""
    return next((name for part, name in KINDS.items() if part in operation), REST)
