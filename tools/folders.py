"""Folders written whole or not at all, as digits/writing.py writes files."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digits.errors import UserError


def refuse_no_folder(target: Path) -> None:
    """Raise UserError if what is to be replaced is a file or a link."""
    if target.is_symlink() or target.is_file():
        raise UserError(f"{target}: expected a folder, which is written anew; remove what is there")


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Yield a path beside `folder` for a folder that takes its place when the block ends; if it fails, what was there stays."""
    part, former = (folder.with_name(f".{what}-{folder.name}") for what in ("part", "former"))
    if former.exists() and not folder.exists():  # killed between the two renames below
        former.rename(folder)
    for left in (part, former):
        shutil.rmtree(left, ignore_errors=True)
    try:
        yield part
        if folder.exists():
            folder.rename(former)
        part.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)
