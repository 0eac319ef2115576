"""What each figure promises whatever it shows: a title, text that can be read, the same bytes for the same input."""

import io
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from digits.answers import Answer
from digits.figures import (
    accuracy,
    confusion,
    crops,
    examples,
    kernels,
    layer_maps,
    loss,
    mistakes,
    page,
    patches,
    responses,
    saliency,
    sheet,
    side_by_side,
    symbol_distances,
    symbol_knn,
    symbol_map,
    symbol_matches,
)
from digits.symbols import Symbols
from tests.worlds import ROOT

TITLE = "MNIST · resnet5 · seed 1"
FASHION = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LONG = [f"a class of a long name, number {number}" for number in range(26)]


def history(epochs, *, validation=True):
    epoch = np.arange(1.0, epochs + 1)
    falling = np.exp(-5 * epoch / epochs)
    splits = {"train": 0.02, "test": 0.05} | ({"validation": 0.049} if validation else {})
    columns = {f"{split}_loss": 2.3 * falling + best for split, best in splits.items()}
    columns |= {f"{split}_accuracy": 1 - 0.8 * falling - best for split, best in splits.items()}
    return columns | {"epoch": epoch, "learning_rate": 0.01 * falling}


def diverged(*, finite, epochs=20):
    columns = history(epochs)
    for name, values in columns.items():
        if name.endswith("loss"):
            values[finite:] = np.nan
            values[finite : finite + 1] = np.inf
        elif name.endswith("accuracy"):
            values[finite:] = 0.098
    return columns


def matrix(classes, images, names, title):
    errors = np.random.default_rng(0).multinomial(images // 20, np.full(classes, 1 / classes), size=classes)
    return confusion.draw(errors + np.diag(np.full(classes, images)), class_names=names, title=title)


def pictures(n, names):
    labels = np.arange(n) % len(names)
    read = {"labels": labels, "predicted": (labels + (labels % 3 == 0)) % len(names), "class_names": names}
    images = np.random.default_rng(0).integers(0, 256, (n, 28, 28), dtype=np.uint8)
    return images, read | {"probabilities": np.linspace(1, 0.3, n)}


def grid(figure, n, names, title):
    images, read = pictures(n, names)
    return figure.draw(images, **read, title=title)


def contact(numbers, names, title):
    images = {split: pictures(n, names)[0] for split, n in numbers.items()}
    labels = {split: np.arange(n) % len(names) for split, n in numbers.items()}
    return sheet.draw(images, labels_by_split=labels, class_names=names, title=title)


ANSWERS = [Answer("7", "7", 0.987, "7"), Answer("?", "3", 0.21, None), Answer("1", "1", 1.0, "7"), Answer("8", "8", 0.9, None)]


CLOTHES = [
    Answer("T-shirt/top", "T-shirt/top", 0.987, None),
    Answer("?", "Ankle boot", 0.21, "Bag"),
    Answer("Ankle boot", "Ankle boot", 1.0, "T-shirt/top"),
    Answer("Bag", "Bag", 0.9, "Bag"),
]


def photographed(n, title, answers=ANSWERS):
    places = np.stack([100 + 180 * (np.arange(n) % 8), 100 + 200 * (np.arange(n) // 8)], axis=1)
    corners = places[:, None] + np.array([[0, 0], [60, 0], [60, 90], [0, 90]])
    photo = np.full((900, 1600, 3), 190, np.uint8)
    return page.draw(photo, corners=corners, answers=(answers * n)[:n], title=title)


def cropped(n, folders, title, answers=ANSWERS):
    images = pictures(n, FASHION)[0]
    photos = [np.full((60 + 10 * (i % 3), 70, 3), 200, np.uint8) for i in range(n)]
    names = [folders[i * len(folders) // n] for i in range(n)]
    return crops.draw(photos, images, answers=(answers * n)[:n], folders=names, title=title)


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def inside(figure, filters, *, size=3, channels=1, title):
    """One of the figures of a convolution of so many filters."""
    weights, maps, of = normal(size, size, channels, filters), normal(14, 14, filters), {"layer": "conv1", "title": title}
    image, names = pictures(3, FASHION)[0], [f"class {name}, training image {row}" for row, name in enumerate(FASHION[:3])]
    draw = {
        kernels: lambda: kernels.draw(weights, **of),
        responses: lambda: responses.draw(
            weights, given=normal(28, 28, channels), filtered=maps, by_layer=maps, difference=1e-8, **of
        ),
        layer_maps: lambda: layer_maps.draw(maps, image=image[0], name=names[0], **of),
        side_by_side: lambda: side_by_side.draw(np.stack([maps] * 3), images=image, names=names, **of),
        patches: lambda: patches.draw(weights, patches=normal(filters, 9, size, size, channels), highest=normal(filters), **of),
    }
    return draw[figure]()


def salient(right, wrong, names, title):
    images, _ = pictures(right + wrong, names)
    of = {"labels": np.zeros(right + wrong, int), "predicted": np.arange(right + wrong) >= right, "class_names": names}
    maps = normal(right + wrong, 28, 28)
    return saliency.draw(images, **of, for_predicted=maps, for_truth=-maps, title=title)


INSIDE = (kernels, responses, layer_maps, side_by_side, patches)


def symbols(n, names, *, seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)
    return Symbols(images, np.sort(np.arange(n) % len(names)).astype(np.uint8), names)


def distances(n, m):
    """Squared distances from 0 to a million."""
    apart = np.random.default_rng(0).choice([1e-4, 0.5, 12.3, 999.4, 99_999, 1e6], (n, m))
    apart[range(min(n, m)), range(min(n, m))] = 0
    return apart


def around(n, names, title):
    return symbol_distances.draw(symbols(n, names), distances=distances(n, n), title=title)


def left_out(n, names, title):
    them = symbols(n, names)
    answers = {(space, k): np.roll(them.labels, k) for space in ("embedding", "pixels") for k in (1, 3, 5)}
    return symbol_knn.draw(them, answers=answers, title=title)


def mapped(n, m, names, title):
    places = np.random.default_rng(0).normal(size=(n + m, 2))
    them, own = symbols(n, names), symbols(m, names, seed=1)
    return symbol_map.draw(them, places=places[:n], own=own, own_places=places[n:], share=np.array([0.6, 0.2]), title=title)


def matched(n, m, names, title):
    return symbol_matches.draw(symbols(m, names), examples=symbols(n, names), distances=distances(m, n), title=title)


GREEK = ["alpha", "beta", "gamma"]

FIGURES = {
    "accuracy": lambda title: accuracy.draw(history(60), title=title),
    "accuracy of one epoch": lambda title: accuracy.draw(history(1), title=title),
    "accuracy of 500 epochs": lambda title: accuracy.draw(history(500), title=title),
    "accuracy without validation": lambda title: accuracy.draw(history(7, validation=False), title=title),
    "accuracy of a diverged run": lambda title: accuracy.draw(diverged(finite=0), title=title),
    "loss": lambda title: loss.draw(history(60), title=title),
    "loss of one epoch": lambda title: loss.draw(history(1), title=title),
    "loss of 500 epochs": lambda title: loss.draw(history(500), title=title),
    "loss without validation": lambda title: loss.draw(history(7, validation=False), title=title),
    "loss that diverges": lambda title: loss.draw(diverged(finite=8), title=title),
    "loss never finite": lambda title: loss.draw(diverged(finite=0), title=title),
    "confusion of 2": lambda title: matrix(2, 500, ["even", "odd"], title),
    "confusion of long names": lambda title: matrix(10, 1000, FASHION, title),
    "confusion of 26": lambda title: matrix(26, 800, LETTERS, title),
    "confusion of many": lambda title: matrix(26, 80_000, LONG, title),
    "confusion of 36": lambda title: matrix(36, 800, [*map(str, range(36))], title),
    "confusion of 62": lambda title: matrix(62, 400, [*map(str, range(62))], title),
    "examples": lambda title: grid(examples, 10, FASHION, title),
    "examples, one": lambda title: grid(examples, 1, FASHION, title),
    "examples, 25 of long names": lambda title: grid(examples, 25, LONG, title),
    "mistakes": lambda title: grid(mistakes, 15, FASHION, title),
    "mistakes, none": lambda title: grid(mistakes, 0, FASHION, title),
    "page of one": lambda title: photographed(1, title),
    "page": lambda title: photographed(30, title),
    "crops, one": lambda title: cropped(1, [""], title),
    "page of clothes": lambda title: photographed(30, title, CLOTHES),
    "crops of clothes": lambda title: cropped(25, ["a writer", "a folder of a long name " * 5], title, CLOTHES),
    "crops in folders": lambda title: cropped(50, ["a writer", "another"], title),
    "sheet": lambda title: contact({"train": 5, "validation": 5, "test": 5}, FASHION, title),
    "saliency": lambda title: salient(5, 5, FASHION, title),
    "saliency, two rows of long names": lambda title: salient(7, 1, LONG, title),
    "saliency, none": lambda title: salient(0, 0, FASHION, title),
    **{
        f"{figure.__name__.split('.')[-1]} of {filters}, {channels} channels": partial(
            inside, figure, filters, size=size, channels=channels
        )
        for figure in INSIDE
        for filters, size, channels in ((2, 3, 2), (32, 3, 1), (70, 7, 3))
    },
    "distances": lambda title: around(27, GREEK, title),
    "distances of many": lambda title: around(300, LONG, title),
    "neighbours": lambda title: left_out(27, GREEK, title),
    "neighbours of many": lambda title: left_out(300, LONG, title),
    "map": lambda title: mapped(27, 12, GREEK, title),
    "map of many": lambda title: mapped(300, 50, LONG, title),
    "matches": lambda title: matched(27, 12, GREEK, title),
    "matches of many": lambda title: matched(300, 50, LONG, title),
    "matches of two": lambda title: matched(2, 1, ["a", "b"], title),
    "sheet without validation": lambda title: contact({"train": 5, "validation": 0, "test": 2}, LONG, title),
}


def texts(figure):
    """Every text that is seen."""
    found = list(figure.texts)  # the heading is one of them
    for ax in figure.axes:
        found += [*ax.texts, ax._left_title]
        found += ax.get_legend().get_texts() if ax.get_legend() else []
        if ax.axison:
            found += [ax.xaxis.label, ax.yaxis.label]
            for axis in (ax.xaxis, ax.yaxis):
                low, high = sorted(axis.get_view_interval())
                ticks = [tick for tick in axis.get_major_ticks() if low - 1e-9 <= tick.get_loc() <= high + 1e-9]
                found += [label for tick in ticks for label in (tick.label1, tick.label2)]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


@pytest.fixture(scope="module", params=FIGURES)
def drawn(request):
    """The figure, its texts that are seen, and the box of each, (texts, 4): left, bottom, right, top in pixels."""
    figure = FIGURES[request.param](title=TITLE)
    seen = texts(figure)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()  # puts the axes' names and the keys where a save would
    return figure, seen, np.array([text.get_window_extent(renderer).extents for text in seen])


def test_the_title_and_what_the_figure_is_stand_above_it(drawn):
    figure, _, _ = drawn
    assert [text.get_text() for text in figure.texts] == [figure.get_suptitle(), TITLE]
    assert figure.get_suptitle()


def test_no_text_is_cut_off(drawn):
    figure, seen, boxes = drawn
    width, height = figure.get_size_inches() * figure.dpi
    inside = (boxes[:, :2] >= 0).all(axis=1) & (boxes[:, 2:] <= (width, height)).all(axis=1)
    assert not [text.get_text() for text, whole in zip(seen, inside, strict=True) if not whole]


def test_no_text_lies_on_another(drawn):
    _, seen, boxes = drawn
    level = np.array([text.get_rotation() % 90 == 0 for text in seen])  # the box of a slanted text is mostly empty
    here, there = boxes[level][:, None], boxes[level][None]
    shared = np.minimum(here[..., 2:], there[..., 2:]) - np.maximum(here[..., :2], there[..., :2])
    on = (shared > 2).all(axis=-1)  # pixels; a box has that much room around its ink
    names = [text.get_text() for text, flat in zip(seen, level, strict=True) if flat]
    assert not [(names[i], names[j]) for i, j in np.argwhere(np.triu(on, k=1))]


def test_no_text_is_too_small_to_read(drawn):
    figure, seen, _ = drawn
    smallest = 8 if "Confusion" in figure.get_suptitle() else 10  # points; the counts of 26 classes are the exception
    assert min(text.get_fontsize() for text in seen) >= smallest


def test_a_figure_is_a_thousand_pixels_wide_and_whole_pixels_high(drawn):
    width, height = drawn[0].get_size_inches() * 100
    assert width == 1000
    assert height == pytest.approx(round(height), abs=1e-6)


@pytest.mark.parametrize("name", ["loss that diverges", "confusion of 2", "examples, one", "sheet", "page", "map"])
def test_the_same_input_gives_the_same_bytes_however_often_it_is_saved(name):
    def png(figure):
        figure.savefig(file := io.BytesIO(), dpi=100, format="png")
        return file.getvalue()

    figure = FIGURES[name](title=TITLE)
    assert png(figure) == png(figure) == png(FIGURES[name](title=TITLE))


def test_the_figures_load_without_pyplot_and_tensorflow():
    names = ", ".join(sorted(path.stem for path in (ROOT / "digits/figures").glob("*.py") if path.stem != "__init__"))
    script = f"import sys; from digits.figures import {names}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib.pyplot", "tensorflow", "keras", "cv2"} & set(loaded)
