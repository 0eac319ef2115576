"""A section of params.yaml becomes a frozen dataclass, its names, types and ranges checked.

    @dataclass(frozen=True)
    class SplitParams:
        train: int = positive()  # images
        order: str = one_of("file", "shuffled")

    split = read(SplitParams, "split", yaml_text)

The values of the dataclass's fields come from params.yaml alone: a field's right-hand side says what is allowed, never a default.
"""

import copy
import functools
import math
import re
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, TypeVar

import yaml

from digits.errors import UserError, nearest, one_line, shown

Params = TypeVar("Params")


@dataclass(frozen=True)
class Rule:
    """What a value must be besides its type: `holds` tests it, `words` follow "expected"."""

    words: str
    holds: Callable[[Any], bool]


def positive(*, or_zero: bool = False, most: float = math.inf) -> Any:
    """A number above zero, or at least zero, and at most `most`."""
    until = "" if most == math.inf else f", at most {most:g}"
    if or_zero:
        return _field(Rule(f"of at least 0{until}", lambda value: 0 <= value <= most))
    return _field(Rule(f"above 0{until}", lambda value: 0 < value <= most))


def between(low: float, high: float) -> Any:
    """A number from `low` to `high`, both included."""
    return _field(Rule(f"from {low} to {high}", lambda value: low <= value <= high))


def one_of(*names: str) -> Any:
    """One of a few words."""
    return _field(Rule(f"one of {', '.join(names)}", lambda value: value in names))


def seed() -> Any:
    """A whole number that numpy and Keras both take for a seed."""
    return between(0, 2**31 - 1)


def seed_of(train: dict) -> int:
    """Return `train.seed` of section `train` as params.yaml has it. Raises UserError if it is missing or no seed."""
    return check(int, seed().metadata["rule"], train.get("seed"), name="train.seed")


def anything() -> Any:
    """Whatever the field's type allows."""
    return _field(Rule("", lambda value: True))


def read(kind: type[Params], section: str, text: str) -> Params:
    """Return the section of params.yaml's `text` as an instance of the dataclass `kind`.

    Raises UserError, one line that names the key, what was expected and what was received.
    """
    values = read_section(section, text)
    hints = typing.get_type_hints(kind)
    names = [f.name for f in fields(kind)]  # pyright: ignore[reportArgumentType]
    for key in values:
        if key not in names:
            raise UserError(
                f"params.yaml: {section}.{key}: expected {nearest(str(key), sorted(names))}; received the unknown key {key}"
            )
    checked = {}
    for f in fields(kind):  # pyright: ignore[reportArgumentType]
        rule: Rule = f.metadata["rule"]
        name = f"{section}.{f.name}"
        if f.name not in values:
            raise UserError(f"params.yaml: {name}: expected {_expected(hints[f.name], rule)}; received nothing, the key is missing")
        checked[f.name] = check(hints[f.name], rule, values[f.name], name=name)
    return kind(**checked)


def read_section(section: str, text: str) -> dict[str, Any]:
    """Return one section as the mapping it is. Raises UserError if the text is no YAML or the section is no mapping."""
    document = _document(text)
    if section not in document:
        raise UserError(f"params.yaml: {section}: expected a section; received nothing, the key is missing")
    values = document[section]
    if not isinstance(values, dict):
        raise UserError(f"params.yaml: {section}: expected a section of keys and values; received {shown(values)}")
    return copy.deepcopy(values)  # the document is kept for the next section


class _Loader(yaml.SafeLoader):
    """Reads YAML as PyYAML does, but a number with leading zeros or of another base as text, and neither keys twice nor loops."""

    def get_single_node(self) -> yaml.Node | None:
        node = super().get_single_node()
        _refuse_keys_twice_and_loops(node, seen=set(), around=frozenset())
        return node


def _refuse_keys_twice_and_loops(node: yaml.Node | None, *, seen: set[int], around: frozenset[int]) -> None:
    if not isinstance(node, yaml.CollectionNode):
        return
    if id(node) in around:
        raise yaml.MarkedYAMLError(None, None, "an alias stands within what it stands for", node.start_mark)
    if id(node) in seen:
        return
    seen.add(id(node))
    keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise yaml.MarkedYAMLError(None, None, f"the key {key} stands there twice", node.value[number][0].start_mark)
    for each in node.value:
        for below in each if isinstance(each, tuple) else (each,):
            _refuse_keys_twice_and_loops(below, seen=seen, around=around | {id(node)})


# PyYAML's own patterns, without leading zeros, other bases and base 60, and with 1e-05, as `dvc exp run -S` writes it: a number to
# DVC's YAML 1.2, too.
_NUMBERS = {
    "tag:yaml.org,2002:int": r"[-+]?(0|[1-9][0-9_]*)$",
    "tag:yaml.org,2002:float": r"([-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?$"
    r"|[-+]?[1-9]e[-+][0-9]{2,}$|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$",
}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NUMBERS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern in _NUMBERS.items():
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list("-+0123456789."))


def yaml_of(text: str, *, file: str) -> Any:
    """Return what a file that a user wrote holds as YAML. Raises UserError, one line that names the file, if it is none.

    A number that YAML's versions read in different ways, 012 or 1:30, is text, and so is one of another base; a key that stands
    there twice is an error, and so is an alias within what it stands for.
    """
    try:
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, AttributeError) as error:  # the latter two of a date such as 2020-13-45, and of no date
        raise UserError(f"{file}: not readable as YAML: {one_line(error)}") from error
    except RecursionError as error:
        raise UserError(f"{file}: not readable as YAML: brackets within brackets, too many of them") from error


@functools.lru_cache(maxsize=1)
def _document(text: str) -> dict[str, Any]:
    document = yaml_of(text, file="params.yaml")
    if not isinstance(document, dict):
        raise UserError(f"params.yaml: expected sections; received {shown(document)}")
    return document


def check(hint: Any, rule: Rule, value: Any, *, name: str) -> Any:
    """Return `value` as the type `hint`, a list as a tuple.

    Raises UserError naming the key `name`, what was expected and what came.
    """
    fitting = _as_type(hint, value)
    if fitting is _NO or not rule.holds(fitting):
        expected = _expected(hint, rule)
        raise UserError(f"params.yaml: {name}: expected {expected}; received {shown(value)}{_advice(hint, rule, value)}")
    return fitting


_NO = object()
_TYPE_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", types.NoneType: "null"}
_SEVERAL = {int: "whole numbers", str: "texts"}


def _field(rule: Rule) -> Any:
    return field(metadata={"rule": rule})


def _as_type(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        fits = [fit for option in typing.get_args(hint) if (fit := _as_type(option, value)) is not _NO]
        return fits[0] if fits else _NO
    if origin in (list, Sequence):
        return _all(tuple, (_as_type(typing.get_args(hint)[0], item) for item in value)) if isinstance(value, list) else _NO
    if origin is dict:
        key_hint, value_hint = typing.get_args(hint)
        if not isinstance(value, dict):
            return _NO
        items = [(_as_type(key_hint, k), _as_type(value_hint, v)) for k, v in value.items()]
        return _NO if any(_NO in item for item in items) else dict(items)
    if hint is float:
        return _as_float(value)
    return value if type(value) is hint or (hint is types.NoneType and value is None) else _NO


def _all(container: type, items: Any) -> Any:
    items = list(items)
    return _NO if any(item is _NO for item in items) else container(items)


def _as_float(value: Any) -> Any:
    number = _number_in(value) if type(value) in (int, float) else None
    return _NO if number is None else number


def _number_in(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _advice(hint: Any, rule: Rule, value: Any) -> str:
    number = _number_in(value) if isinstance(value, str) else None
    if hint not in (int, float) or number is None:
        return ""
    meant = hint(number)
    if meant != number or not rule.holds(meant) or abs(number) >= 1e15:  # whose digits nobody would write
        return ""
    return f"; write {format(Decimal(repr(number)), 'f') if number != int(number) else int(number)} without quotes or exponent"


def _expected(hint: Any, rule: Rule) -> str:
    return rule.words if rule.words.startswith("one of") else f"{_type_words(hint)} {rule.words}".strip()


def _type_words(hint: Any) -> str:
    if hint in _TYPE_WORDS:
        return _TYPE_WORDS[hint]
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin in (list, Sequence):
        return f"a list of {_SEVERAL[of[0]]}"
    if origin is dict:
        return f"a mapping from {_type_words(of[0])} to {_type_words(of[1])}"
    return " or ".join(map(_type_words, of)) if origin in (typing.Union, types.UnionType) else str(hint)
