"""Which project files a script imports, read from its source."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = ("digits", "stages", "tools")


def project_imports(script: Path) -> set[str]:
    """Return the project files that `script` imports, directly or not, and itself; empty ones are left out.

    What a function imports counts too, and what is imported by a name made up at run time does not. Ruff forbids relative imports,
    which would be overlooked.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(imported for imported in _imports_of(file))
    return {str(file.relative_to(ROOT)) for file in found if file.read_text(encoding="utf-8").strip()}


def _imports_of(file: Path) -> set[Path]:
    names: set[str] = {".".join(file.relative_to(ROOT).parent.parts)}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {path for name in names for path in _files_of(name)}


def _files_of(name: str) -> list[Path]:
    """Return the files Python runs to import the dotted `name`: each package's __init__ on the way, and the module."""
    parts = name.split(".")
    if parts[0] not in OURS:
        return []
    packages = [ROOT.joinpath(*parts[: i + 1], "__init__.py") for i in range(len(parts))]
    return [path for path in (*packages, ROOT.joinpath(*parts).with_suffix(".py")) if path.is_file()]
