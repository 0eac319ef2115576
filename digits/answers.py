"""Probabilities become answers, or "?" where the network is unsure; answers are held against what is known to be written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

UNSURE = "?"


@dataclass(frozen=True)
class Answer:
    """What the network says of one digit."""

    said: str  # the likeliest class, or UNSURE
    likeliest: str
    probability: float  # of the likeliest, 0 to 1
    truth: str | None  # None if it is not known

    @property
    def verdict(self) -> str:
        """unsure, right, wrong, or read if the truth is not known."""
        if self.said == UNSURE:
            return "unsure"
        return "read" if self.truth is None else ("right" if self.said == self.truth else "wrong")


def of(
    probabilities: np.ndarray, truths: Sequence[str | None], *, class_names: Sequence[str] | np.ndarray, least: float
) -> list[Answer]:
    """Return the answers to float (n, classes) probabilities; below `least`, 0 to 1, an answer is UNSURE."""
    found = []
    for row, truth in zip(probabilities, truths, strict=True):
        likeliest, probability = str(class_names[int(row.argmax())]), float(row.max())
        found.append(Answer(likeliest if probability >= least else UNSURE, likeliest, probability, truth))
    return found


def in_words(said: Iterable[Answer]) -> bool:
    """Return whether any of the answers is longer than a letter, so that they have to be told apart."""
    return any(len(answer.said) > 1 for answer in said)


def rows(said: Sequence[Answer], of: np.ndarray, *, between: str = "") -> list[str]:
    """Return the answers as they are read: a text for each of the rows that `of` (n,) numbers, ascending."""
    return [
        between.join(answer.said for answer, row in zip(said, of, strict=True) if row == one) for one in dict.fromkeys(of.tolist())
    ]


def named(name: str) -> str | None:
    """Return the digit a file's name begins with, as 7.png, 7_b.jpg and 7-1.png do, or None: 70.png and IMG_7.png do not."""
    begins = re.match(r"[0-9](?![0-9])", name)
    return begins[0] if begins else None


def aligned(written: Sequence[str], read: list[str]) -> list[str | None]:
    """Return what was written where each answer was read, None where nothing was.

    With as many answers as there are symbols written they go in pairs. Else the longest runs that agree are paired (difflib's
    Ratcliff and Obershelp), and what lies between two of them if it is as long on both sides.
    """
    if len(written) == len(read):
        return list(written)
    truths: list[str | None] = [None] * len(read)
    for kind, a, b, c, d in SequenceMatcher(None, written, read, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            truths[c:d] = written[a:b]
    return truths


def score(answers: Sequence[Answer], *, written: int) -> str:
    """Return one line: how many of so many digits whose truth is known were read right; what was not found is told apart."""
    if not written:
        return "true digits not known"
    known = [answer.verdict for answer in answers if answer.truth is not None]
    right, wrong, unsure = (known.count(verdict) for verdict in ("right", "wrong", "unsure"))
    line = f"{right} of {written} known digits read right, {wrong} wrong, {unsure} unsure"
    return line if len(known) == written else f"{line}, {written - len(known)} not found"
