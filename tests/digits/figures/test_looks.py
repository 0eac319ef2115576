"""What the figures' shared parts promise."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager

from digits.figures import looks


def test_a_long_title_is_broken_into_lines_and_lost_in_none():
    title = "EMNIST letters, balanced · a network of a very long name · " * 3 + "seed 1"
    page = looks.page("Accuracy", title=title, height=2)
    shown = page.texts[1]
    assert " ".join(shown.get_text().split("\n")) == title
    box = shown.get_window_extent()
    assert box.x1 < 1000
    assert box.y0 > 200  # the pixels of the page's own part


def test_a_dollar_sign_is_a_dollar_sign():
    pages = [looks.page("$1", title=title, height=2) for title in ("S1 S2", "$1 $2")]
    letters, dollars = (page.texts[1].get_window_extent().width for page in pages)
    assert dollars == pytest.approx(letters, rel=0.05)


def test_letters_that_matplotlib_s_font_lacks_are_looked_up_in_the_machine_s():
    machine = {"IPAGothic", "Noto Sans CJK KR", "Comic Sans MS"}
    assert looks.fonts(machine) == ["DejaVu Sans", "Noto Sans CJK KR", "IPAGothic"]
    assert looks.fonts(()) == ["DejaVu Sans"]
    assert looks.rcParams["font.family"] == looks.fonts(font_manager.get_font_names())


@pytest.mark.skipif(len(looks.rcParams["font.family"]) == 1, reason="this machine has no font with Chinese letters")
def test_class_names_in_chinese_are_drawn_without_a_warning(caplog):
    font_manager.fontManager._findfont_cached.cache_clear()  # else it has warned before, of what an earlier test drew
    figure = looks.page("漢字", title="ひらがな", height=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO())
    assert not caplog.records


def test_other_warnings_of_fonts_are_heard(caplog):
    font_manager.findfont("Comic Sans of another machine", rebuild_if_missing=False)
    assert "not found" in caplog.text


@given(st.lists(st.floats(0, 1), max_size=3))
def test_names_are_spread_apart_and_keep_their_order(wanted):
    placed = looks.spread(wanted, gap=0.05)
    assert all(np.diff(sorted(placed)) > 0.049)
    assert np.array_equal(np.argsort(placed, kind="stable"), np.argsort(wanted, kind="stable"))


def test_names_that_are_apart_stay_where_they_are():
    assert looks.spread([0.9, 0.1, 0.5], gap=0.05) == [0.9, 0.1, 0.5]


@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=40), st.floats(0.3, 3))
def test_a_fitted_text_fits_and_begins_like_the_whole(text, inches):
    shown = looks.fitted(text, inches=inches)
    assert looks.width(shown) <= inches
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))
