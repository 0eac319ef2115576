"""Files written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PART = ".part-"  # what the names of files begin with that are not whole


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which takes its place when the block ends and vanishes when it fails.

    The folder is made if it is missing. The temporary name keeps the suffixes (".weights.h5"), which some writers insist on.
    A process killed inside the block leaves the temporary file, which `written` leaves out.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(prefix=PART, suffix=f"-{path.name}", dir=path.parent)
    except OSError as error:
        error.filename = str(path)
        raise
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())  # mkstemp makes private files; ours are as readable as any other
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        if error.filename in (None, name):
            error.filename, error.filename2 = str(path), None  # the name the user knows
        raise
    finally:
        part.unlink(missing_ok=True)


def written(folder: Path, pattern: str) -> list[Path]:
    """Return the files of a folder whose names fit a glob `pattern`, in order, without what killed writes left."""
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith(PART))


def drop_parts(folder: Path) -> None:
    """Remove what writes that were killed left in a folder, if it is there. Nobody else may be writing there."""
    for part in folder.glob(f"{PART}*"):
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with the line ends it has."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="")


def write_picture(path: Path, image: np.ndarray) -> None:
    """Write a uint8 (height, width) image as PNG, pixel for pixel."""
    _, png = cv2.imencode(".png", image)
    with replacing(path) as part:
        part.write_bytes(png.tobytes())


def write_figure(path: Path, figure: "Figure", *, dpi: int) -> None:
    """Write a matplotlib figure as PNG of `dpi` pixels per inch."""
    with replacing(path) as part:
        figure.savefig(part, dpi=dpi, format="png")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
