"""The stage `handwriting` on weights made here: what it warns of, refuses and writes; slow: how well the reader reads."""

import csv
import os
import shutil
import zlib
from pathlib import Path
from unittest.mock import MagicMock

import cv2
import numpy as np
import pytest

from digits import arrays, models, readings
from digits import photos as taken
from stages import handwriting
from tests import pages as made
from tests.worlds import ROOT, bars, call, params, peak_of_stage, says_one_line, stage

SHARED = ROOT.parent / "shared/datasets"
READER = ROOT / "output/reader"
NAMES = np.array(list("0123456789"))
GLYPHS = made.drawn(40, seed=9)
PAGE = made.page(GLYPHS, seed=3, side=900)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("handwriting")
    arrays.save(folder / "data/splits/test.npz", bars(3))
    (folder / "output/train").mkdir(parents=True)
    models.build("recognition", classes=10, seed=5).save_weights(folder / "output/train/best.weights.h5")
    return folder


@pytest.fixture
def photos(tmp_path):
    """Three crops in two folders, and a page with its text."""
    for name, (label, ink) in zip(("a/{}.png", "a/{}_b.jpg", "b/one.webp"), GLYPHS, strict=False):
        path = tmp_path / "photos" / name.format(label)
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.pad(255 - (ink * 200).astype(np.uint8), 20, constant_values=255))
    (tmp_path / "photos/page.jpg").write_bytes(PAGE.jpeg)
    (tmp_path / "photos/page.txt").write_text(", ".join(PAGE.text))  # what is no letter or digit does not count
    return tmp_path / "photos"


def read(world, photos, *, environment=None, **section):
    shutil.rmtree(world / "output/handwriting", ignore_errors=True)
    params(world, model={"name": "recognition"}, handwriting={"least_probability": 0} | section)
    return stage("handwriting", photos, "output/train/best.weights.h5", "output/handwriting", folder=world, **(environment or {}))


def rows_of(folder):
    return list(csv.DictReader((folder / "answers.csv").read_text(encoding="utf-8").splitlines()))


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def put_what_is_no_picture(photos):
    (photos / "empty.png").write_bytes(b"")
    (photos / "broken.png").write_bytes((photos / "page.jpg").read_bytes()[:3000])
    (photos / "notes.txt").write_text("7 times 8\n")
    cv2.imwrite(str(photos / "blank.png"), np.full((600, 800), 200, np.uint8))
    size = (60000).to_bytes(4) * 2 + b"\x08\x02\0\0\0"
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    (photos / "huge.png").write_bytes(png)


def test_what_shows_digits_is_read_and_what_does_not_is_one_line_each(world, photos):
    put_what_is_no_picture(photos)
    run = read(world, photos)
    assert run.returncode == 0
    warned = [line.partition(f"{photos}/")[2].partition(":")[0] for line in run.stderr.splitlines()]
    assert warned == ["blank.png", "broken.png", "empty.png", "huge.png", "notes.txt"]

    output = world / "output/handwriting"
    rows = rows_of(output)
    crops = [row for row in rows if not row["x"]]
    named = sorted((f"a/{label}{rest}", str(label)) for (label, _), rest in zip(GLYPHS, (".png", "_b.jpg"), strict=False))
    assert [(row["file"], row["truth"]) for row in crops] == [*named, ("b/one.webp", "")]
    assert "".join(row["truth"] for row in rows if row["file"] == "page.jpg") == "".join(map(str, PAGE.labels))
    assert {path.name for path in output.iterdir()} == {"answers.csv", "score.txt", "page.jpg.png", "sheet.png"}
    assert [cv2.imread(str(output / name)).shape[1] for name in ("page.jpg.png", "sheet.png")] == [1000, 1000]

    first = {path.name: path.read_bytes() for path in output.iterdir()}
    read(world, photos)
    assert {path.name: path.read_bytes() for path in output.iterdir()} == first


def test_the_layout_can_be_said_each_picture_a_digit_or_each_a_page(photos):
    alone = taken.read(photos, layout="crop", ink="auto", class_names=NAMES)
    assert [len(photo.images) for photo in alone] == [1, 1, 1, 1]
    assert all(photo.corners is None for photo in alone)
    assert [photo.written for photo in alone][-1] == [*map(str, PAGE.labels)]
    many = taken.read(photos, layout="page", ink="auto", class_names=NAMES)
    assert len(many) == 4
    assert len(many[-1].images) == len(PAGE.labels)
    assert all(photo.corners is not None and photo.corners.shape == (len(photo.images), 4, 2) for photo in many)


def test_of_classes_with_longer_names_what_is_written_is_read_word_by_word(photos):
    page = next(path for path in photos.iterdir() if path.suffix == ".txt")
    page.write_text("7 4 11\n11 x 14\n")
    read = taken.read(photos, layout="auto", ink="auto", class_names=[*map(str, range(26))])
    assert ["7", "4", "11", "11", "14"] in [photo.written for photo in read]


def test_what_is_written_counts_as_far_as_the_network_has_such_classes(photos):
    label = GLYPHS[0][0]
    others = [name for name in NAMES if name != str(label)]
    written = [photo.written for photo in taken.read(photos, layout="auto", ink="auto", class_names=others)]
    assert written[0] is None
    assert str(label) not in written[-1]
    clothes = taken.read(photos, layout="auto", ink="auto", class_names=["T-shirt/top", "Bag"])
    probabilities = np.eye(2)[[0] * sum(len(photo.images) for photo in clothes)]
    said = readings.answered(clothes, probabilities, class_names=np.array(["T-shirt/top", "Bag"]), least=0)
    assert readings.score(clothes, said) == "true digits not known"


def test_a_file_name_that_is_no_utf_8_is_one_line_before_the_network_runs(world, photos):
    (photos / os.fsdecode(b"caf\xe9.png")).write_bytes((photos / "page.jpg").read_bytes())
    assert says_one_line(read(world, photos), "caf\\xe9.png': expected a file name in UTF-8; rename it")
    assert not (world / "output/handwriting").exists()


def test_thumbnails_of_very_many_files_are_decoded_again_and_drawn_as_large(photos, monkeypatch):
    def sheet():
        shown = taken.read(photos, layout="auto", ink="auto", class_names=NAMES)
        said = readings.answered(shown, np.eye(10)[[0] * sum(len(photo.images) for photo in shown)], class_names=NAMES, least=0)
        return shown, dict(readings.figures(shown, said, title="t"))[Path("sheet.png")]

    shown, kept = sheet()
    monkeypatch.setattr(taken, "KEPT", 0)
    again, decoded = sheet()
    assert [photo.thumbnail is None for photo in shown] == [False, False, False, True]
    assert all(photo.thumbnail is None for photo in again)
    shapes = [[image.get_array().shape for axes in figure.axes for image in axes.images] for figure in (kept, decoded)]
    assert shapes[0] == shapes[1]
    assert shapes[0]


def test_photos_that_are_not_there_are_stood_in_for_by_strokes(world):
    run = read(world, "nowhere", least_probability=1)
    assert run.returncode == 0
    assert len(run.stderr.splitlines()) == 1
    assert "nowhere is not there; took a page of strokes" in run.stderr
    rows = rows_of(world / "output/handwriting")
    assert len(rows) == 40
    assert {row["answer"] for row in rows} == {"?"}
    assert {row["likeliest"] for row in rows} <= set("0123456789")


def test_with_nothing_to_read_it_is_one_more_line_and_nothing_is_written(world, tmp_path):
    (tmp_path / "letter.docx").write_bytes(b"PK\x03\x04")
    run = read(world, tmp_path)
    refused, last = run.stderr.splitlines()
    assert run.returncode == 2
    assert "letter.docx: expected a picture; received 4 bytes that are none" in refused
    assert "expected a picture of digits, or a folder of them; received none" in last
    assert not (world / "output/handwriting").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sheet", "expected a page of another name, for sheet.png may show"),
        ("sheet_2", "expected a page of another name, for sheet_2.png may show"),
        (233 * "p" + ".jpg", "expected a page's name of at most 236 bytes"),
    ],
)
def test_a_page_whose_picture_has_no_name_of_its_own_is_left_out_with_a_warning(world, photos, name, said):
    (photos / "page.jpg").rename(photos / name)
    (photos / "page.txt").unlink()
    run = read(world, photos, layout="page")
    assert f"{name}: {said}" in run.stderr
    assert name not in {row["file"] for row in rows_of(world / "output/handwriting")}


def test_a_page_of_the_longest_name_has_its_picture(world, photos):
    name = 232 * "p" + ".jpg"
    (photos / "page.jpg").rename(photos / name)
    (photos / "page.txt").unlink()
    assert read(world, photos / name, layout="page").stderr == ""
    assert (world / f"output/handwriting/{name}.png").is_file()


def test_photos_that_a_queued_experiment_does_not_see_are_found_where_the_data_sets_are(world, photos):
    run = read(world, f"../nowhere/{photos.name}", missing="stop", environment={"DIGITS_DATASETS": str(photos.parent)})
    assert (run.returncode, run.stderr) == (0, "")
    assert "page.jpg" in {row["file"] for row in rows_of(world / "output/handwriting")}


def test_photos_that_are_not_there_can_be_refused(world):
    assert says_one_line(read(world, "nowhere", missing="stop"), "handwriting: nowhere is not there")


@pytest.fixture
def read_here(world, photos, monkeypatch):
    """Return what reads photos within this process, by a network to which all are a 3 with 0.55, and returns what it was shown."""

    def read_here(name: str, **section: object) -> np.ndarray:
        call(handwriting.main, photos / name, "weights", world / "here", world / "data/splits/test.npz", handwriting=section)
        return predict.call_args.args[1]

    predict = MagicMock(side_effect=lambda _network, images: np.tile(0.05 + 0.5 * np.eye(10)[3], (len(images), 1)))
    monkeypatch.setattr(handwriting.trained, "network", MagicMock())
    monkeypatch.setattr(handwriting.inference, "predict", predict)
    monkeypatch.setattr(handwriting.readings, "figures", lambda *_, **__: ())
    return read_here


@pytest.mark.parametrize(("least", "answer"), [(0.5, "3"), (0.6, "?")])
def test_an_answer_below_the_least_probability_is_none(read_here, world, least, answer):
    read_here("b", least_probability=least)
    (row,) = rows_of(world / "here")
    assert (row["answer"], row["likeliest"], row["probability"]) == (answer, "3", "0.5500")


@pytest.mark.parametrize(
    ("name", "layout", "key", "one", "another"),
    [
        ("nowhere", "page", "strokes_seed", 1, 2),
        ("both.png", "crop", "ink", "dark", "light"),
        ("both.png", "page", "ink", "dark", "light"),
    ],
)
def test_another_seed_or_ink_shows_the_network_other_images(read_here, photos, name, layout, key, one, another):
    grey = np.full((300, 600), 128, np.uint8)
    for digit, x, ink in (("2", 80, 10), ("7", 340, 250)):
        cv2.putText(grey, digit, (x, 220), cv2.FONT_HERSHEY_SIMPLEX, 6, ink, 16)
    cv2.imwrite(str(photos / "both.png"), grey)
    first, again, other = (read_here(name, layout=layout, **{key: value}) for value in (one, one, another))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


needs_reader = pytest.mark.skipif(
    not (SHARED.exists() and (READER / "output/train/best.weights.h5").exists()),
    reason="no ../shared/datasets, or `make read` has not trained its network yet",
)


@pytest.mark.slow
@needs_reader
def test_the_reader_reads_48_of_50_digits_by_five_writers(tmp_path):
    run = stage("handwriting", SHARED / "handwritten", "output/train/best.weights.h5", tmp_path, folder=READER)
    assert (run.returncode, run.stderr) == (0, "")
    assert int((tmp_path / "score.txt").read_text().split()[0]) >= 48


@pytest.mark.slow
@needs_reader
def test_of_40_made_pages_95_in_100_digits_are_found_and_90_read(tmp_path):
    glyphs = made.written(SHARED / "handwritten") * 4 + made.drawn(200, seed=1)
    (tmp_path / "photos").mkdir()
    truth = {f"{seed:02}.jpg": made.page(glyphs, seed=seed) for seed in range(40)}  # 1000 to 1029 were looked at while it was made
    for name, page in truth.items():
        (tmp_path / "photos" / name).write_bytes(page.jpeg)
    run = stage("handwriting", tmp_path / "photos", "output/train/best.weights.h5", tmp_path / "out", folder=READER)
    assert run.returncode == 0, run.stderr
    rows = rows_of(tmp_path / "out")
    found = right = 0
    for name, page in truth.items():
        height, width = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE).shape
        here = [row for row in rows if row["file"] == name]
        middles = np.array([(float(row["x"]) * width, float(row["y"]) * height) for row in here]).reshape(-1, 2)
        apart = np.linalg.norm(middles[None] - page.centres[:, None], axis=2) / page.heights[:, None]
        near, close = apart.argmin(axis=1), apart.min(axis=1) < 0.35
        found += close.sum()
        right += sum(here[at]["answer"] == str(label) for at, label, it in zip(near, page.labels, close, strict=True) if it)
    written = sum(len(page.labels) for page in truth.values())
    print(f"{found} of {written} digits found, {len(rows) - found} besides, {right} read right")
    assert found >= 0.95 * written
    assert right >= 0.90 * written
    assert len(rows) <= 1.02 * written


@pytest.mark.slow
def test_50_megapixels_take_under_two_gigabytes(world, tmp_path):
    photo = np.random.default_rng(0).integers(200, 256, (6144, 8192, 3), dtype=np.uint8)
    photo[2000:3000, 3000:3200] = photo[2000:2200, 4000:4600] = 40
    cv2.imwrite(str(tmp_path / "large.png"), photo)
    params(world, model={"name": "recognition"}, handwriting={"layout": "page"})
    words = (tmp_path / "large.png", "output/train/best.weights.h5", "output/handwriting")
    assert peak_of_stage("handwriting", *words, folder=world) < 2e9


def test_no_photos_named_is_one_line_and_a_home_is_expanded(world, photos):
    shutil.rmtree(world / "output/handwriting", ignore_errors=True)
    words = ("output/train/best.weights.h5", "output/handwriting")
    params(world, model={"name": "recognition"}, handwriting={"photos": ""})
    said = "handwriting.photos: expected a picture, or a folder of them; received nothing"
    assert says_one_line(stage("handwriting", "", *words, folder=world), said)
    params(world, model={"name": "recognition"})
    run = stage("handwriting", "~/photos", *words, folder=world, HOME=str(photos.parent))
    assert run.returncode == 0, run.stderr
    assert not (world / "output/handwriting/strokes.png").exists()
