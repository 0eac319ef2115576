"""Paragraphs and tables as lines of Markdown."""

import textwrap
from collections.abc import Iterable, Sequence

from digits import tables

WIDTH = 132  # characters


def paragraph(*sentences: str) -> list[str]:
    """Return the sentences as lines of at most `WIDTH` characters."""
    return textwrap.wrap(" ".join(sentences), WIDTH, break_long_words=False, break_on_hyphens=False)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table."""
    return tables.markdown(head, list(rows)).splitlines()
