"""What handwriting read on photos, as a table, lines, one score and pictures."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digits import answers, pages
from digits.figures import crops, page
from digits.photos import Photo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHEET = 100  # crops on one sheet; more of them have a sheet for each folder

Answers = Sequence[Sequence[answers.Answer]]  # of each photo


def answered(shown: Sequence[Photo], probabilities: np.ndarray, *, class_names: np.ndarray, least: float) -> Answers:
    """Return each photo's answers from the rows of all of them, beside what is written there."""
    said = []
    for photo, rows in zip(shown, _parts(probabilities, shown), strict=True):
        likeliest = [str(class_names[at]) for at in rows.argmax(axis=1)]
        truths = [None] * len(rows) if photo.written is None else answers.aligned(photo.written, likeliest)
        said.append(answers.of(rows, truths, class_names=class_names, least=least))
    return said


def score(shown: Sequence[Photo], said: Answers) -> str:
    """Return one line over all whose truth is known."""
    written = sum(len(photo.written or ()) for photo in shown)
    return answers.score([answer for of in said for answer in of], written=written)


def table(shown: Sequence[Photo], said: Answers) -> Iterator[tuple]:
    """Yield a row a digit: file, row and place from 1, the middle's x and y (shares, "" of a crop), and what was answered."""
    for photo, of in zip(shown, said, strict=True):
        first = {row: index for index, row in reversed([*enumerate(photo.rows.tolist())])}
        for index, (row, answer) in enumerate(zip(photo.rows.tolist(), of, strict=True)):
            middle = ("", "") if photo.corners is None else [f"{share:.4f}" for share in photo.corners[index].mean(axis=0)]
            what = (answer.said, answer.likeliest, f"{answer.probability:.4f}", answer.truth or "")
            yield (photo.name.as_posix(), row + 1, index - first[row] + 1, *middle, *what)


def lines(shown: Sequence[Photo], said: Answers) -> Iterator[str]:
    """Yield the answers in reading order: a line for each row of a page, a line for each folder of crops.

    If any is longer than a letter, a space stands between any two.
    """
    between = " " if answers.in_words(chain.from_iterable(said)) else ""
    folders: dict[Path, list[str]] = {}
    for photo, of in zip(shown, said, strict=True):
        if photo.corners is None:
            folders.setdefault(photo.name.parent, []).append(of[0].said)
        else:
            yield from (f"{photo.name}: {row}" for row in answers.rows(of, photo.rows, between=between))
    yield from (f"{folder}: {between.join(row)}" for folder, row in folders.items())


def figures(shown: Sequence[Photo], said: Answers, *, title: str) -> Iterator[tuple[Path, "Figure"]]:
    """Yield a figure for each page, and the crops' sheets, with the name of its file; each is drawn when it is asked for."""
    alone = [(photo, of[0]) for photo, of in zip(shown, said, strict=True) if photo.corners is None]
    for photo, of in zip(shown, said, strict=True):
        if photo.corners is not None:
            picture = photo.picture(longest=pages.SIDE)
            corners = photo.corners * np.float32(picture.shape[1::-1])
            figure = page.draw(picture, corners=corners, answers=of, title=_title(photo.name, title, [photo], [of]))
            yield photo.name.with_name(f"{photo.name.name}.png"), figure
    folders = dict.fromkeys(photo.name.parent for photo, _ in alone) if len(alone) > SHEET else {Path(): None}
    for folder in folders:
        here = [(photo, answer) for photo, answer in alone if len(folders) == 1 or photo.name.parent == folder]
        for start in range(0, len(here), SHEET):
            some, them = zip(*here[start : start + SHEET], strict=True)
            figure = crops.draw(
                [photo.small() for photo in some],
                np.concatenate([photo.images for photo in some]),
                answers=them,
                folders=["" if photo.name.parent == Path() else photo.name.parent.as_posix() for photo in some],
                title=_title(folder, title, some, [[answer] for answer in them]),
            )
            yield folder / f"sheet{f'_{start // SHEET + 1}' if start else ''}.png", figure


def _title(name: Path, title: str, shown: Sequence[Photo], said: Answers) -> str:
    return " · ".join([*([name.as_posix()] if name != Path() else []), title, score(shown, said)])


def _parts(probabilities: np.ndarray, shown: Sequence[Photo]) -> list[np.ndarray]:
    return np.split(probabilities, np.cumsum([len(photo.images) for photo in shown])[:-1])
