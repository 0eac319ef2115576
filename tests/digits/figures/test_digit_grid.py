"""What the figures of single images promise: examples, mistakes and the contact sheet."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from digits.figures import examples, looks, mistakes, sheet

TITLE = "MNIST · resnet5 · seed 1"
NAMES = ["T-shirt/top", "Ankle boot", "Bag"]


def images(n):
    return np.random.default_rng(0).integers(0, 256, (n, 28, 28), dtype=np.uint8)


def read(labels, predicted, probabilities=None):
    chances = np.full(len(labels), 0.9) if probabilities is None else np.array(probabilities)
    classes = {"labels": np.array(labels, np.uint8), "predicted": np.array(predicted), "class_names": NAMES}
    return classes | {"probabilities": chances}


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("n", [1, 4, 5, 6, 25])
def test_every_image_is_shown_as_it_is(n):
    given = images(n)
    shown = examples.draw(given, **read([0] * n, [0] * n), title=TITLE).axes[0].images
    assert np.array_equal([np.asarray(image.get_array()) for image in shown], given)
    assert {image.get_clim() for image in shown} == {(0, 255)}
    assert {image.get_interpolation() for image in shown} == {"nearest"}


def test_an_image_pixel_is_a_whole_number_of_screen_pixels():
    figure = examples.draw(images(7), **read([0] * 7, [0] * 7), title=TITLE)
    for image in figure.axes[0].images:
        left, right, bottom, top = image.get_extent()
        corners = figure.axes[0].transData.transform([(left, bottom), (right, top)])
        assert corners == pytest.approx(corners.round(), abs=1e-6)
        assert corners[1] - corners[0] == pytest.approx([140, 140])


def test_no_two_images_overlap():
    shown = examples.draw(images(25), **read([0] * 25, [0] * 25), title=TITLE).axes[0].images
    places = {(image.get_extent()[0], image.get_extent()[3]) for image in shown}
    assert len(places) == 25
    lefts = sorted({left for left, _ in places})
    assert len(lefts) == 5
    assert min(np.diff(lefts)) > 1.4


def test_each_image_names_its_true_class_and_its_prediction_with_the_probability():
    figure = examples.draw(images(2), **read([0, 1], [0, 2], [0.987, 0.5]), title=TITLE)
    assert words(figure) == [
        "true T-shirt/top",
        "✓ read as T-shirt/top",
        "with 98.7 %",
        "true Ankle boot",
        "✗ read as Bag",
        "with 50.0 %",
    ]


def test_a_wrong_prediction_stands_out_by_sign_and_frame_and_colour():
    ax = examples.draw(images(2), **read([0, 1], [0, 2]), title=TITLE).axes[0]
    right, wrong = ax.patches
    assert to_hex(wrong.get_edgecolor()) == looks.VERMILLION.lower() != to_hex(right.get_edgecolor())
    assert wrong.get_linewidth() > right.get_linewidth()
    says = {text.get_text(): text for text in ax.texts}
    assert says["✗ read as Bag"].get_color() == looks.VERMILLION != says["✓ read as T-shirt/top"].get_color()


@pytest.mark.parametrize(("predicted", "share"), [([0, 0, 0], "none of 3 wrong"), ([0, 1, 2], "2 of 3 wrong")])
def test_the_heading_of_the_examples_counts_the_wrong_ones(predicted, share):
    assert share in examples.draw(images(3), **read([0, 0, 0], predicted), title=TITLE).get_suptitle()


def test_mistakes_keep_the_order_given():
    figure = mistakes.draw(images(3), **read([0, 1, 2], [1, 2, 0], [0.7, 0.9, 0.8]), title=TITLE)
    assert [text for text in words(figure) if text.startswith("with")] == ["with 70.0 %", "with 90.0 %", "with 80.0 %"]
    assert figure.get_suptitle() == "The 3 most confident mistakes"


def test_a_single_mistake_is_not_plural():
    assert mistakes.draw(images(1), **read([0], [1]), title=TITLE).get_suptitle() == "The most confident mistake"


def test_no_mistakes_is_said_in_words():
    figure = mistakes.draw(images(0), **read([], []), title=TITLE)
    assert figure.get_suptitle() == "Mistakes: none"
    assert words(figure) == ["Each test image is predicted as what it is."]
    assert not figure.axes[0].images


def test_the_sheet_has_a_row_a_split_and_the_class_over_each_image():
    given = {"train": images(5), "validation": images(2), "test": images(3)}
    labels = {"train": np.arange(5) % 3, "validation": np.array([2, 2]), "test": np.array([1, 1, 0])}
    ax = sheet.draw(given, labels_by_split=labels, class_names=np.array(NAMES), title=TITLE).axes[0]
    tops = [image.get_extent()[3] for image in ax.images]
    assert [tops.count(top) for top in sorted(set(tops))] == [5, 2, 3]
    assert [text.get_text() for text in ax.texts] == [
        *("train", "T-shirt/top", "Ankle boot", "Bag", "T-shirt/top", "Ankle boot"),
        *("validation", "Bag", "Bag"),
        *("test", "Ankle boot", "Ankle boot", "T-shirt/top"),
    ]
    assert np.array_equal(np.asarray(ax.images[5].get_array()), given["validation"][0])


def test_a_split_without_images_says_so():
    given = {"train": images(1), "validation": images(0)}
    labels = {"train": np.array([0]), "validation": np.array([], int)}
    said = words(sheet.draw(given, labels_by_split=labels, class_names=NAMES, title=TITLE))
    assert said[-2:] == ["validation", "no images"]


def test_more_than_five_images_go_on_in_a_further_row():
    labels = {"train": np.zeros(7, int)}
    ax = sheet.draw({"train": images(7)}, labels_by_split=labels, class_names=NAMES, title=TITLE).axes[0]
    assert len({image.get_extent()[3] for image in ax.images}) == 2
    assert max(image.get_extent()[1] for image in ax.images) < 10
