"""A definition's text for known parameters: branches never taken, names nothing reads and checks of parameters are left out.

What stays is as it was written, to the comment.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.sources import Edit, Source, loaded

UNKNOWN = object()


@dataclass(frozen=True)
class Record:
    """Stands for a parameter that is an object of parameters: the constant each of its attributes is."""

    constants: Mapping[str, str]


def specialised(text: str, *, known: Mapping[str, Any]) -> tuple[str, set[str]]:
    """Return the text of one definition without what cannot matter, and the words that its docstring need not explain any more.

    known  values by name; a Record among them is replaced by its constants
    """
    gone: set[str] = set()
    while True:
        source = Source(text)
        edits = []
        for rule in (_constants, _decided, _checks, _chosen):
            edits = [edit for edit, words in rule(source, known) if not gone.update(words)]
            if edits:
                break
        edits = edits or list(_unread(source))
        if not edits:
            return text, gone
        text = source.edited(edits)


def value(expression: ast.AST, known: Mapping[str, Any]) -> Any:
    """Return what an expression of known names and literals is worth, or UNKNOWN."""
    if isinstance(expression, ast.Name):
        return known.get(expression.id, UNKNOWN)
    values = {name: worth for name, worth in known.items() if not isinstance(worth, Record)}
    try:
        return eval(compile(ast.Expression(expression), "", "eval"), {"__builtins__": {}, "len": len}, values)
    except Exception:  # a name that is not known, for the most part
        return UNKNOWN


def _constants(source: Source, known: Mapping[str, Any]) -> Iterator[tuple[Edit, set[str]]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            record = known.get(node.value.id)
            if isinstance(record, Record):
                yield (*source.span(node), record.constants[node.attr]), set()


def _names(tree: ast.AST) -> set[str]:
    return {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(tree)}


def _checks(source: Source, _known: Mapping[str, Any]) -> Iterator[tuple[Edit, set[str]]]:
    """What a user can get wrong has been refused when the file was written."""
    for node in ast.walk(source.tree):
        if _is_check(node):
            yield (*source.lines(node), ""), {"Raises"}


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return not node.orelse and all(_is_refusal(each) or _is_check(each) for each in node.body)
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_check"


def _is_refusal(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and "SystemExit" not in _names(node)  # which ends a run for what it finds


def _decided(source: Source, known: Mapping[str, Any]) -> Iterator[tuple[Edit, set[str]]]:
    nodes: list[Any] = [*ast.walk(source.tree)]
    for node in nodes:
        if not isinstance(node, ast.If | ast.IfExp) or (worth := value(node.test, known)) is UNKNOWN:
            continue
        taken = node.body if worth else node.orelse
        if isinstance(node, ast.IfExp):
            yield (*source.span(node), source.of(taken)), set()
        else:
            yield (*source.lines(node), source.body(taken, column=node.col_offset) if taken else ""), set()


def _chosen(source: Source, known: Mapping[str, Any]) -> Iterator[tuple[Edit, set[str]]]:
    """{"a": x, "b": y}[name] is x if name is known to be "a"; so is it with a name for the dictionary, and for lambda: x called."""
    nodes: list[Any] = [*ast.walk(source.tree)]
    named: dict[str, Any] = {ast.unparse(node.targets[0]): node.value for node in nodes if isinstance(node, ast.Assign)}
    called = {id(node.func): node for node in nodes if isinstance(node, ast.Call) and not node.args}
    for node in nodes:
        key = value(node.slice, known) if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) else UNKNOWN
        if key is UNKNOWN:
            continue
        choice = named.get(ast.unparse(node.value), node.value)
        if not isinstance(choice, ast.Dict):
            continue
        entries: dict[str, Any] = {value(each, {}): entry for each, entry in zip(choice.keys, choice.values, strict=True) if each}
        whole, entry = node, entries[key]
        if isinstance(entry, ast.Lambda) and id(node) in called:
            whole, entry = called[id(node)], entry.body
        yield (*source.span(whole), source.of(entry)), {*entries} - {key}


def _unread(source: Source) -> Iterator[Edit]:
    """Assignments and inner functions that nothing reads: what read them has been left out."""
    for top in [node for node in source.tree.body if isinstance(node, ast.FunctionDef)]:
        read = loaded(top)
        for node in ast.walk(top):
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            name = target.id if isinstance(target, ast.Name) else node.name if isinstance(node, ast.FunctionDef) else None
            unread = name and name not in read and node is not top
            if isinstance(node, ast.stmt) and (unread or isinstance(node, ast.Delete)):  # `del seed` says that it is not read
                yield (*source.lines(node), "")


def documented(text: str, *, without: set[str]) -> str:
    """Return the text of a definition, its docstring without the lines of its tables that explain the words `without`."""
    source = Source(text)
    node = source.tree.body[0]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef) or not ast.get_docstring(node):
        return text
    start, end = source.span(node.body[0])
    words = source.bytes[start:end].decode().strip('"')
    if "Raises" in without:
        words = re.sub(r"\s*\bRaises [A-Z].*?\.(?=\s)", "", words + "\n", flags=re.DOTALL)
    for word in without:  # and the further lines of its explanation, which are indented by more
        words = re.sub(rf"^( +){word}  .*\n(\1 +.*\n)*", "", words, flags=re.MULTILINE)
    paragraphs = [paragraph.rstrip() for paragraph in re.split(r"\n[ ]*\n", words) if paragraph.strip()]
    words = "\n\n".join(paragraphs)
    ending = "\n    " if "\n" in words else ""
    return source.edited([(start, end, f'"""{words}{ending}"""')])


def plain_class(text: str) -> str:
    """Return a dataclass's text as that of a class with an __init__; a list as default becomes ()."""
    source = Source(text)
    node: Any = source.tree.body[0]
    parameters, lines = [], []
    for each in [each for each in node.body if isinstance(each, ast.AnnAssign)]:
        name, comment = source.of(each.target), source.whole(each).rstrip("\n").partition("  # ")[2]
        default = "=()" if isinstance(each.value, ast.Call) else f"={source.of(each.value)}" if each.value else ""
        parameters.append(name + default)
        lines.append(f"        self.{name} = {name}" + (f"  # {comment}" if comment else ""))
    head = [f"class {node.name}:", source.whole(node.body[0]), f"    def __init__(self, {', '.join(parameters)}):"]
    return "\n".join([*head, *lines, ""])
