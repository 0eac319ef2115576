"""What reading a table promises: first what it refuses and how it says so, then that it gives what was written."""

import hashlib
import io
import random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits import csv_writing, csvs
from digits.errors import UserError

KEYS = {"header": "section.header", "label": "section.label_column"}
NAMES = ["label", *(f"pixel{number}" for number in range(784))]


def images_of(count: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)


def rows_of(images: np.ndarray, labels: list[str]) -> list[list[str]]:
    return [[label, *map(str, image.ravel().tolist())] for image, label in zip(images, labels, strict=True)]


def text_of(rows: list[list[str]], *, end: str = "\n") -> bytes:
    return "".join(",".join(row) + end for row in rows).encode()


def table(count: int = 3) -> list[list[str]]:
    """Return a table with names, whose rows a test may spoil."""
    return [NAMES.copy(), *rows_of(images_of(count), ["seven"] * count)]


def read(data: bytes, *, header: bool = True, label: csvs.Column = "label", images: bool = True) -> csvs.Table:
    return csvs.read(io.BytesIO(data), name="t.csv", header=header, images=images, texts={"label": label}, keys=KEYS)


def refusal(data: bytes, **how) -> str:
    with pytest.raises(UserError) as refused:
        read(data, **how)
    assert "\n" not in str(refused.value)
    return str(refused.value)


# What is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["256", "-1", "1000", "12.0", " 5", "x", "0x1", "١", '"', "1e1", "5\r"])
def test_a_cell_that_is_no_pixel_is_named_by_row_and_column(cell):
    rows = table()
    rows[2][18] = cell
    said, where = refusal(text_of(rows)), "t.csv: row 3, column 19 (pixel17)"
    if cell == '"':
        assert said == f"{where}: expected quotes in pairs; received one that is not closed"
    else:
        assert said == f"{where}: expected a whole number from 0 to 255; received {cell!r}"


def test_an_empty_cell_is_named_and_without_names_its_column_is_a_number():
    rows = table()[1:]
    rows[1][18] = ""
    said = refusal(text_of(rows), header=False, label=1)
    assert said == "t.csv: row 2, column 19: expected a whole number from 0 to 255; received nothing"


def test_of_two_wrong_cells_the_first_row_s_leftmost_is_named_whatever_the_order_of_columns():
    rows = [[row[0], *row[:0:-1]] for row in table()]  # pixel783 first
    rows[1][5] = rows[1][9] = rows[2][2] = "-"
    assert "row 2, column 6 (pixel779)" in refusal(text_of(rows))


@pytest.mark.parametrize(
    ("cells", "column"), [(784, "785 (pixel783)"), (2, "3 (pixel1)"), (1, "2 (pixel0)"), (786, "786"), (900, "786")]
)
def test_a_row_of_the_wrong_length_is_named_with_the_first_column_that_is_missing_or_too_many(cells, column):
    rows = table()
    rows[2] = [*rows[2], *["0"] * 200][:cells]
    assert refusal(text_of(rows)) == f"t.csv: row 3, column {column}: expected 785 columns; received {cells}"
    assert refusal(text_of(rows[1:]), header=False, label=1).startswith(f"t.csv: row 2, column {column.split()[0]}: expected 785")


def test_of_an_unclosed_quote_the_cell_it_opens_is_named_whatever_stands_before_it():
    rows = table()
    rows[2][:4] = ['"a, ""b"""', '"5"', '"', '"6"']  # the last quote is the one without another
    rows[2][3] = "6"
    assert "row 3, column 3 (pixel1): expected quotes in pairs" in refusal(text_of(rows))
    rows[0][9] = '"pixel8'
    assert "row 1, column 10: expected comma-separated UTF-8 text; received '\"pixel8,pixel9" in refusal(text_of(rows))


def test_a_name_that_breaks_the_row_of_names_is_named():
    for broken in ("pixel\r8", "pixel8\r", '"pixel"8'):
        rows = table()
        rows[0][9] = broken
        assert f"row 1, column 10: expected comma-separated UTF-8 text; received {broken!r}" in refusal(text_of(rows))


def test_a_name_or_a_pixel_that_is_not_utf_8_is_named():
    data = text_of(table())
    said = refusal(data.replace(b"pixel8,", b"p\xffxel8,"))
    assert said == r"t.csv: row 1, column 10: expected comma-separated UTF-8 text; received 'p\\xffxel8'"
    rows = data.split(b"\n")
    rows[2] += b"\xff"
    assert "row 3, column 785 (pixel783): expected a whole number from 0 to 255" in refusal(b"\n".join(rows))
    assert "row 1, column 1: expected comma-separated UTF-8 text" in refusal(data.decode().encode("utf-16"))


def test_a_wrong_cell_before_a_wrong_row_is_named_first():
    rows = table()
    rows[1][1], rows[2] = "x", ["0"]
    assert "row 2, column 2 (pixel0)" in refusal(text_of(rows))


def test_a_blank_row_between_others_is_named_and_at_the_end_it_is_none():
    rows = text_of(table()).splitlines(keepends=True)
    for blank in (b"\n", b"\r\n"):
        assert (
            refusal(b"".join([*rows[:2], blank, *rows[2:]]))
            == "t.csv: row 3, column 1 (label): expected cells; received a blank row"
        )
        assert len(read(b"".join([*rows, blank, blank]))) == 3
    assert refusal(b"\n" + b"".join(rows)) == "t.csv: row 1, column 1: expected a table; received a blank row"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_named(data):
    assert refusal(data) == "t.csv: row 1, column 1: expected a table; received an empty file"


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_names_alone_are_no_table(end):
    said = refusal((",".join(NAMES) + end).encode())
    assert said == "t.csv: row 2, column 1 (label): expected 785 columns; received the end of the file"


def test_a_missing_label_is_named():
    rows = table()
    rows[2][0] = ""
    assert refusal(text_of(rows)) == "t.csv: row 3, column 1 (label): expected a text; received nothing"


@pytest.mark.parametrize(
    ("label", "expected"), [("a\0", "without control characters"), ("a" * 101, "at most 100 bytes"), ('a""b', "quotes")]
)
def test_a_label_that_is_a_mistake_is_named(label, expected):
    rows = table()
    rows[3][0] = label
    said = refusal(text_of(rows))
    assert "row 4, column 1 (label)" in said
    assert expected in said


def test_a_label_that_is_not_utf_8_is_named():
    data = text_of(table()).replace(b"seven", b"s\xffven", 1)
    with pytest.raises(UserError, match=r"t\.csv: row 2, column 1 \(label\): expected a label in UTF-8; received 's\\\\xffven'"):
        csvs.class_names(read(data))


def test_a_column_that_is_not_there_is_named_with_the_parameters_that_say_where_it_is():
    see = "see section.label_column and section.header"
    received = "label, pixel0, pixel1 and so on"
    data = text_of(table())
    assert refusal(data, label="class") == f"t.csv: row 1: expected a column class, the label; received {received}; {see}"
    expected = "the number of a column, the label, as columns have no names"
    assert refusal(data, header=False) == f"t.csv: row 1: expected {expected}; received the name label; {see}"
    expected = "expected the label; received 785 columns; see section.label_column"
    assert refusal(data, label=786) == f"t.csv: row 1, column 786: {expected}"


def test_a_table_without_names_asked_for_them_is_told_which_parameter_to_set():
    rows = table()[1:]
    rows[0][1] = "7"
    said = refusal(text_of(rows), label=1)
    where = "t.csv: row 1, column 2"
    assert said == f"{where}: expected names of columns; received the number 7; if there are none, set section.header: false"


def test_a_table_that_no_parameter_describes_names_none():
    for column, data in (("class", text_of(table())), (1, text_of(table()[1:])), (1, text_of([row[:-1] for row in table()]))):
        with pytest.raises(UserError) as refused:
            csvs.read(io.BytesIO(data), name="t.csv", header=True, images=True, texts={"label": column}, keys={})
        assert "see" not in str(refused.value)
        assert "set" not in str(refused.value)


def test_of_two_columns_of_one_name_the_second_is_named():
    rows = table()
    rows[0][7] = "label"
    assert refusal(text_of(rows)) == "t.csv: row 1, column 8 (label): expected one column label; received another, after column 1"


@pytest.mark.parametrize(("place", "name", "odd"), [(5, "pixel9", "11 (pixel9)"), (784, "pixel784", "785 (pixel784)")])
def test_of_names_that_do_not_number_every_pixel_once_the_first_odd_one_is_named(place, name, odd):
    rows = table()
    rows[0][place] = name
    said = refusal(text_of(rows))
    assert f"t.csv: row 1, column {odd}: expected pixels numbered 0 to 783" in said


def test_too_few_and_too_many_columns_are_counted_and_the_first_named():
    expected = "expected 784 columns of pixels, label (label); received"
    rows = [row[:-1] for row in table()]
    assert refusal(text_of(rows)) == f"t.csv: row 1, column 785: {expected} 783 of pixels; see section.label_column"
    rows = [[*row[:3], other, *row[3:]] for row, other in zip(table(), ["id", "1", "2", "3"], strict=True)]
    assert refusal(text_of(rows)) == f"t.csv: row 1, column 4 (id): {expected} 785 of pixels; see section.label_column"
    assert "row 1, column 786: expected 784" in refusal(text_of(rows), header=False, label=1)


def test_a_file_of_one_endless_row_is_refused_before_memory_is_full(monkeypatch):
    monkeypatch.setattr(csvs, "BLOCK", 1000)
    monkeypatch.setattr(csvs, "LONGEST_ROW", 20_000)
    rows = text_of(table())
    for before, row in ((b"", 1), (rows, 5)):
        endless = io.BytesIO(before + b"0," * 100_000)
        with pytest.raises(UserError, match=rf"t\.csv: row {row}, column 1: expected rows, each ended by a newline"):
            csvs.read(endless, name="t.csv", header=True, images=True, texts={"label": "label"}, keys={})
        assert endless.tell() < len(before) + 25_000


def test_a_test_label_that_training_does_not_have_is_named():
    rows = table()
    rows[3][0] = "eight"
    with pytest.raises(UserError, match=r"row 4, column 1 \(label\): expected a label that .* has; received 'eight'"):
        csvs.indices(read(text_of(rows)), ["seven"])


def test_more_classes_than_a_label_can_number_are_refused():
    rows = [[str(number)] for number in range(257)]
    labels = read(text_of(rows), header=False, label=1, images=False)
    expected = (
        "t.csv: row 257, column 1: expected at most 256 classes; received 257 different labels, of which '256' is one too many"
    )
    with pytest.raises(UserError, match=expected):
        csvs.class_names(labels)


def of_ids(*ids: str) -> csvs.Table:
    data = text_of([["id", "label"], *([one, "x"] for one in ids)])
    return csvs.read(io.BytesIO(data), name="ids.csv", header=True, images=False, texts={"id": "id", "label": "label"}, keys={})


def test_a_repeated_id_is_named_with_both_rows():
    with pytest.raises(UserError, match=r"row 5, column 1 \(id\): expected an id of its own; received '7', which row 3 has"):
        csvs.refuse_duplicates(of_ids("9", "7", "8", "7", "9"))
    csvs.refuse_duplicates(of_ids("9", "09", "7"))


def test_an_id_that_is_not_utf_8_is_named():
    table = csvs.read(io.BytesIO(b"1\n\xff\n"), name="ids.csv", header=False, images=False, texts={"id": 1}, keys={})
    with pytest.raises(UserError, match=r"ids\.csv: row 2, column 1: expected UTF-8; received '\\\\xff'"):
        csvs.ids(table, first=0)


def test_labels_of_other_images_are_refused_by_length_and_by_id():
    with pytest.raises(UserError, match=r"row 3, column 2 \(label\): expected 2 labels, one for each image of ids.csv; received 1"):
        csvs.refuse_labels_of_others(of_ids("1"), of_ids("1", "2"))
    with pytest.raises(UserError, match=r"row 3, column 1 \(id\): expected the id '2', which row 3 of ids.csv has; received '3'"):
        csvs.refuse_labels_of_others(of_ids("1", "3"), of_ids("1", "2"))
    csvs.refuse_labels_of_others(of_ids("1", "2"), of_ids("1", "2"))


# What is read ------------------------------------------------------------------------------------------------------


def test_whole_numbers_are_sorted_as_numbers_and_other_labels_as_texts():
    def names(*labels: str) -> list[str]:
        return csvs.class_names(read(text_of([[label] for label in labels]), header=False, label=1, images=False))

    assert names("10", "9", "0", "9") == ["0", "9", "10"]
    assert names("10", "9", "b") == ["10", "9", "b"]
    assert names("γ", "alpha") == ["alpha", "γ"]


def test_names_decide_the_order_of_pixels():
    rows, order = table(), list(range(785))
    wanted = read(text_of(rows)).images
    random.Random(1).shuffle(order)
    for naming in ("pixel{}", "{}", "px_{:03}"):
        rows[0] = ["label", *(naming.format(number) for number in range(784))]
        assert np.array_equal(read(text_of([[row[at] for at in order] for row in rows])).images, wanted)
    rows[0] = ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))]
    assert np.array_equal(read(text_of([[row[at] for at in order] for row in rows])).images, wanted)


def test_a_quoted_table_is_the_table_and_a_label_may_have_commas_and_quotes():
    rows = table()
    wanted = read(text_of(rows)).images
    rows[2][0] = 'a, ""b""'
    got = read(text_of([[f'"{cell}"' for cell in row] for row in rows]))
    assert np.array_equal(got.images, wanted)
    assert got.texts["label"].tolist() == [b"seven", b'a, "b"', b"seven"]


def test_a_byte_order_mark_is_skipped_and_the_checksum_is_the_file_s():
    data = b"\xef\xbb\xbf" + text_of(table())
    assert read(data).sha256 == hashlib.sha256(data).hexdigest()
    assert len(read(data)) == 3


def test_twice_the_rows_run_no_more_lines_of_python():
    def lines(rows: int) -> int:
        data = text_of([["id", *NAMES], *([str(1000 + row), "x", *["7"] * 784] for row in range(rows))])
        ran, before = [], sys.gettrace()

        def trace(frame, event, _):
            if event == "line":
                ran.append(frame.f_lineno)
            return trace

        sys.settrace(trace)
        try:
            texts = {"id": "id", "label": "label"}
            table = csvs.read(io.BytesIO(data), name="t.csv", header=True, images=True, texts=texts, keys={})
            csvs.indices(table, csvs.class_names(table))
            csv_writing.text(zip(csvs.ids(table, first=0), table.texts["label"].tolist(), strict=True), header=None)
        finally:
            sys.settrace(before)
        return len(ran)

    assert lines(200) == lines(400) > 0  # both are one block


cells = st.text(
    st.characters(min_codepoint=33, exclude_characters='",', exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=60)
@given(
    labels=st.lists(cells, min_size=1, max_size=12), seed=st.integers(0, 2**16), header=st.booleans(), last=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]), quoted=st.booleans(), place=st.integers(0, 784), block=st.integers(200, 20_000),
)  # fmt: skip
def test_what_was_formatted_is_parsed_back(labels, seed, header, last, end, quoted, place, block):
    images = images_of(len(labels), seed=seed)
    images[np.random.default_rng(seed).random(images.shape) < 0.5] = 0
    rows = [NAMES] * header + rows_of(images, labels)
    rows = [[*row[1 : place + 1], row[0], *row[place + 1 :]] for row in rows]  # the label column may be anywhere
    if quoted:
        rows = [[f'"{cell}"' for cell in row] for row in rows]
    data = text_of(rows, end=end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvs, "BLOCK", block)  # rows across blocks
        got = read(data if last else data.removesuffix(end.encode()), header=header, label="label" if header else place + 1)
    assert np.array_equal(got.images, images)
    assert [label.decode() for label in got.texts["label"].tolist()] == labels


@settings(deadline=None, max_examples=300)
@given(data=st.data(), header=st.booleans(), block=st.integers(200, 9000))
def test_a_mutated_table_gives_one_line_or_what_a_plain_reader_gives(data, header, block):
    whole = bytearray(text_of(table()[0 if header else 1 :]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole)))
        new = data.draw(st.sampled_from([b"", b",", b"\n", b"\r", b'"', b"\0", b"9", b"-", b"\xff", b" ", b"\r\n", b'""', b"\n\n"]))
        whole[at : at + data.draw(st.integers(0, 2))] = new
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csvs, "BLOCK", block)
        try:
            got = read(bytes(whole), header=header, label="label" if header else 1)
        except UserError as error:
            assert str(error).startswith("t.csv: ")  # noqa: PT017
            return
    images, labels = plainly(bytes(whole), header=header)
    assert np.array_equal(got.images, images)
    assert got.texts["label"].tolist() == labels


def plainly(data: bytes, *, header: bool) -> tuple[np.ndarray, list[bytes]]:
    """The oracle: Python's own reader, a row at a time."""
    import csv

    lines = data.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff").rstrip("\r\n").replace("\r\n", "\n").split("\n")
    rows = [next(csv.reader([line])) for line in lines]
    names = rows.pop(0) if header else [str(number) for number in range(785)]
    at = names.index("label") if header else 0
    assert all(len(row) == 785 for row in rows)
    images = np.array([[int(cell) for place, cell in enumerate(row) if place != at] for row in rows]).reshape(-1, 28, 28)
    return images, [row[at].encode("utf-8", errors="surrogateescape") for row in rows]
