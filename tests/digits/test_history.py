import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digits import history
from digits.errors import UserError
from tests.worlds import ROOT

ROWS = st.lists(st.tuples(st.integers(1, 9999), st.floats(), st.floats()), min_size=1, max_size=20)


@given(ROWS)
def test_what_is_written_is_read_back_to_the_bit_and_what_was_not_measured_is_left_out(rows):
    names = ("epoch", "learning_rate", "train_loss")
    columns = history.from_csv(history.to_csv([dict(zip(names, row, strict=True)) for row in rows]))
    written = {name: np.array(values, dtype=float) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    measured = [name for name, values in written.items() if not np.isnan(values).all()]
    assert list(columns) == measured
    for name in measured:
        assert np.array_equal(columns[name], written[name], equal_nan=True)


def test_every_column_that_the_plots_name_is_there():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())
    named = [column for plot in stages["plots"] if isinstance(plot, dict) for one in plot.values() for column in drawn(one)]
    header, row = history.to_csv([{"epoch": 1, "learning_rate": 0.5, "validation_loss": 0.25}]).splitlines()
    assert {"train_accuracy", "validation_loss"} < set(named) < set(header.split(","))
    assert row == "1,0.5,nan,nan,0.25,nan,nan,nan"


def drawn(plot: dict) -> list[str]:
    return plot["y"].get("output/train/history.csv", []) if isinstance(plot.get("y"), dict) else []


@pytest.mark.parametrize("text", ["epoch,loss\n1,low\n", "epoch,loss\n1\n", "epoch,loss\n1,2\n1,2,3\n"])
def test_a_table_with_a_cell_that_is_no_number_is_refused(text):
    with pytest.raises(UserError, match=r"history\.csv: expected a number"):
        history.from_csv(text)


@pytest.mark.parametrize(
    ("text", "received"), [("", "no row"), ("epoch,loss\n", "no row"), ("epoch\n1\n", "none of learning_rate, train_loss")]
)
def test_a_table_without_an_epoch_or_a_column_is_refused(text, received):
    with pytest.raises(UserError, match=rf"history\.csv: expected a row an epoch with columns epoch, .*; received {received}"):
        history.from_csv(text)
