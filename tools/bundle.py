"""What a program uses of the project, followed from its main on and brought together as pieces of one file."""

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digits.errors import UserError
from tools.sources import Edit, Module, Outside, Source, annotations, bound, defined, loaded, outside_annotations, stored
from tools.specialise import UNKNOWN, Record, documented, plain_class, specialised, value

Key = tuple[str, str]  # a module and the name of one of its definitions
OURS = ("digits", "stages", "tools")


@dataclass
class Piece:
    """A definition on its way into the file; of `main`, the body."""

    module: Module
    name: str
    text: str
    gone: set[str] = field(default_factory=set)  # words that its docstring need not explain any more

    @property
    def is_main(self) -> bool:
        return self.name == "main"

    @property
    def is_assignment(self) -> bool:
        return not self.is_main and isinstance(ast.parse(self.text).body[0], ast.Assign)


@dataclass(frozen=True)
class Plan:
    """What is bundled, and what is known of it."""

    root: Path  # the project's folder
    main: str  # the module whose `main` is the program
    records: Mapping[str, Record]  # by the name of main's parameter
    constants: Mapping[str, Any]  # by the name that the file gives them
    imports: Mapping[str, Mapping[str, Outside]]  # by module: names it shall know besides its own imports
    rewritten: Mapping[str, Sequence[tuple[str, str]]]  # by module: what stands there once, and what shall instead
    lines: Mapping[Outside, str]  # how the file imports what it may import; all of Matplotlib may be


class Bundle:
    """The pieces of a program, by module and name, and what they import."""

    def __init__(self, plan: Plan):
        """Follow, trim and name. Raises UserError if the program needs an import that is not allowed."""
        self._plan = plan
        self._modules: dict[str, Module] = {}
        self._known: dict[Key, dict[str, Any]] = {}
        self.pieces: dict[Key, Piece] = {}
        self.imported: set[Outside] = set()
        self._collect()
        self._trim()
        self._settle()

    def module(self, name: str) -> Module:
        """Return a module, read once."""
        if name not in self._modules:

            def rewritten(text: str) -> str:
                for old, new in self._plan.rewritten.get(name, ()):
                    if text.count(old) != 1:
                        file = name.replace(".", "/") + ".py"
                        raise UserError(
                            f"{file}: expected {old!r} once, for tools/handin.py to replace; found it {text.count(old)} times"
                        )
                    text = text.replace(old, new)
                return text

            self._modules[name] = Module(name, self._plan.root, rewritten)
            self._modules[name].imports |= self._plan.imports.get(name, {})
        return self._modules[name]

    def line(self, outside: Outside) -> str | None:
        """Return the line that imports something, or None if it may not be imported."""
        if outside.module.split(".")[0] == "matplotlib" and outside.name:
            return f"from {outside.module} import {outside.name}"
        return self._plan.lines.get(outside)

    def _collect(self) -> None:
        """Take what main uses, to the end; again if a later call showed that something is not known after all."""
        taken: dict[Key, dict[str, Any]] = {}
        while not taken or any(self._known.get(key, {}) != known for key, known in taken.items()):
            taken, waiting = {}, [(self._plan.main, "main")]
            self.pieces = {}
            while waiting:
                key = waiting.pop(0)
                if key not in self.pieces:
                    taken[key] = dict(self._known.get(key, {}))
                    waiting += self._used(self._take(*key, taken[key]))

    def _take(self, name: str, definition: str, known: Mapping[str, Any]) -> Piece:
        module = self.module(name)
        node = module.definitions[definition]
        if definition == "main" and isinstance(node, ast.FunctionDef):
            text, known = module.source.body(node.body, column=0), self._plan.records
        else:
            text = self._one_of_many(module, definition) or module.source.whole(node)
            known = {name: worth for name, worth in known.items() if name not in stored(node)}
        known = {**self._plan.constants, **known}
        text, gone = specialised(text, known=known)
        text = plain_class(text) if text.startswith("@dataclass") else text
        piece = self.pieces[name, definition] = Piece(module, definition, text, gone)
        for call in [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]:
            self._learn(piece, call, known)
        return piece

    def _one_of_many(self, module: Module, definition: str) -> str | None:
        """Return the line of one of the names that A, B = range(2) defines, under the comment of the first taken; else None."""
        node = module.definitions[definition]
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
            return None
        numbers = eval(module.source.of(node.value), {"__builtins__": {}, "range": range})
        comment, _, line = module.source.whole(node).rstrip("\n").rpartition("\n")
        first = not any((module.name, other) in self.pieces for other in defined(node))
        return f"{comment if first else ''}\n{definition} = {numbers[defined(node).index(definition)]}\n".lstrip("\n")

    def _learn(self, piece: Piece, call: ast.Call, known: Mapping[str, Any]) -> None:
        """Note what is known of the parameters of a function of ours that is called."""
        key = self.meaning(piece, call.func)
        node = self.module(key[0]).definitions[key[1]] if key else None
        if key and isinstance(node, ast.FunctionDef):
            given = [*zip([each.arg for each in node.args.args], call.args, strict=False)]
            given += [(each.arg, each.value) for each in call.keywords if each.arg]
            worth = {name: self._record(piece, expression) or value(expression, known) for name, expression in given}
            before = self._known.setdefault(key, worth)
            # What calls do not agree on is not known, so that there is less to know each time and an end to it.
            self._known[key] = {name: new for name, new in worth.items() if new is not UNKNOWN and before.get(name, UNKNOWN) == new}

    def _record(self, piece: Piece, expression: ast.expr) -> Record | None:
        """Return what a dataclass of constants, made where it is passed on, stands for."""
        key = self.meaning(piece, expression.func) if isinstance(expression, ast.Call) else None
        node = self.module(key[0]).definitions[key[1]] if key else None
        if isinstance(expression, ast.Call) and isinstance(node, ast.ClassDef) and node.decorator_list and expression.keywords:
            return Record({each.arg: ast.unparse(each.value) for each in expression.keywords if each.arg})
        return None

    def meaning(self, piece: Piece, node: ast.AST) -> Key | None:
        """Return which definition of ours a `name` or `module.name` of a piece is, or None."""
        if isinstance(node, ast.Name) and node.id in piece.module.definitions:
            return piece.module.name, node.id
        alone = node.id if isinstance(node, ast.Name) else None
        before_dot = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else None
        module, name = self._ours(piece.module.imports.get(alone or before_dot or ""))
        if alone:
            return (module, name) if name else None
        name = node.attr if isinstance(node, ast.Attribute) and module and not name else ""
        return (module, name) if name in (self.module(module).definitions if module else ()) else None

    def _ours(self, outside: Outside | None) -> Key:
        """Return which definition of ours an import names, or which module of ours and ""; "" twice if it is none of ours."""
        if outside is None or outside.module.split(".")[0] not in OURS:
            return "", ""
        if self._is_file(f"{outside.module}.{outside.name}" if outside.name else outside.module):
            return f"{outside.module}.{outside.name}" if outside.name else outside.module, ""
        # What is not defined there is handed on, as digits.compute hands on TensorFlow.
        return (outside.module, outside.name or "") if outside.name in self.module(outside.module).definitions else ("", "")

    def _is_file(self, name: str) -> bool:
        path = self._plan.root / name.replace(".", "/")
        return path.is_dir() or path.with_suffix(".py").is_file()

    def _outside(self, piece: Piece, node: ast.AST) -> Outside | None:
        """Return what a name of a piece is imported as, if that is none of ours."""
        known = isinstance(node, ast.Name) and node.id not in piece.module.definitions
        outside = piece.module.imports.get(node.id) if known else None  # pyright: ignore[reportAttributeAccessIssue]
        while outside and outside.module.split(".")[0] in OURS:
            outside = None if any(self._ours(outside)) else self.module(outside.module).imports.get(outside.name or "")
        return outside

    def _used(self, piece: Piece) -> list[Key]:
        """Return the definitions of ours that a piece's code names, annotations aside."""
        local = _local(piece)
        nodes = [node for node in outside_annotations(ast.parse(piece.text)) if getattr(node, "id", None) not in local]
        return [key for node in nodes if (key := self.meaning(piece, node))]

    def _trim(self) -> None:
        """Take out parameters that nothing reads, the arguments for them, and what nothing then uses."""
        while unread := {key: names for key, piece in self.pieces.items() if (names := _unread_parameters(piece))}:
            for key, names in unread.items():
                piece, source = self.pieces[key], Source(self.pieces[key].text)
                function: Any = source.tree.body[0]
                piece.text = source.edited([source.parameters(function, kept=lambda name, names=names: name not in names)])
                piece.gone |= names
                for other in self.pieces.values():
                    self._call_without(other, key, names, places=[each.arg for each in function.args.args])
        kept, waiting = set(), [(self._plan.main, "main")]
        while waiting:
            key = waiting.pop()
            waiting += [] if key in kept else self._used(self.pieces[key])
            kept.add(key)
        self.pieces = {key: piece for key, piece in self.pieces.items() if key in kept}

    def _call_without(self, piece: Piece, function: Key, names: set[str], *, places: list[str]) -> None:
        source = Source(piece.text)
        edits = []
        for call in [
            node for node in ast.walk(source.tree) if isinstance(node, ast.Call) and self.meaning(piece, node.func) == function
        ]:
            unread = [argument for place, argument in zip(places, call.args, strict=False) if place in names]
            unread += [keyword for keyword in call.keywords if keyword.arg in names]
            edits.append(source.arguments(call, kept=lambda given, unread=unread: given not in unread))
        if any(edits):
            piece.text, _ = specialised(source.edited(edits), known={})

    def _settle(self) -> None:
        """Give every definition its name in the file, and take out annotations that would need another import."""
        names = self._names()
        settled = {}
        for key, piece in self.pieces.items():
            source, local = Source(piece.text), _local(piece)
            edits = [self._unannotated(piece, source, *pair) for pair in annotations(source.tree)]
            annotated = {id(node) for _, annotation in annotations(source.tree) for node in ast.walk(annotation)}
            for node in ast.walk(source.tree):
                if getattr(node, "id", None) in local:
                    continue
                if (used := self.meaning(piece, node)) in names and source.of(node) != names[used]:
                    edits.append((*source.span(node), names[used]))
                elif id(node) not in annotated and (outside := self._outside(piece, node)):
                    self._import(piece, outside)
            top = source.tree.body[0]
            if isinstance(top, ast.FunctionDef | ast.ClassDef) and not piece.is_main:
                start = source.bytes.index(top.name.encode(), source.span(top)[0] + len("def"))
                edits.append((start, start + len(top.name.encode()), names[key]))
            settled[key] = documented(source.edited(edits), without=piece.gone)
        for key, text in settled.items():
            self.pieces[key].text = text

    def _names(self) -> dict[Key, str]:
        """Return what each definition is called in the file: its own name, unless something else there goes by it."""
        taken = Counter(definition for _, definition in self.pieces)
        own = self.module(self._plan.main).definitions.keys()
        taken.update(bound(ast.parse(self.pieces[self._plan.main, "main"].text)) | (self._plan.constants.keys() - own))
        for piece in self.pieces.values():
            taken.update({name for _, name in self._used(piece)} & _local(piece))
        return {
            (module, name): name if taken[name] == 1 or name == "main" else f"{name}_{module.split('.')[-1]}"
            for module, name in self.pieces
        }

    def _unannotated(self, piece: Piece, source: Source, owner: ast.AST, annotation: ast.expr) -> Edit | None:
        """Return the edit that takes an annotation out, or None if all that it names is there."""
        names = [node for node in ast.walk(annotation) if isinstance(node, ast.Name | ast.Attribute)]
        outside = {found for node in names if (found := self._outside(piece, node))}
        if all(map(self.line, outside)) and all(key in self.pieces for node in names if (key := self.meaning(piece, node))):
            self.imported |= outside
            return None
        if isinstance(owner, ast.FunctionDef):
            return source.bytes.rindex(b"->", 0, source.span(annotation)[0]), source.span(annotation)[1], ""
        start = source.span(owner)[0] + len(owner.arg.encode()) if isinstance(owner, ast.arg) else source.span(owner.target)[1]  # pyright: ignore
        return start, source.span(annotation)[1], ""

    def _import(self, piece: Piece, outside: Outside) -> None:
        if not self.line(outside):
            file = piece.module.name.replace(".", "/") + ".py"
            raise UserError(f"{file}: {piece.name} needs {outside.module}, which a hand-in may not import")
        self.imported.add(outside)


def _local(piece: Piece) -> set[str]:
    return set() if piece.is_main or piece.is_assignment else bound(ast.parse(piece.text))


def _unread_parameters(piece: Piece) -> set[str]:
    node = ast.parse(piece.text).body[0]
    if piece.is_main or not isinstance(node, ast.FunctionDef):
        return set()
    return {each.arg for each in [*node.args.args, *node.args.kwonlyargs]} - loaded(node)
