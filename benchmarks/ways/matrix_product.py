"""The yardstick: float32 products of two square matrices by TensorFlow, whose oneDNN multiplies in all its layers too."""

from benchmarks.ways import PRODUCTS, SIDE, Task, Turns
from digits.compute import tf


def train(task: Task, turns: Turns) -> None:
    """Multiply, as often as it is our turn."""
    tf.config.threading.set_intra_op_parallelism_threads(task.threads)
    tf.config.threading.set_inter_op_parallelism_threads(task.threads)
    left, right = (tf.random.stateless_uniform((SIDE, SIDE), (1, which)) for which in range(2))
    tf.matmul(left, right).numpy()  # its first call makes room
    while True:
        with turns.timed():
            for _ in range(PRODUCTS):
                tf.matmul(left, right).numpy()
