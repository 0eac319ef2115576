"""Learning curves as TensorBoard event files."""

import shutil
from pathlib import Path

from digits.compute import tf


class Curves:
    """The event files of one run, in a folder of its own. Rows given again after a restart do not stand in it twice."""

    def __init__(self, folder: Path):
        shutil.rmtree(folder, ignore_errors=True)
        self._writer = tf.summary.create_file_writer(str(folder))

    def add(self, row: dict[str, float]) -> None:
        """Write one epoch's quantities; "train_loss" becomes "loss/train", so that the splits share a chart."""
        with self._writer.as_default(step=int(row["epoch"])):
            for name, value in row.items():
                if name != "epoch":
                    split, _, quantity = name.rpartition("_")
                    tf.summary.scalar(name if name == "learning_rate" else f"{quantity}/{split}", value)
        self._writer.flush()
