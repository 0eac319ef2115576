"""Names in lines: within their width, and whole as long as the lines suffice."""

from hypothesis import given
from hypothesis import strategies as st

from digits.figures import looks
from digits.figures.wrapping import wrapped

WORDS = st.lists(st.text("abcdefgmw0.,", min_size=1, max_size=12), min_size=1, max_size=12)


@given(WORDS, st.integers(1, 4))
def test_no_line_is_wider_and_there_are_no_more_than_asked_for(words, lines):
    made = wrapped(" ".join(words), inches=1.5, lines=lines)
    assert len(made) <= lines
    assert all(looks.width(line) <= 1.5 for line in made)


@given(WORDS)
def test_with_lines_enough_every_word_stays_in_its_order(words):
    made = wrapped(" ".join(words), inches=2.5, lines=len(words))
    assert " ".join(made).split() == words


def test_what_the_last_line_cannot_hold_is_cut():
    assert wrapped("one two three four five six seven", inches=0.9, lines=2)[-1].endswith("…")
