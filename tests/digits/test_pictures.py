"""What reading a picture promises: broken ones are told, and whatever the polarity, size and place, ink comes out like MNIST's."""

import io
import threading
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from digits import pictures
from tests.worlds import ROOT

SHARED = ROOT.parent / "shared/datasets"


def drawn(*, side: int = 200, ink: int = 30, paper: int = 220, at: tuple[int, int] = (60, 50)) -> np.ndarray:
    """Return a picture of a seven."""
    grey = np.full((side, side), paper, np.uint8)
    x, y = at
    cv2.polylines(grey, [np.array([[x, y], [x + 60, y], [x + 20, y + 80]])], False, ink, 8)
    return grey


def encoded(image: np.ndarray, suffix: str = ".png") -> bytes:
    return bytes(cv2.imencode(suffix, image)[1])


def read(image: np.ndarray, *, ink: str = "auto", normalise: str = "mnist") -> np.ndarray:
    return pictures.read(encoded(image), ink=ink, normalise=normalise)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "received an empty file"),
        (b"alpha,beta\n", "received 11 bytes that are none"),
        (encoded(drawn())[:-20], "received a damaged one"),
        (encoded(drawn())[:9], "received a damaged one"),
        (encoded(drawn(), ".jpg")[:900], "bytes that are none"),
        (encoded(np.full((40, 40), 200, np.uint8)), "expected ink on paper; received one shade, 200 to 200 of 255"),
    ],
)
def test_what_is_no_picture_or_shows_nothing_is_told_and_stderr_stays_empty(data, said, capfd):
    with pytest.raises(pictures.NoPicture) as refused:
        pictures.read(data, ink="auto", normalise="mnist")
    assert said in str(refused.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("exif", [b"Exif\0\0" + bytes(8), b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff"])
def test_a_photo_whose_exif_cannot_be_read_is_read_as_one_without(exif):
    jpeg = encoded(drawn(), ".jpg")
    scrubbed = jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:]
    assert np.array_equal(pictures.decode(scrubbed, longest=200), pictures.decode(jpeg, longest=200))


def test_while_another_picture_s_decoding_ends_opencv_stays_silent(monkeypatch):
    both, first_ended, levels = threading.Barrier(2, timeout=20), threading.Event(), []
    imdecode = cv2.imdecode

    def imdecode_of_both(*words):
        both.wait()
        if threading.current_thread().name == "second":
            assert first_ended.wait(20)
            levels.append(cv2.utils.logging.getLogLevel())
        return imdecode(*words)

    def decode() -> None:
        pictures.decode(encoded(drawn()), longest=200)
        first_ended.set()

    monkeypatch.setattr(cv2, "imdecode", imdecode_of_both)
    threads = [threading.Thread(target=decode, name=name) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert levels == [cv2.utils.logging.LOG_LEVEL_SILENT]


@settings(deadline=None, max_examples=100)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_png_with_a_changed_byte_is_refused_or_the_same_picture(at, byte):
    data = bytearray(encoded(drawn()))
    data[at % len(data)] = byte
    try:
        image = pictures.read(bytes(data), ink="auto", normalise="mnist")
    except pictures.NoPicture:
        return
    assert np.array_equal(image, read(drawn()))


def test_dark_on_light_and_light_on_dark_are_the_same_image():
    dark, light = read(drawn()), read(255 - drawn())
    assert np.array_equal(dark, light)
    assert (dark[0].max(), dark.max()) == (0, 255)
    assert np.array_equal(read(drawn(), ink="dark"), dark)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 20).map(lambda half: 2 * half + 1), st.integers(0, 2**32 - 1))
def test_a_picture_is_opened_by_a_disc_as_opencv_opens_it_to_the_bit(height, width, across, seed):
    grey = cv2.blur(np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8), (3, 3))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    wide = cv2.morphologyEx(np.pad(grey, across, mode="edge"), cv2.MORPH_OPEN, disc)
    assert np.array_equal(pictures.opened(grey, across=across), wide[across:-across, across:-across])


def test_the_place_and_the_shade_of_the_paper_do_not_matter():
    shade = np.linspace(0, 100, 200).astype(np.uint8)[None, :]
    images = [read(drawn()), read(drawn(at=(100, 90))), read(drawn() - shade)]
    for other in images[1:]:
        assert np.abs(images[0].astype(int) - other).mean() < 12


def test_the_ink_fills_a_box_of_20_and_its_mass_is_in_the_middle():
    image = read(drawn(side=900, at=(100, 400)))
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
    for axis in (0, 1):
        mass = image.sum(axis=1 - axis)
        assert abs(mass @ np.arange(28) / mass.sum() - 14) < 1


@pytest.mark.parametrize("width", [6, 20, 31])
def test_the_pen_s_width_is_measured(width):
    line = np.zeros((40, 300), np.uint8)
    line[4 : 4 + width, 5:295] = 255
    assert pictures.pen_width(line) == pytest.approx(width, rel=0.1)
    assert pictures.pen_width(np.zeros((5, 5), np.uint8)) == 0


def test_a_fine_pen_comes_out_as_wide_as_mnist_s_and_a_broad_one_as_broad_as_it_is():
    def width(thick: int) -> float:
        grey = np.full((300, 300), 220, np.uint8)
        cv2.polylines(grey, [np.array([[60, 60], [220, 60], [110, 250]])], False, 30, thick)
        return pictures.pen_width(cv2.resize(read(grey), None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)) / 8

    fine, finer, broad = width(6), width(2), width(50)
    assert fine == pytest.approx(pictures.PEN, abs=0.3)
    assert finer == pytest.approx(pictures.PEN, abs=0.3)
    assert broad > pictures.PEN + 1


def test_colour_transparency_and_sixteen_bits_are_the_grey_picture():
    grey, wanted = drawn(ink=0, paper=255), read(drawn(ink=0, paper=255))
    transparent = np.dstack([np.zeros((200, 200, 3), np.uint8), 255 - grey])
    for image in (cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), transparent, grey.astype(np.uint16) * 257):
        assert np.array_equal(read(image), wanted)


def test_none_scales_the_whole_picture_and_finds_the_ink_still():
    image = read(drawn(side=280), normalise="none")
    assert np.array_equal(image, cv2.resize(255 - drawn(side=280), (28, 28), interpolation=cv2.INTER_AREA))


def saved(image: Image.Image, kind: str, **how) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


@pytest.mark.parametrize(
    ("mode", "kind", "how"),
    [
        ("CMYK", "JPEG", {"quality": 95}),
        ("L", "JPEG", {"quality": 95, "progressive": True}),
        ("CMYK", "TIFF", {}),
        ("1", "TIFF", {"compression": "group4"}),
        ("RGB", "TIFF", {"compression": "tiff_lzw"}),
        ("RGB", "WEBP", {"quality": 95}),
        ("RGBA", "WEBP", {"lossless": True}),
        ("P", "PNG", {}),
        ("P", "GIF", {}),
        ("P", "PNG", {"transparency": 255}),
        ("LA", "PNG", {}),
        ("I;16", "PNG", {}),
        ("I;16", "TIFF", {}),
    ],
)
def test_each_format_and_mode_shows_the_same_digit(mode, kind, how):
    grey = drawn(ink=0, paper=255)
    picture = (
        Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(grey).convert("RGB").convert(mode)
    )
    image = pictures.read(saved(picture, kind, **how), ink="auto", normalise="mnist")
    assert np.abs(image.astype(int) - read(grey)).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("mode", "kind"), [("L", "JPEG"), ("RGBA", "PNG"), ("RGB", "WEBP"), ("RGBA", "WEBP"), ("L", "TIFF")])
def test_a_picture_is_turned_as_the_camera_says(mode, kind, orientation):
    stored = Image.fromarray(drawn()).resize((200, 120)).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(saved(stored, "PNG", exif=exif)))).convert("RGB")
    decoded = pictures.decode(saved(stored, kind, exif=exif), longest=500)
    assert decoded.shape == np.asarray(wanted).shape
    assert np.abs(decoded.astype(int) - np.asarray(wanted)).mean() < 6


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tiff"])
def test_a_large_picture_is_shrunk_to_the_longest_side_asked_for(suffix):
    assert pictures.decode(encoded(drawn(side=3000), suffix), longest=400).shape == (400, 400, 3)


@pytest.mark.parametrize(("side", "said"), [(8000, "8000 x 8000"), (60000, "over 178")])
def test_more_than_fifty_megapixels_are_refused_by_the_header(side, said):
    chunks = (b"IHDR" + side.to_bytes(4) * 2 + b"\x08\x02\0\0\0", b"IDAT", b"IEND")
    png = b"\x89PNG\r\n\x1a\n" + b"".join((len(c) - 4).to_bytes(4) + c + zlib.crc32(c).to_bytes(4) for c in chunks)
    with pytest.raises(pictures.NoPicture, match=f"at most 50.5 megapixels; received {said}"):
        pictures.decode(png, longest=100)


def test_eight_pixels_are_enough():
    assert read(cv2.resize(drawn(), (8, 8), interpolation=cv2.INTER_AREA)).max() == 255


def test_one_character_is_a_crop_and_several_or_squared_paper_are_none():
    one, squares = drawn(), np.full((400, 400), 220, np.uint8)
    squares[::40], squares[:, ::40] = 60, 60
    assert np.array_equal(pictures.only_character(one, ink="auto"), pictures.character(one, ink="auto"))
    assert pictures.only_character(np.hstack([one] * 3), ink="auto") is None
    assert pictures.only_character(squares, ink="auto") is None


@pytest.mark.parametrize(
    ("parts", "classes", "wanted"),
    [
        (("alpha", "1.png"), "folder", "alpha"),
        (("stray.png",), "folder", None),
        (("alpha_001.png",), "name", "alpha"),
        (("writer", "3.png"), "name", "3"),
        (("T-shirt 2.jpg",), "name", "T-shirt"),
        (("alpha", "1.png"), "auto", "alpha"),
        (("alpha_001.png",), "auto", "alpha"),
        (("alpha_001",), "name", "alpha"),
        (("e\u0301", "1.png"), "auto", "\u00e9"),
        (("e\u0301_1.png",), "auto", "\u00e9"),
        (("_1.png",), "name", None),
        (("3.png",), "folder", None),
    ],
)
def test_the_class_is_the_folder_s_or_the_name_s(parts, classes, wanted):
    assert pictures.class_of(parts, classes=classes) == wanted


def test_pictures_come_in_turn_and_the_last_of_each_class_are_apart():
    assert pictures.in_turn(["b", "b", "a", "a", "a"]) == [2, 0, 3, 1, 4]
    assert pictures.last_of_each(["a", "b", "a", "b", "a", "c"], share=0.34).tolist() == [False, False, False, True, True, False]


def test_ink_as_pale_as_a_crease_is_no_character_and_no_error():
    page = np.full((600, 800), 220, np.uint8)
    page[:, 390:420] -= 12
    assert pictures.only_character(page, ink="auto") is None
    with pytest.raises(pictures.NoPicture):
        pictures.character(page, ink="auto")


def test_a_picture_of_floats_is_one_line():
    header = b"Pf\n4 4\n-1.0\n"  # portable float map, grey
    with pytest.raises(pictures.NoPicture, match="expected 8 or 16 bits a channel; received a PPM of floats"):
        pictures.read(header + np.linspace(0, 1, 16, dtype="<f4").tobytes(), ink="auto", normalise="mnist")


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared/datasets")
def test_46_of_50_digits_by_five_writers_are_nearest_to_their_class_in_mnist():
    import gzip

    from digits import idx

    images = idx.parse_images(gzip.decompress((SHARED / "mnist/train-images-idx3-ubyte.gz").read_bytes()))[:20000]
    labels = idx.parse_labels(gzip.decompress((SHARED / "mnist/train-labels-idx1-ubyte.gz").read_bytes()))
    known = images.reshape(-1, 784) / np.linalg.norm(images.reshape(-1, 784), axis=1, keepdims=True)
    right = 0
    for path in sorted((SHARED / "handwritten").glob("*/*")):
        image = pictures.read(path.read_bytes(), ink="auto", normalise="mnist").ravel().astype(float)
        right += np.bincount(labels[np.argsort(known @ -image)[:3]]).argmax() == int(path.stem)
    assert right >= 46  # as measured; three nearest of 20,000 by angle


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared/datasets")
@pytest.mark.parametrize("folder", ["greek", "greek_own"])
def test_pencil_and_photos_come_out_as_light_strokes_in_the_middle(folder):
    for path in sorted((SHARED / folder).iterdir()):
        image = pictures.read(path.read_bytes(), ink="auto", normalise="mnist")
        assert image.max() == 255
        assert 20 < np.count_nonzero(image > 60) < 200, path.name
        assert image[:2].max() == image[-1:].max() == 0
