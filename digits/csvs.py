"""Tables of images as comma-separated text, the layout of Kaggle's: 784 pixel columns, and others that hold texts.

A table of a million rows is 2 GB of text. It is read in blocks of whole rows, and each block is parsed by a few operations
on all its bytes at once: a pixel is worked out at the byte where it ends.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from digits.errors import UserError

SIDE = 28  # pixels
PIXELS = SIDE * SIDE
BLOCK = 2**21  # bytes parsed at a time; bounds memory only
LONGEST_ROW = 2**22  # bytes; more without a newline is no table
LONGEST_TEXT = 100  # bytes; a longer label is a mistake
MOST_CLASSES = 256  # labels are uint8

Column = str | int  # a name in the first row, or a number counted from 1

_NEWLINE, _RETURN, _COMMA, _QUOTE, _ZERO = b'\n\r,"0'


@dataclass(frozen=True, eq=False)
class Table:
    """A table as read. Rows are counted from 1 as an editor shows them, the names' row among them."""

    name: str  # as errors call it
    images: np.ndarray  # uint8 (n, 28, 28); (n, 0, 0) if the table was not to hold any
    texts: Mapping[str, np.ndarray]  # bytes (n,) each, by the role they were asked for
    columns: Mapping[str, str]  # where each of them stands, as errors call it: "1 (id)"
    first_row: int  # that of images[0]
    sha256: str  # of the file

    def __len__(self) -> int:
        """Return the number of rows, the names' row not among them."""
        return len(self.images)

    def place(self, index: int, role: str) -> str:
        """Return what errors call the cell of row `index`, counted from 0, in the column asked for as `role`."""
        return f"{self.name}: row {index + self.first_row}, column {self.columns[role]}"


def read(opened: BinaryIO, *, name: str, header: bool, images: bool, texts: Mapping[str, Column], keys: Mapping[str, str]) -> Table:
    """Return the table in a file opened for reading bytes, which errors call `name`.

    header  whether the first row has the columns' names
    images  whether there are 784 columns of pixels. If they have names, these end in 0 to 783 or 1 to 784, or are 1x1 to 28x28, and
            decide the order, row by row from the top left; without names the order is the table's.
    texts   columns to return besides, by any role. A table of images has no further ones.
    keys    the parameters that say this, for errors to name: "header" and the roles of columns that a table may have

    Cells may be quoted, lines may end in LF or CRLF, the last one may not end; a byte-order mark and blank last rows are skipped.
    Raises UserError, one line with row and column, for anything else.
    """
    source = _Source(opened, name)
    layout = _Layout(source.head(), source, header=header, images=images, texts=texts, keys=keys)
    most = source.bytes // (2 * PIXELS) + 1 if images else 0
    pixels = np.empty((most, PIXELS if images else 0), np.uint8)  # the system gives memory to what is written to, only
    parts: dict[str, list[np.ndarray]] = {role: [] for role in texts}
    count = 0
    for block in source.blocks(skip=header):
        cells = _Cells(block, layout, row=1 + header + count)
        if images and cells.count:
            cells.pixels_into(pixels[count : count + cells.count])
        for role, column in layout.texts.items():
            parts[role].append(cells.text(column))
        cells.refuse()
        count += cells.count
    if not count:
        where = f"{name}: row {1 + header}, column {layout.column(0)}"
        raise UserError(f"{where}: expected {layout.width} columns; received the end of the file")
    shape = (count, SIDE, SIDE) if images else (count, 0, 0)
    joined = {role: np.concatenate(part) for role, part in parts.items()}
    columns = {role: layout.column(column) for role, column in layout.texts.items()}
    return Table(name, pixels[: count if images else 0].reshape(shape), joined, columns, 1 + header, source.sha256())


def refuse_labels_of_others(labels: Table, table: Table) -> None:
    """Raise UserError if a table of labels, in column "label", is not `table`'s: by its length or, where both have them, by ids."""
    if len(labels) != len(table):
        where = labels.place(min(len(labels), len(table)), "label")
        raise UserError(f"{where}: expected {len(table)} labels, one for each image of {table.name}; received {len(labels)}")
    if "id" not in labels.texts or "id" not in table.texts:
        return
    differ = labels.texts["id"] != table.texts["id"]
    if differ.any():
        row = int(differ.argmax())
        ours, theirs = (_shown(ids[row]) for ids in (labels.texts["id"], table.texts["id"]))
        which = f"which row {row + table.first_row} of {table.name} has"
        raise UserError(f"{labels.place(row, 'id')}: expected the id {theirs}, {which}; received {ours}")


def refuse_duplicates(table: Table) -> None:
    """Raise UserError if an id occurs twice, naming the first row that repeats one."""
    ids = table.texts["id"]
    order = np.argsort(ids, kind="stable")
    again = order[1:][ids[order[1:]] == ids[order[:-1]]]
    if again.size:
        row = int(again.min())
        before = int(np.flatnonzero(ids == ids[row])[0])
        received = f"{_shown(ids[row])}, which row {before + table.first_row} has"
        raise UserError(f"{table.place(row, 'id')}: expected an id of its own; received {received}")


def ids(table: Table, *, first: int) -> list[str]:
    """Return each row's id: column "id", in which none may occur twice, or else numbers counted from `first`.

    Raises UserError for an id that occurs twice or is not UTF-8.
    """
    if "id" not in table.texts:
        return list(map(str, range(first, first + len(table))))
    refuse_duplicates(table)
    try:
        return np.char.decode(table.texts["id"], "utf-8").tolist()
    except UnicodeDecodeError as error:
        row = int(np.flatnonzero(table.texts["id"] == error.object)[0])
        raise UserError(f"{table.place(row, 'id')}: expected UTF-8; received {_shown(error.object)}") from None


def refuse_unreadable(label: str, *, name: str) -> None:
    """Raise UserError for a text that `read` would refuse in a table: too long a one, or one with control characters."""
    size = len(label.encode())
    if size > LONGEST_TEXT:
        raise UserError(f"{name}: expected at most {LONGEST_TEXT} bytes; received {size}")
    if any(letter < " " for letter in label):
        raise UserError(f"{name}: expected a text without control characters; received {label!r}")


def class_names(table: Table) -> list[str]:
    """Return the different texts of column "label", sorted: by number if all are whole numbers, else by letter."""
    found, first = np.unique(table.texts["label"], return_index=True)
    if len(found) > MOST_CLASSES:
        row = int(np.sort(first)[MOST_CLASSES])
        received = f"{len(found)} different labels, of which {_shown(table.texts['label'][row])} is one too many"
        raise UserError(f"{table.place(row, 'label')}: expected at most {MOST_CLASSES} classes; received {received}")
    names = []
    for label, row in zip(found.tolist(), first.tolist(), strict=True):
        try:
            names.append(label.decode("utf-8"))
        except UnicodeDecodeError:
            raise UserError(f"{table.place(row, 'label')}: expected a label in UTF-8; received {_shown(label)}") from None
    return in_order(names)


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of classes sorted, by number if all are whole numbers, else by letter."""
    names = sorted(names)
    return sorted(names, key=int) if all(re.fullmatch(r"-?[0-9]{1,18}", name, re.ASCII) for name in names) else names


def indices(table: Table, names: list[str]) -> np.ndarray:
    """Return column "label" as uint8 (n,) indices into `names`. Raises UserError for a label that is not among them."""
    found, first, which = np.unique(table.texts["label"], return_index=True, return_inverse=True)
    known = {text.encode("utf-8"): index for index, text in enumerate(names)}
    for row, label in sorted(zip(first.tolist(), found.tolist(), strict=True)):
        if label not in known:
            where = table.place(row, "label")
            raise UserError(f"{where}: expected a label that the training table has; received {_shown(label)}")
    return np.array([known[label] for label in found.tolist()], np.uint8)[which]


# The file ----------------------------------------------------------------------------------------------------------


class _Source:
    """A file's bytes in blocks of whole rows, each of which ends in a newline."""

    def __init__(self, opened: BinaryIO, name: str):
        self.name, self._opened, self._hash = name, opened, hashlib.sha256()
        self._row = 1  # of what is left to read
        self.bytes = opened.seek(0, 2)
        opened.seek(0)
        self._rest = self._read()
        while b"\n" not in self._rest and (more := self._read()):
            self._rest += more
            self._bounded()
        self._rest = self._rest.removeprefix(b"\xef\xbb\xbf")

    def head(self) -> bytes:
        """Return the first row, without its newline. Raises UserError if the file is empty."""
        if not self._rest:
            raise UserError(f"{self.name}: row 1, column 1: expected a table; received an empty file")
        return self._rest.partition(b"\n")[0].removesuffix(b"\r")

    def blocks(self, *, skip: bool) -> Iterator[bytes]:
        """Yield all rows, or all after the first, in blocks."""
        if skip:
            self._rest = self._rest.partition(b"\n")[2]
            self._row += 1
        while True:
            whole = self._rest[: self._rest.rfind(b"\n") + 1].rstrip(b"\r\n")  # blank rows wait: they may be the end
            if whole:
                yield whole + b"\n"
                self._rest = self._rest[len(whole) :].removeprefix(b"\r").removeprefix(b"\n")
                self._row += whole.count(b"\n") + 1
            more = self._read()
            if not more:
                break
            self._rest += more
            self._bounded()
        if self._rest.strip(b"\r\n"):
            yield self._rest + b"\n"

    def sha256(self) -> str:
        return self._hash.hexdigest()

    def _read(self) -> bytes:
        data = self._opened.read(BLOCK)
        self._hash.update(data)
        return data

    def _bounded(self) -> None:
        if len(self._rest) > LONGEST_ROW and not self._rest.strip(b"\r\n").count(b"\n"):
            where = f"{self.name}: row {self._row}, column 1"
            raise UserError(f"{where}: expected rows, each ended by a newline; received {len(self._rest)} bytes without one")


class _Layout:
    """Which column holds what: numbers from 0."""

    def __init__(
        self, head: bytes, source: _Source, *, header: bool, images: bool, texts: Mapping[str, Column], keys: Mapping[str, str]
    ):
        self.name, self._keys = source.name, keys
        self._names = self._parse(head) if header else None
        self.width = len(self._names or self._parse(head))
        self.texts = {role: self._find(column, role) for role, column in texts.items()}
        taken = set(self.texts.values())
        self.pixels: np.ndarray | slice = slice(0)  # which columns hold pixels, from the top left
        if images:
            pixels = np.array([column for column in range(self.width) if column not in taken])
            self._check_count(pixels.tolist(), texts)
            if self._names is not None:
                pixels = pixels[self._order(pixels.tolist())]
            first = int(pixels[0])
            straight = bool((np.diff(pixels) == 1).all())
            self.pixels = slice(first, first + PIXELS) if straight else pixels  # a slice is faster

    def column(self, number: int) -> str:
        """Return what errors call a column."""
        if self._names is None or number >= self.width:
            return str(number + 1)
        return f"{number + 1} ({self._names[number][:40]})"

    def _parse(self, head: bytes) -> list[str]:
        try:
            names = _names(head)
        except (UnicodeDecodeError, csv.Error):
            cells = _cells_of(head)
            bad = next((number for number, cell in enumerate(cells) if _stops_the_reader(cell)), 0)
            where = f"{self.name}: row 1, column {bad + 1}"
            raise UserError(f"{where}: expected comma-separated UTF-8 text; received {_shown(cells[bad])}") from None
        if not names:
            raise UserError(f"{self.name}: row 1, column 1: expected a table; received a blank row")
        return names

    def _find(self, column: Column, role: str) -> int:
        where = f"{self.name}: row 1"
        if isinstance(column, int):
            if not 1 <= column <= self.width:
                raise UserError(f"{where}, column {column}: expected the {role}; received {self.width} columns{self._see(role)}")
            return column - 1
        if self._names is None:
            expected = f"the number of a column, the {role}, as columns have no names"
            raise UserError(f"{where}: expected {expected}; received the name {column}{self._see(role, 'header')}")
        if column not in self._names:
            few = ", ".join(name[:40] for name in self._names[:3])
            received = f"{few} and so on{self._see(role, 'header')}"
            raise UserError(f"{where}: expected a column {column}, the {role}; received {received}")
        first = self._names.index(column)
        if column in self._names[first + 1 :]:
            again = self.column(self._names.index(column, first + 1))
            raise UserError(f"{where}, column {again}: expected one column {column}; received another, after column {first + 1}")
        return first

    def _check_count(self, pixels: list[int], texts: Mapping[str, Column]) -> None:
        """Raise UserError unless so many columns are left for pixels, naming the first that is missing or too many."""
        if len(pixels) == PIXELS:
            return
        first = self.width
        if len(pixels) > PIXELS:
            others = [number for number in pixels if self._names and not re.search("[0-9]", self._names[number])]
            first = (others or pixels[PIXELS:])[0]
        besides = "".join(f", {column} ({role})" for role, column in texts.items())
        see = self._see(*(role for role in self._keys if role != "header"))
        raise UserError(
            f"{self.name}: row 1, column {self.column(first)}: expected {PIXELS} columns of pixels{besides}; "
            f"received {len(pixels)} of pixels{see}"
        )

    def _order(self, pixels: list[int]) -> np.ndarray:
        """Return, for each pixel from the top left, the index of its column in `pixels`."""
        names = [self._names[column] for column in pixels] if self._names else []
        for pattern, wanted in _NAMINGS:
            at = {}
            for index, name in enumerate(names):
                match = re.fullmatch(pattern, name, re.ASCII)
                at.setdefault(tuple(map(int, match.groups())) if match else None, index)
            if set(at) == set(wanted):
                return np.array([at[key] for key in wanted])
        if all(re.fullmatch("[0-9]{1,3}", name, re.ASCII) for name in names):
            mend = f"; if there are none, set {self._keys['header']}: false" if "header" in self._keys else ""
            where = f"{self.name}: row 1, column {pixels[0] + 1}"
            raise UserError(f"{where}: expected names of columns; received the number {names[0]}{mend}")
        known = {f"pixel{number}" for number in range(PIXELS)}
        odd = next((index for index, name in enumerate(names) if name not in known or name in names[:index]), 0)
        raise UserError(
            f"{self.name}: row 1, column {self.column(pixels[odd])}: expected pixels numbered 0 to 783, 1 to 784, or "
            f"1x1 to 28x28, each once; received {names[odd][:40]!r}"
        )

    def _see(self, *roles: str) -> str:
        """Return the end of an error, which names the parameters that say where these columns are, if there are any."""
        keys = [self._keys[role] for role in roles if role in self._keys]
        return f"; see {' and '.join(keys)}" if keys else ""


def _names(row: bytes) -> list[str]:
    return next(csv.reader([row.decode("utf-8")], strict=True), [])


def _stops_the_reader(cell: bytes) -> bool:
    try:
        _names(cell + b",")  # after which a carriage return is no line end
    except (UnicodeDecodeError, csv.Error):
        return True
    return False


_NAMINGS: tuple[tuple[str, list[tuple[int, ...]]], ...] = (
    (r"[^0-9]*([0-9]{1,3})", [(number,) for number in range(PIXELS)]),
    (r"[^0-9]*([0-9]{1,3})", [(number + 1,) for number in range(PIXELS)]),
    (r"([0-9]{1,2})x([0-9]{1,2})", [(row + 1, column + 1) for row in range(SIDE) for column in range(SIDE)]),
)


# The cells ---------------------------------------------------------------------------------------------------------


class _Cells:
    """The cells of a block of rows, up to the first row that is not made of as many cells as it should be."""

    def __init__(self, block: bytes, layout: _Layout, *, row: int):
        self._bytes, self._layout, self._row = np.frombuffer(block, np.uint8), layout, row
        newline, comma = self._bytes == _NEWLINE, self._bytes == _COMMA
        self._quoted = b'"' in block
        if self._quoted:
            comma &= np.cumsum(self._bytes == _QUOTE, dtype=np.int32) % 2 == 0
        ends = np.flatnonzero(newline | comma)
        self._trouble: tuple[int, str] | None = None  # of the row after the good ones: its column, and what is wrong
        self.count = self._good_rows(ends, np.flatnonzero(newline[ends]))
        ends = ends[: self.count * layout.width]
        starts = np.empty_like(ends)
        starts[:1], starts[1:] = 0, ends[:-1] + 1
        self.starts, self.ends = (edge.reshape(self.count, layout.width) for edge in (starts, ends))  # (rows, columns)
        if layout.width and self.count:
            last = self.ends[:, -1]
            last -= (self._bytes[last - 1] == _RETURN) & (last > self.starts[:, -1])
        if self._quoted:
            self._bare = (
                (self.ends - self.starts >= 2) & (self._bytes[self.starts] == _QUOTE) & (self._bytes[self.ends - 1] == _QUOTE)
            )
            self.starts, self.ends = self.starts + self._bare, self.ends - self._bare

    def refuse(self) -> None:
        """Raise UserError for what follows the good rows, if anything does."""
        if self._trouble:
            column, trouble = self._trouble
            where = f"{self._layout.name}: row {self._row + self.count}, column {self._layout.column(column)}"
            raise UserError(f"{where}: {trouble}")

    def pixels_into(self, images: np.ndarray) -> None:
        """Write the pixels to uint8 (rows, 784). Raises UserError at the first cell that is none."""
        value, digits = _numbers(self._bytes)
        columns = self._layout.pixels
        starts, ends = self.starts[:, columns], self.ends[:, columns]
        at, lengths = ends - 1, ends - starts
        numbers = value[at]
        wrong = (digits[at] != lengths) | (lengths == 0) | (numbers > 255)
        if wrong.any():
            row = int(wrong.any(axis=1).argmax())
            column = int(np.arange(self._layout.width)[columns][wrong[row]].min())
            raise self._wrong(row, column, "a whole number from 0 to 255")
        images[:] = numbers

    def text(self, column: int) -> np.ndarray:
        """Return a column's texts, bytes (rows,). Raises UserError for an empty one, a stray quote or a control character."""
        starts, lengths = self.starts[:, column], self.ends[:, column] - self.starts[:, column]
        if not self.count:
            return np.array([], "S1")
        for wrong, expected in ((lengths == 0, "a text"), (lengths > LONGEST_TEXT, f"at most {LONGEST_TEXT} bytes")):
            if wrong.any():
                raise self._wrong(int(wrong.argmax()), column, expected)
        width = int(lengths.max())
        letters = np.zeros((self.count, width), np.uint8)
        for place in range(width):
            within = np.flatnonzero(lengths > place)
            letters[within, place] = self._bytes[starts[within] + place]
        controls = (letters < 32).sum(axis=1) > width - lengths
        if controls.any():
            raise self._wrong(int(controls.argmax()), column, "a text without control characters")
        texts = letters.view(f"S{width}")[:, 0]
        return self._unquoted(texts, column) if self._quoted else texts

    def _unquoted(self, texts: np.ndarray, column: int) -> np.ndarray:
        quotes, doubled = np.char.count(texts, b'"'), np.char.count(texts, b'""')
        stray = (quotes != 2 * doubled) | ((quotes > 0) & ~self._bare[:, column])
        if stray.any():
            raise self._wrong(int(stray.argmax()), column, "quotes around the whole cell, and doubled inside")
        return np.char.replace(texts, b'""', b'"')

    def _wrong(self, row: int, column: int, expected: str) -> UserError:
        cell = self._bytes[self.starts[row, column] : self.ends[row, column]].tobytes()
        received = _shown(cell) if cell else "nothing"
        where = f"{self._layout.name}: row {self._row + row}, column {self._layout.column(column)}"
        return UserError(f"{where}: expected {expected}; received {received}")

    def _good_rows(self, ends: np.ndarray, newlines: np.ndarray) -> int:
        """Return how many rows there are before the first wrong one, and keep what is wrong with that."""
        width = self._layout.width
        cells = np.diff(newlines, prepend=-1)
        stops = ends[newlines]
        starts = np.concatenate([[0], stops[:-1] + 1])
        lengths = stops - starts
        blank = (lengths == 0) | ((lengths == 1) & (self._bytes[starts] == _RETURN))
        odd = np.zeros(len(cells), bool)
        if self._quoted:
            quotes = np.concatenate([[0], np.cumsum(self._bytes == _QUOTE, dtype=np.int32)[stops]])
            odd = np.diff(quotes) % 2 == 1
        wrong = (cells != width) | blank | odd
        if not wrong.any():
            return len(cells)
        first = int(wrong.argmax())
        if odd[first]:
            column = len(_cells_of(self._bytes[starts[first] : stops[first]].tobytes())) - 1
            self._trouble = column, "expected quotes in pairs; received one that is not closed"
        elif blank[first]:
            self._trouble = 0, "expected cells; received a blank row"
        else:
            received = int(cells[first])  # the first column that is missing, or is too many
            self._trouble = min(received, width), f"expected {width} columns; received {received}"
        return first


def _cells_of(row: bytes) -> list[bytes]:
    """Return a row's cells with their quotes; of quotes not in pairs the last one's cell is the last."""
    parts = row.split(b'"')
    parts[::2] = [part.replace(b",", b"\n") for part in parts[::2]]  # those outside quotes
    return b'"'.join(parts).split(b"\n")


def _numbers(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each byte of text, the number that ends there, uint16, and how many digits it has, both up to three digits."""
    digit = data - np.uint8(_ZERO)  # wraps round: what is no digit is 10 or more
    is_digit = digit < 10
    ones = np.where(is_digit, digit, 0).astype(np.uint16)
    two = is_digit[1:] & is_digit[:-1]
    three = two[1:] & is_digit[:-2]
    value, digits = ones.copy(), is_digit.astype(np.uint8)
    value[1:] += ones[:-1] * np.uint16(10)
    value[2:] += ones[:-2] * (is_digit[1:-1] * np.uint16(100))
    digits[1:] += two
    digits[2:] += three
    return value, digits


def _shown(data: bytes) -> str:
    text = bytes(data).decode("utf-8", errors="backslashreplace")
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
