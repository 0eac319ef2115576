"""What params.yaml may say, and what a user is told when it says something else."""

from dataclasses import dataclass

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from digits import params
from digits.errors import UserError
from digits.params import anything, between, one_of, positive
from tests.worlds import ROOT


@dataclass(frozen=True)
class Knobs:
    learning_rate: float = positive()
    epochs: int = positive()
    shift: int = between(0, 14)
    order: str = one_of("file", "shuffled")
    folders: list[str] = anything()
    merge: dict[str | int, str | None] = anything()


GOOD = {"learning_rate": "0.01", "epochs": "3", "shift": "0", "order": "file", "folders": "[a, b]", "merge": "{1: one, two: null}"}


def read(**changed: str | None) -> Knobs:
    lines = [f"  {key}: {value}" for key, value in (GOOD | changed).items() if value is not None]
    return params.read(Knobs, "knobs", "\n".join(["knobs:", *lines]))


def refusal(**changed: str | None) -> str:
    with pytest.raises(UserError) as error:
        read(**changed)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("text", ['a: !!timestamp "x"', "a: " + 3000 * "[", "a: 2020-13-45", "a: [", "\t"])
def test_what_yaml_cannot_read_is_one_line(text):
    with pytest.raises(UserError, match=r"^params\.yaml: not readable as YAML: .+") as error:
        params.yaml_of(text, file="params.yaml")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("train", "received"), [({}, "nothing"), ({"seed": "1"}, "the text '1'"), ({"seed": -1}, "-1")])
def test_a_training_seed_that_is_missing_or_none_is_refused(train, received):
    assert params.seed_of({"seed": 3}) == 3
    with pytest.raises(
        UserError, match=f"params.yaml: train.seed: expected a whole number from 0 to 2147483647; received {received}"
    ):
        params.seed_of(train)


def test_a_section_that_was_changed_is_read_again_as_it_stands():
    text = "networks:\n  lenet: {layers: [1]}\n"
    params.read_section("networks", text)["lenet"]["layers"].append(2)
    assert params.read_section("networks", text) == {"lenet": {"layers": [1]}}


def test_a_good_section_becomes_the_dataclass():
    assert read() == Knobs(0.01, 3, 0, "file", ("a", "b"), {1: "one", "two": None})  # pyright: ignore[reportArgumentType]


def test_a_misspelt_key_is_refused_with_both_spellings():
    assert refusal(learning_rate=None, learning_rte="0.1") == (
        "params.yaml: knobs.learning_rte: expected learning_rate; received the unknown key learning_rte"
    )


def test_a_key_like_no_other_is_refused_with_the_known_ones():
    assert "expected one of epochs, folders, learning_rate, merge, order, shift; received" in refusal(zebra="1")


def test_a_missing_key_is_named_with_what_it_should_be():
    assert refusal(epochs=None) == (
        "params.yaml: knobs.epochs: expected a whole number above 0; received nothing, the key is missing"
    )


@pytest.mark.parametrize(
    ("key", "value", "expected", "received"),
    [
        ("learning_rate", "fast", "a number above 0", "the text 'fast'"),
        ("learning_rate", "1e-3", "a number above 0", "the text '1e-3'; write 0.001 without quotes or exponent"),
        ("learning_rate", "'0.001'", "a number above 0", "the text '0.001'"),
        ("learning_rate", "-0.1", "a number above 0", "-0.1"),
        ("learning_rate", ".nan", "a number above 0", "nan"),
        ("learning_rate", ".inf", "a number above 0", "inf"),
        ("learning_rate", "", "a number above 0", "nothing"),
        ("learning_rate", "true", "a number above 0", "true"),
        ("epochs", "2.5", "a whole number above 0", "2.5"),
        ("learning_rate", "3e-4", "a number above 0", "the text '3e-4'; write 0.0003 without quotes or exponent"),
        ("epochs", "012", "a whole number above 0", "the text '012'; write 12 without quotes or exponent"),
        ("epochs", "'3'", "a whole number above 0", "the text '3'; write 3 without quotes or exponent"),
        ("epochs", "'1.5'", "a whole number above 0", "the text '1.5'"),
        ("learning_rate", "1" + 400 * "0", "a number above 0", "1" + 400 * "0"),
        ("epochs", "0", "a whole number above 0", "0"),
        ("epochs", "-3", "a whole number above 0", "-3"),
        ("epochs", "yes", "a whole number above 0", "true"),
        ("epochs", "[3]", "a whole number above 0", "[3]"),
        ("shift", "15", "a whole number from 0 to 14", "15"),
        ("order", "flie", "one of file, shuffled", "the text 'flie'"),
        ("order", "on", "one of file, shuffled", "true"),
        ("folders", "here", "a list of texts", "the text 'here'"),
        ("folders", "[1]", "a list of texts", "[1]"),
        ("merge", "[a]", "a mapping from text or a whole number to text or null", "['a']"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key_what_was_expected_and_what_came(key, value, expected, received):
    assert refusal(**{key: value}).startswith(f"params.yaml: knobs.{key}: expected {expected}; received {received}")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: [1, *a]}"])
def test_an_alias_within_what_it_stands_for_is_one_line(text):
    with pytest.raises(UserError, match=r"^f: not readable as YAML: an alias stands within what it stands for[^\n]*$"):
        params.yaml_of(text, file="f")
    assert params.yaml_of("a: &a [1]\nb: [*a, *a]", file="f") == {"a": [1], "b": [[1], [1]]}


@pytest.mark.parametrize(("key", "text"), [("epochs", "1.5"), ("epochs", "-3"), ("epochs", "0"), ("learning_rate", "-1")])
def test_no_advice_is_given_that_would_be_refused_in_turn(key, text):
    assert refusal(**{key: f"'{text}'"}).endswith(f"received the text '{text}'")


@pytest.mark.parametrize(("text", "advice"), [("1e14", "; write 100000000000000 without quotes or exponent"), ("1e15", "")])
def test_no_advice_has_more_digits_than_one_would_write(text, advice):
    assert refusal(epochs=f"'{text}'").endswith(f"received the text '{text}'{advice}")


def test_a_quoted_number_is_refused_with_advice_for_a_number_too():
    assert "write 0.001 without quotes" in refusal(learning_rate="'0.001'")


@given(rate=st.floats(-200, 200), count=st.floats(-200, 200))
def test_a_number_may_have_a_most(rate, count):
    @dataclass(frozen=True)
    class Bounded:
        rate: float = positive(most=100)
        count: float = positive(or_zero=True, most=100)

    text = f"bounded: {{rate: {rate!r}, count: {count!r}}}"
    if 0 < rate <= 100 and 0 <= count <= 100:
        assert params.read(Bounded, "bounded", text) == Bounded(rate, count)
    else:
        with pytest.raises(UserError, match=r"expected a number (above 0, at most 100|of at least 0, at most 100); received"):
            params.read(Bounded, "bounded", text)


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_a_number_as_dvc_exp_run_writes_it_is_read_back(number):
    """`dvc exp run -S` writes Python's repr, which below 0.0001 has an exponent that PyYAML does not take for a number."""
    assert read(learning_rate=repr(number)).learning_rate == number
    assert params.read_section("networks", f"networks: {{lenet: {{dropout: {number!r}}}}}") == {"lenet": {"dropout": number}}


@pytest.mark.parametrize(
    "text", ["", "knobs: 3", "knobs:", "[1, 2]", "other: {}", "knobs: {", "\tknobs: 1", "knobs: !!python/none x"]
)
def test_a_text_without_the_section_is_refused_in_one_line(text):
    with pytest.raises(UserError, match=r"^params\.yaml: [^\n]*$"):
        params.read(Knobs, "knobs", text)


@pytest.mark.parametrize("number", ["012", "-07", "1:30", "1:30.5", "0o17", "0x1F", "0b11"])
def test_a_number_with_leading_zeros_or_of_another_base_is_text_for_dvc_may_read_another_one(number):
    assert params.yaml_of(f"a: {number}", file="f") == {"a": number}


def test_a_merged_key_may_be_set_anew():
    text = "base: &base {a: 1, b: 2}\nouter: {mid: &mid {<<: *base, a: 3}}\nleaf: {<<: *mid, b: 4}\n"
    assert params.yaml_of(text, file="f") == yaml.safe_load(text)


@pytest.mark.parametrize("number", ["0", "-3", "1_000", "0.5", "-.5", ".5", "1.0e-3", "12.", ".inf", "-.Inf"])
def test_all_other_numbers_are_read_as_ever(number):
    assert params.yaml_of(f"a: {number}", file="f") == yaml.safe_load(f"a: {number}")


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3", "s: {k: 1, k: 1}", "s:\n- {k: 1, l: {m: 1, m: 2}}"])
def test_a_key_that_stands_there_twice_is_one_line(text):
    with pytest.raises(UserError, match=r"^f: not readable as YAML: the key [akm] stands there twice[^\n]*$"):
        params.yaml_of(text, file="f")


def test_committed_files_are_read_as_ever():
    for path in (ROOT / "params.yaml", *ROOT.glob("recipes/*.yaml"), *ROOT.glob("studies/*.yaml")):
        text = path.read_text()
        assert params.yaml_of(text, file=path.name) == yaml.safe_load(text)
