import numpy as np
import pytest

from digits.symbols import Symbols, letter


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("alpha", "α"), ("gamma", "γ"), ("lambda", "λ"), ("Omega", "Ω"), ("final sigma", "ς"), ("zh", "zh"), ("7", "7"), ("", "")],
)
def test_a_greek_letter_s_name_becomes_the_letter_and_others_stay(name, wanted):
    assert letter(name) == wanted


def test_symbols_are_counted_within_their_category():
    symbols = Symbols(np.zeros((4, 28, 28), np.uint8), np.array([1, 0, 1, 1], np.uint8), ["alpha", "beta", "none"])
    assert symbols.titles() == ["β 1", "α 1", "β 2", "β 3"]
    assert symbols.first_of_each() == [1, 0]
