"""Python source as text with places: what stands where, what a name means, and changes that leave comments and layout alone."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Edit = tuple[int, int, str]  # from, to (bytes), and what stands there instead


class Source:
    """A text, its tree, and where in the text each node stands."""

    def __init__(self, text: str):
        self.text, self.bytes, self.tree = text, text.encode(), ast.parse(text)
        self._lines = text.encode().splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: Any) -> tuple[int, int]:
        """Return where a node starts and ends."""
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.AST) -> str:
        """Return a node's text."""
        start, end = self.span(node)
        return self.bytes[start:end].decode()

    def lines(self, node: Any) -> tuple[int, int]:
        """Return where a statement's lines start and end: decorators, comments right above and comments behind it included."""
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        while first > 1 and self._lines[first - 2].lstrip().startswith(b"#"):
            first -= 1
        return self._starts[first - 1], self._starts[node.end_lineno]

    def whole(self, node: ast.stmt) -> str:
        """Return the text of a statement's lines."""
        start, end = self.lines(node)
        return self.bytes[start:end].decode()

    def body(self, statements: list[ast.stmt], *, column: int) -> str:
        """Return the lines of some statements that stand together, as if they started in `column`."""
        text = self.bytes[self.lines(statements[0])[0] : self.lines(statements[-1])[1]].decode()
        less = statements[0].col_offset - column
        return "".join(line[less:] if line.strip() and not line[:less].strip() else line for line in text.splitlines(keepends=True))

    def edited(self, edits: Iterable[Edit | None]) -> str:
        """Return the text after some edits; one that lies within another's place is left to a later round."""
        text, end = b"", 0
        for start, stop, instead in sorted((edit for edit in edits if edit), key=lambda edit: (edit[0], -edit[1])):
            if start >= end:
                text, end = text + self.bytes[end:start] + instead.encode(), stop
        return (text + self.bytes[end:]).decode()

    def arguments(self, call: ast.Call, *, kept: Callable[[ast.AST], bool]) -> Edit | None:
        """Return the edit that leaves a call the arguments that shall be kept, or None if those are all."""
        every = sorted([*call.args, *call.keywords], key=self.span)
        some = [self.of(node) for node in every if kept(node)]
        return None if len(some) == len(every) else (self.span(every[0])[0], self.span(call)[1] - 1, ", ".join(some))

    def parameters(self, function: ast.FunctionDef, *, kept: Callable[[str], bool]) -> Edit | None:
        """Return the edit that leaves a function the parameters that shall be kept, or None if those are all."""
        given = function.args
        by_place = [*zip(given.args, [None] * (len(given.args) - len(given.defaults)) + given.defaults, strict=True)]
        by_name = [*zip(given.kwonlyargs, given.kw_defaults, strict=True)]
        every = [*by_place, *by_name]
        if all(kept(parameter.arg) for parameter, _ in every):
            return None

        def texts(pairs: list) -> list[str]:
            return [self.text_between(name, default or name) for name, default in pairs if kept(name.arg)]

        rest = [f"**{self.of(given.kwarg)}"] if given.kwarg else []
        named = texts(by_name)
        first, last = every[0][0], given.kwarg or every[-1][1] or every[-1][0]
        start = self.bytes.rindex(b"(", 0, self.span(first)[0]) + 1
        end = self.bytes.index(b")", self.span(last)[1])
        return start, end, ", ".join([*texts(by_place), *(["*", *named] if named else []), *rest])

    def text_between(self, first: ast.AST, last: ast.AST) -> str:
        """Return the text from the start of one node to the end of another."""
        return self.bytes[self.span(first)[0] : self.span(last)[1]].decode()


@dataclass(frozen=True)
class Outside:
    """A name that a module takes from elsewhere: `from module import name`, or all of `module`."""

    module: str
    name: str | None


class Module:
    """One of the project's files: its definitions by name, and what the names it imports mean."""

    def __init__(self, name: str, root: Path, change: Callable[[str], str] = lambda text: text):
        self.name = name
        file = root / name.replace(".", "/")
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        self.source = Source(change(file.read_text(encoding="utf-8")))
        self.definitions: dict[str, ast.stmt] = {}
        self.imports: dict[str, Outside] = {}
        for node in self.source.tree.body:
            self.definitions |= {name: node for name in defined(node)}
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Import):
                self.imports |= {alias.asname or alias.name: Outside(alias.name, None) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.imports |= {alias.asname or alias.name: Outside(node.module, alias.name) for alias in node.names}


def defined(node: ast.stmt) -> list[str]:
    """Return the names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return [node.target.id] if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else []


def stored(tree: ast.AST) -> set[str]:
    """Return the names that are assigned to anywhere below a node."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def bound(tree: ast.AST) -> set[str]:
    """Return the names that are parameters, or assigned to, anywhere below a node."""
    inner = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node is not tree}
    return stored(tree) | inner | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def loaded(tree: ast.AST) -> set[str]:
    """Return the names that are read anywhere below a node, those in annotations left out."""
    return {node.id for node in outside_annotations(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def annotations(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield each annotation below a node, after the parameter, function or assignment it belongs to."""
    for node in ast.walk(tree):
        annotation = node.returns if isinstance(node, ast.FunctionDef) else getattr(node, "annotation", None)
        if annotation is not None:
            yield node, annotation


def outside_annotations(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes below a node that do not belong to an annotation."""
    within = {id(node) for _, annotation in annotations(tree) for node in ast.walk(annotation)}
    return [node for node in ast.walk(tree) if id(node) not in within]
