import pytest

from digits.errors import nearest, unknown


@pytest.mark.parametrize(("name", "line"), [
    ("lennet", "NAME: expected lenet; received lennet; known: lenet, mlp"),
    ("vision", "NAME: expected one of lenet, mlp; received vision"),
    ("", "NAME: expected one of lenet, mlp; received nothing"),
])  # fmt: skip
def test_an_unknown_name_s_line_lists_the_known_ones_once(name, line):
    assert str(unknown("NAME", name, ("lenet", "mlp"))) == line


def test_where_none_is_known_none_is_expected():
    assert nearest("lenet", ()) == "none"
