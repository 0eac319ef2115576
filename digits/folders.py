"""What lies in a folder that a user made."""

import os
from pathlib import Path

from digits.errors import UserError
from digits.pictures import NoPicture

MOST_BYTES = 1 << 29  # of a file


def files_below(folder: Path) -> list[Path]:
    """Return the files in a folder and its folders by name, without hidden ones and what hidden folders hold.

    Raises UserError for a name that is no UTF-8, as some archives leave them: no table could hold it.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    shown = [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    for path in shown:
        refuse_unwritable(path)
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
