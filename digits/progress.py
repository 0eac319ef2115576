"""How a run looks while it goes: a bar on a terminal, one plain line an epoch everywhere."""

import sys
from typing import TextIO

from tqdm import tqdm


class Progress:
    """Draws to `stream`: within an epoch a bar with images per second, if that is a terminal; after it a line that stays."""

    def __init__(self, *, epochs: int, images: int, stream: TextIO = sys.stdout):
        self._epochs, self._images, self._stream = epochs, images, stream
        self._bar = None

    def updated(self, images: int) -> None:
        """Count `images` more."""
        if self._bar is None and self._stream.isatty():
            self._bar = tqdm(total=self._images, unit=" images", leave=False, file=self._stream, dynamic_ncols=True)
        if self._bar is not None:
            self._bar.update(images)

    def epoch_done(self, row: dict[str, float], *, seconds: float) -> None:
        """Print each split's loss (nats per image) and accuracy, the learning rate, and the speed of the gradient updates."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        splits = [name.removesuffix("_loss") for name in row if name.endswith("_loss")]
        shown = [f"{name} {row[f'{name}_loss']:.4f} {100 * row[f'{name}_accuracy']:6.2f} %" for name in splits]
        epoch = f"epoch {row['epoch']:{len(str(self._epochs))}.0f}/{self._epochs}"
        speed = f"rate {row['learning_rate']:.6f}  {self._images / seconds:6,.0f} images/s"
        print("  ".join([epoch, *shown, speed]), file=self._stream, flush=True)  # noqa: T201
