"""What handwriting reads its digits from, and writes them to: pages with many, and crops, pictures of one digit each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from digits import answers, pages, pictures, strokes
from digits.figures import crops, page
from digits.stage import warn
from digits.writing import write_picture, write_text
from stages.folders import files_below

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LAYOUT = ("auto", "crop", "page")
MOST_BYTES = 1 << 29  # of a file
SHEET = 100  # crops on one sheet; more of them have a sheet for each folder
THUMBNAIL = 168  # pixels, the longer side
KEPT = 1000  # files, up to which thumbnails stay in memory, 85 MB; of more each is decoded again when its sheet is drawn


@dataclass(frozen=True, eq=False)
class Photo:
    """A picture that shows digits."""

    path: Path
    name: Path  # below the folder that was given
    images: np.ndarray  # uint8 (n, 28, 28), in reading order
    rows: np.ndarray  # int64 (n,), the written row of each, from 0
    corners: np.ndarray | None  # float32 (n, 4, 2), x and y as shares of width and height; None: a crop, n is 1
    written: str | None  # what the text beside it or its name says it shows, in reading order
    thumbnail: np.ndarray | None = None  # uint8 (height, width, 3), red first; None: a page, or one crop of more than KEPT files


Answers = Sequence[Sequence[answers.Answer]]  # of each photo


def read(photos: Path, *, layout: str, ink: str) -> list[Photo]:
    """Return the pictures of a file or folder that show digits; each file that does not is one line of warning."""
    shown, files = [], _files(photos)
    for path in files:
        try:
            photo = _photo(path, photos, layout=layout, ink=ink)
            shown.append(photo if len(files) <= KEPT else replace(photo, thumbnail=None))
        except pictures.NoPicture as error:
            warn(f"{path}: {error}")
        except OSError as error:
            warn(f"{path}: {error.strerror}")
    return shown


def draw(path: Path, *, seed: int) -> None:
    """Write a page of made digits, four rows of ten, and what it shows as the text beside it."""
    images, labels = strokes.draw(40, classes=strokes.CLASSES["digits"], seed=seed)
    tiles = 255 - np.pad(images, ((0, 0), (8, 8), (2, 2))).reshape(4, 10, 44, 32)
    write_picture(path, cv2.resize(np.block([list(row) for row in tiles]), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC))
    write_text(path.with_suffix(".txt"), "".join("".join(map(str, row)) + "\n" for row in labels.reshape(4, 10)))


def answered(shown: Sequence[Photo], probabilities: np.ndarray, *, class_names: np.ndarray, least: float) -> Answers:
    """Return each photo's answers from the rows of all of them; what is written but no class of the network's is no truth."""
    said, names = [], {str(name) for name in class_names}
    for photo, rows in zip(shown, _parts(probabilities, shown), strict=True):
        likeliest = [str(class_names[at]) for at in rows.argmax(axis=1)]
        truths = [None] * len(rows) if photo.written is None else answers.aligned(photo.written, likeliest)
        known = [truth if truth in names else None for truth in truths]
        said.append(answers.of(rows, known, class_names=class_names, least=least))
    return said


def score(shown: Sequence[Photo], said: Answers) -> str:
    """Return one line over all whose truth is known."""
    written = sum(len(photo.written or "") for photo in shown)
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
    """Yield the answers in reading order: a line for each row of a page, a line for each folder of crops."""
    folders: dict[Path, str] = {}
    for photo, of in zip(shown, said, strict=True):
        if photo.corners is None:
            folders[photo.name.parent] = folders.get(photo.name.parent, "") + of[0].said
        else:
            yield from (f"{photo.name}: {row}" for row in answers.rows(of, photo.rows))
    yield from (f"{folder}: {row}" for folder, row in folders.items())


def figures(shown: Sequence[Photo], said: Answers, *, title: str) -> Iterator[tuple[Path, "Figure"]]:
    """Yield a figure for each page, and the crops' sheets, with the name of its file; each is drawn when it is asked for."""
    alone = [(photo, of[0]) for photo, of in zip(shown, said, strict=True) if photo.corners is None]
    for photo, of in zip(shown, said, strict=True):
        if photo.corners is not None:
            picture = _picture(photo, longest=pages.SIDE)
            corners = photo.corners * np.float32(picture.shape[1::-1])
            figure = page.draw(picture, corners=corners, answers=of, title=_title(photo.name, title, [photo], [of]))
            yield photo.name.with_name(f"{photo.name.name}.png"), figure
    folders = dict.fromkeys(photo.name.parent for photo, _ in alone) if len(alone) > SHEET else {Path(): None}
    for folder in folders:
        here = [(photo, answer) for photo, answer in alone if len(folders) == 1 or photo.name.parent == folder]
        for start in range(0, len(here), SHEET):
            some, them = zip(*here[start : start + SHEET], strict=True)
            figure = crops.draw(
                [_picture(photo, longest=THUMBNAIL) if photo.thumbnail is None else photo.thumbnail for photo in some],
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


def _picture(photo: Photo, *, longest: int) -> np.ndarray:
    return _red_first(pictures.decode(photo.path.read_bytes(), longest=longest))


def _red_first(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _files(photos: Path) -> list[Path]:
    """Return a folder's files, but neither hidden ones nor the texts beside pictures."""
    if not photos.is_dir():
        return [photos]
    below = files_below(photos)
    texts = {path.with_suffix(".txt") for path in below if path.suffix != ".txt"}
    return [path for path in below if path not in texts]


def _photo(path: Path, photos: Path, *, layout: str, ink: str) -> Photo:
    if path.stat().st_size > MOST_BYTES:
        raise pictures.NoPicture(f"expected at most {MOST_BYTES >> 20} MB; received {path.stat().st_size >> 20}")
    data, text = path.read_bytes(), path.with_suffix(".txt")
    name = Path(path.name) if path == photos else path.relative_to(photos)
    written = (
        "".join(filter(str.isalnum, text.read_text(encoding="utf-8", errors="replace")))
        if text != path and text.is_file()
        else None
    )
    colours = pictures.decode(data, longest=pictures.LARGE)
    if layout == "crop" or (layout == "auto" and not written):
        look = pictures.character if layout == "crop" else pictures.only_character
        image = look(cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY), ink=ink)
        if image is not None:
            thumbnail = _red_first(pictures.shrunk(colours, THUMBNAIL))
            return Photo(path, name, image[None], np.zeros(1, np.int64), None, written or answers.named(path.name), thumbnail)
    if max(colours.shape[:2]) > pages.SIDE:
        colours = pictures.decode(data, longest=pages.SIDE)  # sharper than what was shrunk once already
    grey = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)
    found = pages.find(grey, ink=ink)
    if not len(found):
        raise pictures.NoPicture("expected digits; received a page that shows none")
    return Photo(path, name, found.images, found.rows, found.corners / np.float32(grey.shape[::-1]), written)
