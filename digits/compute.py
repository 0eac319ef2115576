"""How TensorFlow computes: on how many threads, and with the same bits each time."""

from dataclasses import dataclass

import tensorflow as tf

from digits.params import positive


@dataclass(frozen=True)
class ComputeParams:
    """Section `compute` of params.yaml."""

    threads: int = positive()  # of TensorFlow's operations; another number sums in another order and gives other bits


def deterministic(*, threads: int) -> None:
    """Make TensorFlow's operations give the same bits in every run, on `threads` threads. Call it before anything is computed."""
    tf.config.experimental.enable_op_determinism()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
