"""Where a user's folders are, and what lies in them."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn, TypeVar

from digits.errors import UserError
from digits.pictures import NoPicture

MOST_BYTES = 1 << 29  # of a file
AT_ONCE = 2  # files that are read, each by a thread of its own; a picture of 50 megapixels takes a gigabyte

Made = TypeVar("Made")


def shelves() -> list[Path]:
    """Return the folders that the environment variable DIGITS_DATASETS names, which hold data sets, in its order."""
    return expanded(os.environ.get("DIGITS_DATASETS", "").split(os.pathsep))


def expanded(names: Iterable[str]) -> list[Path]:
    """Return the paths of these names, ~ for a home, without empty names."""
    return [Path(os.path.expanduser(name)) for name in names if name]


def found(name: str | Path) -> Path:
    """Return the file or folder `name`, or if it is not there, what has its last name on the first of the `shelves` to have any."""
    named = Path(os.path.expanduser(name))
    elsewhere = (shelf / named.name for shelf in shelves() if named.name not in {"", ".."})
    return named if named.exists() else next((path for path in elsewhere if path.exists()), named)


def files_below(folder: Path) -> list[Path]:
    """Return the files in a folder and its folders by name, without hidden ones and what hidden folders hold; [] if there is none.

    Links are followed. Raises UserError for one that leads to nothing or back to a folder above it, and for a name that is no
    UTF-8, as some archives leave them: no table could hold it. Raises OSError for a folder that cannot be read.
    """
    found, through = [], {folder: {folder.resolve()}}  # the real folders on the way to each
    for walked, folders, files in os.walk(folder, followlinks=True, onerror=_raise) if folder.is_dir() else ():
        here = Path(walked)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for below in (here / name for name in folders):
            real = below.resolve()
            if any(above.is_relative_to(real) for above in through[here]):
                raise UserError(f"{below}: expected no link to a folder above it; remove it")
            through[below] = through[here] | {real}
        found += [here / name for name in files if not name.startswith(".")]
    shown = []
    for path in sorted(found):
        if path.is_file():
            refuse_unwritable(path)
            shown.append(path)
        elif not path.exists():
            raise UserError(f"{path}: expected a link to a file that is there; mend it or remove it")
    return shown


def refuse_unwritable(path: Path) -> None:
    """Raise UserError for a name that is no UTF-8."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise UserError(f"{os.fsencode(path)!r}: expected a file name in UTF-8; rename it") from None


def bytes_of(path: Path) -> bytes:
    """Return what a file holds. Raises NoPicture if that is more than a picture could be."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise NoPicture(f"expected at most {MOST_BYTES >> 20} MB; received {size >> 20}")
    return path.read_bytes()


def _raise(error: OSError) -> NoReturn:
    raise error


def read_each(files: Sequence[Path], read: Callable[[Path], Made]) -> list[Made]:
    """Return what `read` makes of each file, in their order, several at a time; of its errors the first file's is raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(read, files))
