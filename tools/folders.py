"""Folders written whole or not at all, as digits/writing.py writes files."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Yield a path beside `folder` for a folder that takes its place when the block ends; if it fails, what was there stays."""
    part = folder.with_name(".part")
    shutil.rmtree(part, ignore_errors=True)
    yield part
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
