"""What the loss figure promises."""

import numpy as np
import pytest

from digits.figures import loss

TITLE = "MNIST · resnet5 · seed 1"


def history(train, validation=None):
    n = len(train)
    columns = {"epoch": np.arange(1.0, n + 1), "learning_rate": np.linspace(0.01, 0.001, n)}
    columns |= {"train_loss": np.array(train, float), "test_loss": np.ones(n), "test_accuracy": np.ones(n)}
    return columns | ({} if validation is None else {"validation_loss": np.array(validation, float)})


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines if not line.get_label().startswith("_")}


def words(figure):
    return "\n".join(text.get_text() for text in figure.axes[0].texts)


def test_train_and_validation_are_lines_and_test_is_not():
    shown = lines(loss.draw(history([2, 1, 0.5], [2, 1, 0.7]), title=TITLE))
    assert list(shown) == ["train", "validation"]
    assert list(shown["validation"].get_ydata()) == [2, 1, 0.7]


def test_without_validation_train_is_alone_and_no_epoch_is_the_best():
    figure = loss.draw(history([2, 1, 0.5]), title=TITLE)
    assert list(lines(figure)) == ["train"]
    assert "best" not in words(figure)


def test_a_history_of_validation_alone_is_one_line():
    alone = {name: values for name, values in history([2, 1], [2, 1]).items() if not name.startswith(("train", "test"))}
    assert list(lines(loss.draw(alone, title=TITLE))) == ["validation"]


def test_the_best_epoch_is_marked_with_its_losses():
    said = words(loss.draw(history([2, 1, 0.5], [2, 0.7, 0.75]), title=TITLE))
    assert "best epoch 2: lowest validation loss\nvalidation 0.7, train 1" in said


@pytest.mark.parametrize(("last", "scale"), [(0.05, "log"), (1.5, "linear")])
def test_the_axis_is_logarithmic_where_the_losses_range_widely(last, scale):
    assert loss.draw(history([2, 1.8, last]), title=TITLE).axes[0].get_yscale() == scale


def test_an_even_axis_starts_at_zero():
    assert loss.draw(history([2, 1.8, 1.5]), title=TITLE).axes[0].get_ylim()[0] == 0


def test_the_learning_rate_has_a_panel_below_with_the_same_epochs():
    above, below = loss.draw(history([2, 1, 0.5]), title=TITLE).axes
    assert below.lines[0].get_ydata() == pytest.approx([0.01, 0.0055, 0.001])
    assert below.get_title(loc="left") == "learning rate per step"
    assert above.get_xlim() == below.get_xlim()
    assert above.get_position().y0 > below.get_position().y1


def test_a_loss_that_is_not_finite_is_a_gap_and_a_cross():
    figure = loss.draw(history([2, np.inf, 1, np.nan], [2, 2, 1, 1]), title=TITLE)
    shown = lines(figure)
    assert list(np.isnan(shown["train"].get_ydata())) == [False, True, False, True]
    assert list(shown["train not finite"].get_xdata()) == [2, 4]
    assert figure.axes[0].get_xlabel() == "×  not finite: train in 2 of 4 epochs"
    assert "train not finite" in words(figure)


def test_a_finite_loss_between_gaps_is_a_dot():
    shown = lines(loss.draw(history([2, np.nan, 1, np.nan, 1, 1]), title=TITLE))
    assert shown["train"].get_markevery() == [0, 2]


@pytest.mark.parametrize(
    "losses",
    [
        [np.nan] * 3,
        [np.inf, -np.inf, np.nan],
        [0.0, 0.0, 0.0],
        [1.0, 0.1, 0.0],
        [3e38, 1.0, 1e-7],
        [np.nan],
        [0.3],
    ],
)  # fmt: skip
def test_any_loss_can_be_drawn(losses):
    figure = loss.draw(history(losses, losses), title=TITLE)
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_ylim()
    assert np.isfinite([low, high]).all()
    assert low < high


@pytest.mark.parametrize("rates", [[0.0, 0.0], [np.nan, np.nan], [1e-6, 1e-6]])
def test_any_learning_rate_can_be_drawn(rates):
    figure = loss.draw(history([2, 1]) | {"learning_rate": np.array(rates)}, title=TITLE)
    low, high = figure.axes[1].get_ylim()
    assert low == 0 < high
