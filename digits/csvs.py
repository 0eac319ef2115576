"""Tables of images as comma-separated text, the layout of Kaggle's: 784 pixel columns, and others that hold texts.

A table of a million rows is 2 GB of text. It is read in blocks of whole rows, and each block is parsed by a few operations
on all its bytes at once: a pixel is worked out at the byte where it ends.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    first_row: int  # that of images[0]
    sha256: str  # of the file

    def __len__(self) -> int:
        """Return the number of rows, the names' row not among them."""
        return len(self.images)


def read(opened: BinaryIO, *, name: str, header: bool, images: bool, texts: Mapping[str, Column]) -> Table:
    """Return the table in a file opened for reading bytes, which errors call `name`.

    header  whether the first row has the columns' names
    images  whether there are 784 columns of pixels. If they have names, these end in 0 to 783 or 1 to 784, or are 1x1 to 28x28, and
            decide the order, row by row from the top left; without names the order is the table's.
    texts   columns to return besides, by any role. A table of images has no further ones.

    Cells may be quoted, lines may end in LF or CRLF, the last one may not end; a byte-order mark and blank last rows are skipped.
    Raises UserError, one line with row and column, for anything else.
    """
    source = _Source(opened, name)
    layout = _Layout(source.head(), source, header=header, images=images, texts=texts)
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
        raise UserError(f"{name}: row {1 + header}: expected {layout.width} cells; received the end of the file")
    shape = (count, SIDE, SIDE) if images else (count, 0, 0)
    joined = {role: np.concatenate(part) for role, part in parts.items()}
    return Table(name, pixels[: count if images else 0].reshape(shape), joined, 1 + header, source.sha256())


def refuse_labels_of_others(labels: Table, table: Table) -> None:
    """Raise UserError if a table of labels, in column "label", is not `table`'s: by its length or, where it has any, by its ids."""
    if len(labels) != len(table):
        row = min(len(labels), len(table)) + labels.first_row
        expected = f"{len(table)} labels, one for each image of {table.name}"
        raise UserError(f"{labels.name}: row {row}: expected {expected}; received {len(labels)}")
    if "id" not in labels.texts:
        return
    if "id" not in table.texts:
        raise UserError(f"{labels.name}: expected ids in {table.name} too; received none; name their column in csv.id_column")
    differ = labels.texts["id"] != table.texts["id"]
    if differ.any():
        row = int(differ.argmax())
        ours, theirs = (_shown(ids[row]) for ids in (labels.texts["id"], table.texts["id"]))
        where = f"which row {row + table.first_row} of {table.name} has"
        raise UserError(f"{labels.name}: row {row + labels.first_row}: expected the id {theirs}, {where}; received {ours}")


def refuse_duplicates(table: Table, *, column: Column) -> None:
    """Raise UserError if an id occurs twice, naming the first row that repeats one."""
    ids = table.texts["id"]
    order = np.argsort(ids, kind="stable")
    again = order[1:][ids[order[1:]] == ids[order[:-1]]]
    if again.size:
        row = int(again.min())
        before = int(np.flatnonzero(ids == ids[row])[0])
        raise UserError(
            f"{table.name}: row {row + table.first_row}, column {column}: expected an id of its own; "
            f"received {_shown(ids[row])}, which row {before + table.first_row} has"
        )


def ids(table: Table, *, first: int, column: Column) -> list[str]:
    """Return each row's id: column "id", in which none may occur twice, or else numbers counted from `first`.

    Raises UserError for an id that occurs twice or is not UTF-8; it calls the column `column`.
    """
    if "id" not in table.texts:
        return list(map(str, range(first, first + len(table))))
    refuse_duplicates(table, column=column)
    try:
        return np.char.decode(table.texts["id"], "utf-8").tolist()
    except UnicodeDecodeError as error:
        row = int(np.flatnonzero(table.texts["id"] == error.object)[0]) + table.first_row
        raise UserError(f"{table.name}: row {row}, column {column}: expected UTF-8; received {_shown(error.object)}") from None


def text(rows: Iterable[Sequence[object]], *, header: Sequence[str] | None) -> str:
    """Return rows as comma-separated text, quoted where a cell needs it."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    if header:
        writer.writerow(header)
    writer.writerows(rows)
    return written.getvalue()


def class_names(table: Table) -> list[str]:
    """Return the different texts of column "label", sorted: by number if all are whole numbers, else by letter."""
    found, first = np.unique(table.texts["label"], return_index=True)
    if len(found) > MOST_CLASSES:
        received = f"{len(found)} different labels, such as {_shown(found[-1])}"
        raise UserError(f"{table.name}: expected at most {MOST_CLASSES} classes; received {received}")
    names = []
    for label, row in zip(found.tolist(), first.tolist(), strict=True):
        try:
            names.append(label.decode("utf-8"))
        except UnicodeDecodeError:
            where = f"{table.name}: row {row + table.first_row}"
            raise UserError(f"{where}: expected a label in UTF-8; received {_shown(label)}") from None
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
            where = f"{table.name}: row {row + table.first_row}"
            raise UserError(f"{where}: expected a label that the training table has; received {_shown(label)}")
    return np.array([known[label] for label in found.tolist()], np.uint8)[which]


# The file ----------------------------------------------------------------------------------------------------------


class _Source:
    """A file's bytes in blocks of whole rows, each of which ends in a newline."""

    def __init__(self, opened: BinaryIO, name: str):
        self.name, self._opened, self._hash = name, opened, hashlib.sha256()
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
            raise UserError(f"{self.name}: row 1: expected a table; received an empty file")
        return self._rest.partition(b"\n")[0].removesuffix(b"\r")

    def blocks(self, *, skip: bool) -> Iterator[bytes]:
        """Yield all rows, or all after the first, in blocks."""
        if skip:
            self._rest = self._rest.partition(b"\n")[2]
        while True:
            whole = self._rest[: self._rest.rfind(b"\n") + 1].rstrip(b"\r\n")  # blank rows wait: they may be the end
            if whole:
                yield whole + b"\n"
                self._rest = self._rest[len(whole) :].removeprefix(b"\r").removeprefix(b"\n")
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
            raise UserError(f"{self.name}: expected rows, each ended by a newline; received {len(self._rest)} bytes without one")


class _Layout:
    """Which column holds what: numbers from 0."""

    def __init__(self, head: bytes, source: _Source, *, header: bool, images: bool, texts: Mapping[str, Column]):
        self.name = source.name
        self._names = self._parse(head) if header else None
        self.width = len(self._names or self._parse(head))
        self.texts = {role: self._find(column, role) for role, column in texts.items()}
        taken = set(self.texts.values())
        self.pixels: np.ndarray | slice = slice(0)  # which columns hold pixels, from the top left
        if images:
            pixels = np.array([column for column in range(self.width) if column not in taken])
            self._check_count(len(pixels), texts)
            if self._names is not None:
                pixels = pixels[self._order([self._names[column] for column in pixels.tolist()])]
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
            names = next(csv.reader([head.decode("utf-8")], strict=True), [])
        except (UnicodeDecodeError, csv.Error):
            raise UserError(f"{self.name}: row 1: expected comma-separated UTF-8 text; received {_shown(head)}") from None
        if not names:
            raise UserError(f"{self.name}: row 1: expected a table; received a blank row")
        return names

    def _find(self, column: Column, role: str) -> int:
        if isinstance(column, int):
            if not 1 <= column <= self.width:
                raise UserError(f"{self.name}: row 1: expected column {column}, the {role}; received {self.width} columns")
            return column - 1
        if self._names is None:
            raise UserError(
                f"{self.name}: column {column!r}, the {role}: expected a number, as columns have no names; received a name"
            )
        if column not in self._names:
            few = ", ".join(name[:40] for name in self._names[:3])
            raise UserError(f"{self.name}: row 1: expected a column {column}, the {role}; received {few} and so on; see csv.header")
        if self._names.count(column) > 1:
            raise UserError(f"{self.name}: row 1: expected one column {column}; received {self._names.count(column)}")
        return self._names.index(column)

    def _check_count(self, received: int, texts: Mapping[str, Column]) -> None:
        if received != PIXELS:
            besides = "".join(f", {column} ({role})" for role, column in texts.items())
            raise UserError(f"{self.name}: row 1: expected {PIXELS} columns of pixels{besides}; received {received} of pixels")

    def _order(self, names: list[str]) -> np.ndarray:
        """Return, for each pixel from the top left, the index of its name."""
        for pattern, wanted in _NAMINGS:
            at = {}
            for index, name in enumerate(names):
                match = re.fullmatch(pattern, name, re.ASCII)
                at.setdefault(tuple(map(int, match.groups())) if match else None, index)
            if set(at) == set(wanted):
                return np.array([at[key] for key in wanted])
        if all(re.fullmatch("[0-9]{1,3}", name, re.ASCII) for name in names):
            raise UserError(
                f"{self.name}: row 1: expected names of columns; received numbers; if there are none, set header: false"
            )
        known = {f"pixel{number}" for number in range(PIXELS)}
        odd = next((name for number, name in enumerate(names) if name not in known or name in names[:number]), names[0])
        column = self.column(self._names.index(odd) if self._names else 0)
        raise UserError(
            f"{self.name}: row 1, column {column}: expected pixels numbered 0 to 783, 1 to 784, or 1x1 to 28x28, each once; "
            f"received {odd[:40]!r}"
        )


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
        self._trouble = None
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
            raise UserError(f"{self._layout.name}: row {self._row + self.count}: {self._trouble}")

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
            self._trouble = "expected quotes in pairs; received one that is not closed"
        elif blank[first]:
            self._trouble = _BLANK
        else:
            self._trouble = f"expected {width} cells; received {cells[first]}"
        return first


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


_BLANK = "expected cells; received a blank row"


def _shown(data: bytes) -> str:
    text = bytes(data).decode("utf-8", errors="backslashreplace")
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
