"""`make recipe NAME=lenet`: write into params.yaml what recipes/lenet.yaml asks for, comments kept.

recipes/course_a.yaml holds the default of every key that a recipe may change; another recipe holds what differs from it. So which
recipe stood in params.yaml before makes no difference, and keys that are no recipe's business (fetch.folders) stay as they are.
NAME=fashion1+five_groups takes a recipe and what a second one changes in it.
"""

import io
import sys
from pathlib import Path

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from digits.errors import UserError, nearest
from digits.stage import finish
from digits.writing import write_text
from tools import parameters

BASE = "course_a"
FOLDER = Path("recipes")


def names() -> list[str]:
    """Return the recipes there are, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def values(name: str) -> dict[str, dict]:
    """Return every key that recipes may change, section by section, as the recipe `name`, or several joined by +, have it."""
    parts = name.split("+")
    for part in parts:
        if part not in names():
            raise UserError(f"NAME: expected {nearest(part, names())}; received {part or 'nothing'}; known: {', '.join(names())}")
    merged = _read(BASE)
    for section, changes in (change for part in parts for change in _read(part).items()):
        merged[section] = merged.get(section, {}) | changes
    return merged


def written_into(params: str, recipe: dict[str, dict]) -> str:
    """Return the text of params.yaml with the recipe's values. Raises UserError for a key that params.yaml has not."""
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 200
    document = editor.load(params)
    for section, changes in recipe.items():
        for key, value in changes.items():
            if key not in document.get(section, {}):
                raise UserError(f"recipe: {section}.{key}: expected a key of params.yaml; received an unknown one")
            if section == "networks":
                document[section][key].update(value)  # one by one: the network's comments stay
                continue
            if isinstance(value, dict):  # on the key's one line, before its comment
                value = CommentedMap(value)
                value.fa.set_flow_style()
            document[section][key] = value
    text = io.StringIO()
    editor.dump(document, text)
    return text.getvalue()


def _read(name: str) -> dict[str, dict]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")) or {}


def main(name: str) -> None:
    """Write the recipe `name` into params.yaml."""
    write_text(Path("params.yaml"), written_into(parameters.text(), values(name)))
    print(f"params.yaml now holds the recipe {name}; `dvc params diff` shows what changed, `dvc repro` runs it")


if __name__ == "__main__":
    finish(lambda: main(" ".join(sys.argv[1:])))
