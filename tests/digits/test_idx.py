"""What the IDX reader promises: the array that was written, or DamagedIdx."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from digits import idx
from digits.errors import UserError


def idx_bytes(array: np.ndarray) -> bytes:
    """Write a uint8 array as IDX."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def header(*sizes: int, kind: int = 8, rank: int | None = None, magic: bytes = b"\0\0") -> bytes:
    return magic + bytes([kind, len(sizes) if rank is None else rank]) + b"".join(size.to_bytes(4, "big") for size in sizes)


IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3)))
def test_images_come_back_as_they_were_written(images):
    parsed = idx.parse_images(idx_bytes(images))
    assert parsed.dtype == np.uint8
    np.testing.assert_array_equal(parsed, images, strict=True)


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=1)))
def test_labels_come_back_as_they_were_written(labels):
    np.testing.assert_array_equal(idx.parse_labels(idx_bytes(labels)), labels, strict=True)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "header: expected 16 bytes; received 0"),
        (header(3, 4), "header: expected 16 bytes; received 12"),
        (header(3, 4, 5, magic=b"\x1f\x8b") + bytes(60), "magic number: expected two zero bytes; received 1f 8b"),
        (header(3, 4, 5, kind=0x0D) + bytes(240), "data type: expected 0x08, unsigned bytes; received 0x0d"),
        (header(3, 4, 5, rank=1) + bytes(60), "rank: expected 3 (images, rows, columns); received 1"),
        (header(0, 28, 28), "images: expected at least 1; received 0"),
        (header(2**32 - 1, 0, 2**32 - 1), "rows: expected at least 1; received 0"),
        (idx_bytes(IMAGES)[:-1], "data: expected 3 x 4 x 5 = 60 bytes after the header; received 59"),
        (idx_bytes(IMAGES) + b"\0", "data: expected 3 x 4 x 5 = 60 bytes after the header; received 61"),
    ],
)
def test_what_is_no_idx_file_of_images_is_named_with_field_expected_and_received(data, line):
    with pytest.raises(idx.DamagedIdx) as error:
        idx.parse_images(data)
    assert str(error.value) == line
    assert line == f"{error.value.field}: expected {error.value.expected}; received {error.value.received}"


def test_sizes_beyond_any_memory_are_refused_and_not_allocated():
    with pytest.raises(idx.DamagedIdx, match=f"= {(2**32 - 1) ** 3} bytes after the header; received 60"):
        idx.parse_images(header(2**32 - 1, 2**32 - 1, 2**32 - 1) + bytes(60))


def test_sizes_whose_product_overflows_to_the_right_one_are_refused():
    overflowing = (2**31, 2**31, 4)  # 2**64, which is 0 in 64 bits
    with pytest.raises(idx.DamagedIdx, match=r"data: expected"):
        idx.parse_images(header(*overflowing))


def test_images_are_no_labels_and_labels_no_images():
    with pytest.raises(idx.DamagedIdx, match=r"rank: expected 1 \(labels\); received 3"):
        idx.parse_labels(idx_bytes(IMAGES))
    with pytest.raises(idx.DamagedIdx, match="rank: expected 3"):
        idx.parse_images(idx_bytes(np.arange(20, dtype=np.uint8)))


def test_the_error_is_one_that_ends_a_stage_in_one_line():
    assert issubclass(idx.DamagedIdx, UserError)


@given(st.binary(max_size=64))
def test_any_bytes_are_an_array_or_damaged(data):
    for parse in (idx.parse_images, idx.parse_labels):
        check(parse, data)


@pytest.mark.parametrize("seed", range(40))
def test_a_mutated_file_is_the_array_its_bytes_say_or_damaged(seed):
    chance = random.Random(seed)
    for _ in range(20):
        data = idx_bytes(IMAGES)
        for _ in range(chance.randint(1, 3)):
            data = chance.choice(MUTATIONS)(bytearray(data), chance)
        check(idx.parse_images, data)


def flip(data: bytearray, chance: random.Random) -> bytes:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def truncate(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randint(0, len(data))])


def extend(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data) + chance.randbytes(chance.randint(1, 40))


def edit_a_size(data: bytearray, chance: random.Random) -> bytes:
    at = chance.choice((4, 8, 12))
    data[at : at + 4] = chance.choice((0, 1, 2, 3, 4, 5, 60, 2**16, 2**31, 2**32 - 1)).to_bytes(4, "big")
    return bytes(data)


def swap_two_sizes(data: bytearray, chance: random.Random) -> bytes:
    a, b = chance.sample((4, 8, 12), 2)
    data[a : a + 4], data[b : b + 4] = data[b : b + 4], data[a : a + 4]
    return bytes(data)


MUTATIONS = (flip, truncate, extend, edit_a_size, swap_two_sizes)


def check(parse, data: bytes) -> None:
    """`parse` must return the array that `data` spells out, or raise DamagedIdx if it spells none."""
    rank = 3 if parse is idx.parse_images else 1
    start, words = 4 + 4 * rank, [data[at : at + 4] for at in range(4, 4 + 4 * rank, 4)]
    sizes = [int.from_bytes(word, "big") for word in words]
    if data[:4] == bytes([0, 0, 8, rank]) and all(sizes) and math.prod(sizes) == len(data) - start >= 0:
        parsed = parse(data)
        assert (parsed.shape, parsed.dtype, parsed.tobytes()) == (tuple(sizes), np.uint8, data[start:])
    else:
        with pytest.raises(idx.DamagedIdx):
            parse(data)
