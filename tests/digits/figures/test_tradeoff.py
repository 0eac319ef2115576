"""The names below the figure: what tells the best variations apart."""

from digits.figures import tradeoff


def test_what_all_names_share_is_said_once_and_one_that_has_nothing_else_says_so():
    names = [["kernel 5", "filters 16, 48"], ["kernel 5"], ["kernel 5", "filters 48, 8", "pool 4"]]
    assert tradeoff._apart(names) == ("kernel 5", ["filters 16, 48", "nothing else", "filters 48, 8, pool 4"])


def test_a_name_alone_stays_whole():
    assert tradeoff._apart([["kernel 5", "filters 48"]]) == ("", ["kernel 5, filters 48"])
