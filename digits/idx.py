"""The IDX format of MNIST's files: a magic number, the sizes, then bare bytes.

    0000 | data type | rank | size 1 | ... | size of the last axis | data, row by row
      2        1        1       4                   4                              bytes, the first is the highest

Source  "The IDX file format", at the foot of yann.lecun.com/exdb/mnist.
"""

import math

import numpy as np

from digits.errors import UserError

UINT8 = 0x08  # the data type's code; the format's others (int8 to float64) appear in none of our data sets


class DamagedIdx(UserError):
    """Bytes that are no IDX file of the kind asked for: which `field` of it, what was `expected`, what was `received`."""

    def __init__(self, field: str, *, expected: str, received: str):
        super().__init__(f"{field}: expected {expected}; received {received}")
        self.field, self.expected, self.received = field, expected, received


def parse_images(data: bytes) -> np.ndarray:
    """Return the images of a decompressed IDX file: uint8 (n, rows, columns), a read-only view of `data`.

    No size is 0. Raises DamagedIdx, whatever else the bytes are.
    """
    return _parse(data, axes=("images", "rows", "columns"))


def parse_labels(data: bytes) -> np.ndarray:
    """Return the labels of a decompressed IDX file: uint8 (n,), a read-only view of `data`.

    n is not 0. Raises DamagedIdx, whatever else the bytes are.
    """
    return _parse(data, axes=("labels",))


def _parse(data: bytes, *, axes: tuple[str, ...]) -> np.ndarray:
    header = 4 + 4 * len(axes)
    if len(data) < header:
        raise DamagedIdx("header", expected=f"{header} bytes", received=str(len(data)))
    if data[:2] != b"\0\0":
        raise DamagedIdx("magic number", expected="two zero bytes", received=data[:2].hex(" "))
    if data[2] != UINT8:
        raise DamagedIdx("data type", expected=f"0x{UINT8:02x}, unsigned bytes", received=f"0x{data[2]:02x}")
    if data[3] != len(axes):
        raise DamagedIdx("rank", expected=f"{len(axes)} ({', '.join(axes)})", received=str(data[3]))
    sizes = [int.from_bytes(data[at : at + 4], "big") for at in range(4, header, 4)]
    for axis, size in zip(axes, sizes, strict=True):
        if size == 0:
            raise DamagedIdx(axis, expected="at least 1", received="0")
    # Python's integers do not overflow, and nothing is allocated: sizes that lie only fail to match.
    if math.prod(sizes) != len(data) - header:
        announced = f"{' x '.join(map(str, sizes))} = {math.prod(sizes)} bytes after the header"
        raise DamagedIdx("data", expected=announced, received=str(len(data) - header))
    return np.frombuffer(data, np.uint8, offset=header).reshape(sizes)
