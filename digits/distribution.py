"""One training over several replicas, on the devices of one machine or on several machines, through `tf.distribute`.

The gradient of a replica is that of its part of the global batch, weighted by its share of the images, so that the sum over the
replicas, which the Keras optimizer makes, is the gradient of the mean over the global batch, however unevenly it splits. What the
whole network adds to the loss, as L2 does, counts once, for the shares sum to 1.
The code that trains takes the strategy whose scope it runs in; outside any scope that is TensorFlow's own for one replica.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from digits import rendezvous
from digits.compute import keras, span, tf
from digits.errors import UserError
from digits.params import between

NAMES = ("none", "mirrored", "multiworker")
APART = 2**32  # between the dropout counters of two replicas; a counter rises by one a step, or a part of it


class Resumable(Protocol):
    """What a worker loads: a state after so many epochs."""

    epochs: int


Loaded = TypeVar("Loaded", bound=Resumable)


@dataclass(frozen=True)
class WorkersParams:
    """Section `workers` of params.yaml. It decides no number of a training, so it is no part of its fingerprint."""

    timeout: float = between(0.001, 86_400)  # seconds for all workers to come together


def strategy(name: str, *, tf_config: str | None, timeout: float) -> tf.distribute.Strategy:
    """Return the strategy `name`. Call it before anything is computed.

    none         one replica
    mirrored     a replica on each GPU of this machine, or, without one, on each of TensorFlow's CPU devices: one, as a rule
    multiworker  this process is one of the workers that `tf_config`, the variable TF_CONFIG, names

    Raises UserError if tf_config is unfit, or if a worker has not come after `timeout` seconds.
    """
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    if name == "multiworker":
        rendezvous.meet(rendezvous.cluster(tf_config), timeout=timeout)
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.get_strategy()


def is_chief(chosen: tf.distribute.Strategy) -> bool:
    """Whether this process is the one that writes and prints."""
    resolver = chosen.cluster_resolver
    return resolver is None or resolver.task_id == 0


def check_batches(images: int, *, batch_size: int, replicas: int) -> None:
    """Raise UserError if a batch of an epoch of so many images has fewer images than there are replicas."""
    smallest = min(batch_size, images % batch_size or batch_size)
    if smallest < replicas:
        raise UserError(
            f"params.yaml: train.batch_size: expected batches of at least {replicas} images, one for each replica; "
            f"received {batch_size}, whose smallest batch of {images} images has {smallest}"
        )


def on_each_replica(step: Callable[..., None]) -> Callable[..., None]:
    """Return a compiled step that every replica takes, with the same arguments; outside the scope of a strategy the step itself."""
    if not tf.distribute.has_strategy():
        return step
    chosen = tf.distribute.get_strategy()
    return lambda *arguments: chosen.run(step, args=arguments)


def part_of(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor | float]:
    """Return this replica's rows of a global batch, consecutive ones, and their share of it, 0 to 1."""
    context = tf.distribute.get_replica_context()
    replicas = context.num_replicas_in_sync
    if replicas == 1:
        return rows, 1.0
    count = tf.shape(rows)[0]
    begin, end = span(count, part=tf.cast(context.replica_id_in_sync_group, tf.int32), of=replicas)
    return rows[begin:end], tf.cast(end - begin, tf.float32) / tf.cast(count, tf.float32)


def set_up(network: keras.Model) -> None:
    """Prepare a network, made in the scope of the strategy that it runs in, whose variables hold the same on each replica.

    Batch norm takes its means over the global batch, weighted by images. Dropout draws otherwise on each replica; the first one's
    draws, which a checkpoint keeps, stay as they are.
    """
    chosen = tf.distribute.get_strategy()
    if chosen.num_replicas_in_sync == 1:
        return
    for layer in _layers(network):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
    counters = [variable for variable in network.variables if variable.path.endswith("seed_generator_state")]

    def set_apart() -> None:
        replica = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.int64)
        for counter in counters:  # (seed, draws so far)
            counter.assign(tf.cast(counter, tf.int64) + tf.stack([tf.zeros_like(replica), APART * replica]))

    tf.function(lambda: chosen.run(set_apart))()


def same_everywhere(load: Callable[[], Loaded], *, run_id: str) -> Loaded:
    """Return the state that `load` returns, called in the chief first and then in the others.

    run_id  a hash, hexadecimal, of all that decides the run's numbers

    Raises UserError in every worker if one of them has another run_id, or finds another number of finished epochs.
    """
    chosen = tf.distribute.get_strategy()
    if chosen.cluster_resolver is None:
        return load()
    loaded = load() if is_chief(chosen) else None
    of_chief = _sum(_marks(run_id, loaded) if loaded else [0, 0])
    loaded = loaded or load()
    if _sum([int(_marks(run_id, loaded) == of_chief)]) != [_workers(chosen)]:
        raise UserError("the workers have not all the same parameters, data, code and checkpoint; give them the same files")
    return loaded


@contextmanager
def ended_by_a_lost_worker() -> Iterator[None]:
    """Turn what TensorFlow raises some seconds after another worker was lost into a UserError."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError, tf.errors.DeadlineExceededError):
        raise UserError("another worker is gone; start all workers again, they go on after the last finished epoch") from None


def _marks(run_id: str, loaded: Resumable) -> list[int]:
    return [int(run_id[:7], 16), loaded.epochs]


def _sum(numbers: list[int]) -> list[int]:
    """Return the sum over the workers of each of their `numbers`, below 2**31, once all have called this."""
    chosen = tf.distribute.get_strategy()
    each = chosen.num_replicas_in_sync // _workers(chosen)

    def on_replica() -> tf.Tensor:
        context = tf.distribute.get_replica_context()
        first = tf.cast(context.replica_id_in_sync_group, tf.int32) % each == 0  # of this worker's replicas
        return context.all_reduce(tf.distribute.ReduceOp.SUM, [tf.where(first, tf.constant(numbers, tf.int32), 0)])[0]

    summed = tf.function(lambda: chosen.run(on_replica))()
    return chosen.experimental_local_results(summed)[0].numpy().tolist()


def _workers(chosen: tf.distribute.Strategy) -> int:
    return len(chosen.cluster_resolver.cluster_spec().task_indices("worker"))


def _layers(network: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in network.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
