import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits import history
from digits.errors import UserError

ROWS = st.lists(st.tuples(st.integers(1, 9999), st.floats(), st.floats()), min_size=1, max_size=20)


@given(ROWS)
def test_what_is_written_is_read_back_to_the_bit(rows):
    columns = history.from_csv(history.to_csv([dict(zip(("epoch", "train_loss", "rate"), row, strict=True)) for row in rows]))
    assert list(columns) == ["epoch", "train_loss", "rate"]
    for column, values in zip(columns.values(), zip(*rows, strict=True), strict=True):
        assert np.array_equal(column, np.array(values, dtype=float), equal_nan=True)


@pytest.mark.parametrize("text", ["epoch,loss\n1,low\n", "epoch,loss\n1\n", "epoch,loss\n1,2\n1,2,3\n"])
def test_a_table_with_a_cell_that_is_no_number_is_refused(text):
    with pytest.raises(UserError, match=r"history\.csv: expected a number"):
        history.from_csv(text)
