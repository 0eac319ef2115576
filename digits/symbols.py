"""Images of written symbols with their categories, and what to call them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Symbols:
    """Symbols of several categories."""

    images: np.ndarray  # uint8 (n, 28, 28), 0 paper to 255 ink
    labels: np.ndarray  # uint8 (n,), index into names
    names: Sequence[str]  # of the categories

    def __len__(self) -> int:
        """Return the number of symbols."""
        return len(self.images)

    def letters(self) -> list[str]:
        """Return what to call each category: a Greek letter, or its name."""
        return [letter(name) for name in self.names]

    def numbers(self) -> list[int]:
        """Return the number of each symbol in its category, from 1."""
        counted = [0] * len(self.names)
        numbers = []
        for label in self.labels.tolist():
            counted[label] += 1
            numbers.append(counted[label])
        return numbers

    def titles(self) -> list[str]:
        """Return what to call each symbol, as in α 3."""
        letters = self.letters()
        return [f"{letters[label]} {number}" for label, number in zip(self.labels, self.numbers(), strict=True)]

    def first_of_each(self) -> list[int]:
        """Return the index of the first symbol of each category that has any."""
        return np.unique(self.labels, return_index=True)[1].tolist()


def letter(name: str) -> str:
    """Return the Greek letter of that name, alpha's α and Alpha's Α, and any other name as it is."""
    size = "CAPITAL" if name[:1].isupper() else "SMALL"
    spelt = {"LAMBDA": "LAMDA"}.get(name.upper(), name.upper())  # Unicode's spelling
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {spelt}")
    except KeyError:
        return name
