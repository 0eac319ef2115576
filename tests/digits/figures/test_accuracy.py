"""What the accuracy figure promises."""

import numpy as np
import pytest

from digits.figures import accuracy

TITLE = "MNIST · resnet5 · seed 1"


def history(*, train=(0.5, 0.8, 0.97), validation=(0.4, 0.7, 0.95), test=(0.4, 0.7, 0.94), validation_loss=(2, 1, 0.5)):
    n = len(train)
    columns = {
        "epoch": np.arange(1.0, n + 1),
        "train_accuracy": np.array(train, float),
        "test_accuracy": np.array(test, float),
        "validation_accuracy": np.array(validation, float),
        "validation_loss": np.array(validation_loss, float),
    }
    return columns | {name: np.ones(n) for name in ("train_loss", "test_loss", "learning_rate")}


def same_in_all(curve):
    return history(train=curve, validation=curve, test=curve, validation_loss=1 - np.asarray(curve))


def without_validation(columns):
    return {name: values for name, values in columns.items() if not name.startswith("validation")}


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].lines if not line.get_label().startswith("_")}


def words(figure):
    return "\n".join(text.get_text() for text in figure.axes[0].texts)


def test_each_split_is_a_line_of_its_accuracy_in_percent():
    shown = lines(accuracy.draw(history(), title=TITLE))
    assert list(shown) == ["train", "validation", "test"]
    assert list(shown["test"].get_xdata()) == [1, 2, 3]
    assert shown["test"].get_ydata() == pytest.approx([40, 70, 94])


def test_a_history_of_validation_alone_is_one_line_with_its_best_epoch_marked():
    alone = {name: values for name, values in history().items() if not name.startswith(("train", "test"))}
    figure = accuracy.draw(alone, title=TITLE)
    assert list(lines(figure)) == ["validation"]
    assert "best epoch 3: lowest validation loss, 0.5\nvalidation 95.00 %" in words(figure)


def test_each_line_is_named_with_its_last_value():
    said = words(accuracy.draw(history(), title=TITLE))
    assert all(name in said for name in ("train 97.00 %", "validation 95.00 %", "test 94.00 %"))


def test_the_best_epoch_is_the_one_of_lowest_validation_loss():
    said = words(accuracy.draw(history(validation_loss=(2.0, 0.25, 0.5)), title=TITLE))
    assert "best epoch 2: lowest validation loss, 0.25" in said
    assert "validation 70.00 %, test 70.00 %, train 80.00 %" in said


def test_among_equal_losses_the_first_epoch_is_the_best():
    assert "best epoch 2:" in words(accuracy.draw(history(validation_loss=(2.0, 0.5, 0.5)), title=TITLE))


def test_a_loss_that_is_not_finite_is_not_the_lowest():
    assert "best epoch 3:" in words(accuracy.draw(history(validation_loss=(np.nan, -np.inf, 0.5)), title=TITLE))


def test_without_a_finite_validation_loss_no_epoch_is_the_best():
    assert "best" not in words(accuracy.draw(history(validation_loss=(np.nan,) * 3), title=TITLE))


def test_without_validation_no_epoch_is_the_best_and_no_line_is_validation():
    figure = accuracy.draw(without_validation(history()), title=TITLE)
    assert list(lines(figure)) == ["train", "test"]
    assert "best" not in words(figure)
    assert "validation" not in words(figure)


def test_a_single_epoch_is_a_dot():
    shown = lines(accuracy.draw(history(validation_loss=[1], train=[0.8], validation=[0.7], test=[0.7]), title=TITLE))
    assert shown["train"].get_markevery() == [0]


@pytest.mark.parametrize("share", [0.0, 0.098, 0.5, 1.0])
def test_a_flat_run_is_in_view(share):
    ax = accuracy.draw(same_in_all([share] * 3), title=TITLE).axes[0]
    low, high = ax.get_ylim()
    assert low < high
    assert low - 1e-6 <= 100 * share <= high + 1e-6
    assert len(ax.get_yticks()) >= 2


def test_late_epochs_stand_apart_though_the_first_is_in_view():
    epochs = np.arange(1, 61)
    test = 0.95 - 0.85 * np.exp(-epochs / 6)
    test[-1] += 0.005
    ax = accuracy.draw(same_in_all(test), title=TITLE).axes[0]
    at = (ax.transScale + ax.transLimits).transform([(1, 100 * test[0]), (1, 94.95), (1, 95.45)])[:, 1]
    assert 0 <= at[0] < at[1] < at[2] <= 1
    assert at[2] - at[1] > 4 * 0.5 / (95.45 - 100 * test[0])  # four times as far as on an even scale


@pytest.mark.parametrize("best", [0.55, 0.95, 0.992, 0.9999, 1.0])
def test_ticks_are_percentages_in_view(best):
    curve = best - (best - 0.1) * np.exp(-np.arange(30) / 4)
    ax = accuracy.draw(same_in_all(curve), title=TITLE).axes[0]
    low, high = ax.get_ylim()
    assert 4 <= len(ax.get_yticks()) <= 14
    assert all(low - 1e-6 <= tick <= high + 1e-6 for tick in ax.get_yticks())
    assert [float(label.get_text()) for label in ax.get_yticklabels()] == pytest.approx(ax.get_yticks())


def test_the_axes_say_their_units():
    ax = accuracy.draw(history(), title=TITLE).axes[0]
    assert ax.get_xlabel() == "epoch"
    assert "%" in ax.get_ylabel()


@pytest.mark.parametrize("epochs", [1, 2, 5, 60, 500])
def test_epochs_are_whole_numbers_from_1(epochs):
    curve = np.linspace(0.1, 0.9, epochs)
    ax = accuracy.draw(same_in_all(curve), title=TITLE).axes[0]
    ticks = ax.get_xticks()
    assert ticks[0] == 1
    assert len(ticks) <= 12
    assert all(tick == int(tick) and 1 <= tick <= epochs for tick in ticks)
