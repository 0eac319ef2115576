"""How a run looks while it goes: a bar on a terminal, one plain line an epoch everywhere."""

import sys
from typing import TextIO

from tqdm import tqdm


class Progress:
    """Draws to `stream`: within an epoch a bar with images per second, if that is a terminal; after it a line that stays."""

    def __init__(self, *, epochs: int, images: int, stream: TextIO = sys.stdout):
        self._epochs, self._images, self._stream = epochs, images, stream
        self._bar = None

    def batch_done(self, images: int) -> None:
        """Count `images` more."""
        if self._bar is None and self._stream.isatty():
            self._bar = tqdm(total=self._images, unit=" images", leave=False, file=self._stream, dynamic_ncols=True)
        if self._bar is not None:
            self._bar.update(images)

    def epoch_done(self, row: dict[str, float], *, seconds: float) -> None:
        """Print the epoch's losses (nats per image), accuracies and speed."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        splits = [f"{name} {row[f'{name}_loss']:.4f} {row[f'{name}_accuracy']:.4f}" for name in splits_in(row)]
        width = len(str(self._epochs))
        print(  # noqa: T201
            f"epoch {row['epoch']:{width}.0f}/{self._epochs}  loss and accuracy: {'  '.join(splits)}"
            f"  rate {row['learning_rate']:.6f}  {self._images / seconds:,.0f} images/s",
            file=self._stream,
            flush=True,
        )


def splits_in(row: dict[str, float]) -> list[str]:
    """Return the splits a row of the history has numbers of, in its order."""
    return [name.removesuffix("_loss") for name in row if name.endswith("_loss")]
