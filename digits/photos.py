"""The photos that handwriting reads: pages with many digits, and crops, pictures of one digit each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from digits import answers, pages, pictures, strokes
from digits.folders import bytes_of, files_below, read_each, refuse_unwritable
from digits.stage import warn
from digits.writing import write_picture, write_text

LONGEST = 236  # bytes of a page's name; its picture's has 19 more while it is written, and a file system takes 255
OF_CROPS = re.compile(r"sheet(_[0-9]+)?")  # with .png, the names of the crops' pictures
LAYOUT = ("auto", "crop", "page")
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
    written: Sequence[str] | None  # what the text beside it or its name says it shows, in reading order
    thumbnail: np.ndarray | None = None  # uint8 (height, width, 3), red first; None: a page, or one crop of more than KEPT files

    def picture(self, *, longest: int) -> np.ndarray:
        """Return the picture, read again, uint8 (height, width, 3), red first, its longer side at most `longest` pixels."""
        return _red_first(pictures.decode(self.path.read_bytes(), longest=longest))

    def small(self) -> np.ndarray:
        """Return the thumbnail."""
        return self.picture(longest=THUMBNAIL) if self.thumbnail is None else self.thumbnail


def read(photos: Path, *, layout: str, ink: str, class_names: Iterable[str]) -> list[Photo]:
    """Return the pictures of a file or folder that show digits; each file that does not is one line of warning.

    What is written of them counts as far as the network has classes of these names: letter by letter, or if there are longer names
    among them word by word.
    """
    files, names = _files(photos), set(map(str, class_names))
    words = any(len(name) > 1 for name in names)

    def shown(path: Path) -> Photo | str:
        try:
            photo = _photo(path, photos, layout=layout, ink=ink, words=words)
        except pictures.NoPicture as error:
            return str(error)
        except OSError as error:
            return str(error.strerror)
        written = [symbol for symbol in photo.written or () if symbol in names] or None
        return replace(photo, written=written, thumbnail=photo.thumbnail if len(files) <= KEPT else None)

    found = read_each(files, shown)
    for path, wrong in zip(files, found, strict=True):
        if isinstance(wrong, str):
            warn(f"{path}: {wrong}")
    return [photo for photo in found if isinstance(photo, Photo)]


def draw(path: Path, *, seed: int) -> None:
    """Write a page of made digits, four rows of ten, and what it shows as the text beside it."""
    images, labels = strokes.draw(40, classes=strokes.CLASSES["digits"], seed=seed)
    tiles = 255 - np.pad(images, ((0, 0), (8, 8), (2, 2))).reshape(4, 10, 44, 32)
    write_picture(path, cv2.resize(np.block([list(row) for row in tiles]), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC))
    write_text(path.with_suffix(".txt"), "".join("".join(map(str, row)) + "\n" for row in labels.reshape(4, 10)))


def refuse_name(page: str) -> None:
    """Raise NoPicture if a page has a name that its picture cannot have with .png behind it."""
    if len(page.encode()) > LONGEST:
        raise pictures.NoPicture(f"expected a page's name of at most {LONGEST} bytes; rename it")
    if OF_CROPS.fullmatch(page):
        raise pictures.NoPicture(f"expected a page of another name, for {page}.png may show the pictures of one digit; rename it")


def _red_first(image: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _files(photos: Path) -> list[Path]:
    """Return a folder's files, but neither hidden ones nor the texts beside pictures."""
    if not photos.is_dir():
        refuse_unwritable(photos)
        return [photos]
    below = files_below(photos)
    texts = {path.with_suffix(".txt") for path in below if path.suffix != ".txt"}
    return [path for path in below if path not in texts]


def _photo(path: Path, photos: Path, *, layout: str, ink: str, words: bool) -> Photo:
    data, text = bytes_of(path), path.with_suffix(".txt")
    name = Path(path.name) if path == photos else path.relative_to(photos)
    beside = text.read_text(encoding="utf-8", errors="replace") if text != path and text.is_file() else ""
    written = beside.split() if words else list(filter(str.isalnum, beside))
    colours = pictures.decode(data, longest=pictures.LARGE)
    if layout == "crop" or (layout == "auto" and not written):
        look = pictures.character if layout == "crop" else pictures.only_character
        image = look(cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY), ink=ink)
        if image is not None:
            thumbnail = _red_first(pictures.shrunk(colours, THUMBNAIL))
            return Photo(path, name, image[None], np.zeros(1, np.int64), None, written or answers.named(path.name), thumbnail)
    refuse_name(path.name)
    if max(colours.shape[:2]) > pages.SIDE:
        colours = pictures.decode(data, longest=pages.SIDE)  # sharper than what was shrunk once already
    grey = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)
    found = pages.find(grey, ink=ink)
    if not len(found):
        raise pictures.NoPicture("expected digits; received a page that shows none")
    return Photo(path, name, found.images, found.rows, found.corners / np.float32(grey.shape[::-1]), written)
