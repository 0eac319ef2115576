"""`make recipe NAME=lenet`: write into params.yaml what recipes/lenet.yaml asks for, comments kept.

recipes/course_a.yaml holds the default of every key that a recipe may change; another recipe holds what differs from it. So which
recipe stood in params.yaml before makes no difference, and keys that are no recipe's business (fetch.folders) stay as they are.
NAME=fashion1+five_groups takes a recipe and what a second one changes in it; what only goes onto another is refused alone.
"""

import io
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from digits.errors import UserError, nearest, shown, unknown
from digits.params import yaml_of
from digits.stage import finish, read_text
from digits.writing import write_text
from tools import parameters

BASE = "course_a"
AFTERWARDS = ("embedding",)  # sections of what only looks at the trained network
ONTO = "# Onto "  # begins the head of a recipe that makes sense with another before it
FOLDER = Path("recipes")
COMMENTS = 36  # params.yaml's begin there, in columns from 0, unless a value reaches as far


def names() -> list[str]:
    """Return the recipes there are, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def values(name: str) -> dict[str, dict]:
    """Return every key that recipes may change, section by section, as the recipe `name`, or several joined by +, have it."""
    parts = name.split("+")
    for part in parts:
        if part not in names():
            raise unknown("NAME", part or name, names())
    if _text(parts[0]).startswith(ONTO):
        raise UserError(f"NAME: expected a recipe before {parts[0]}, such as fashion1+{parts[0]}; received {name}")
    merged = changes_of(BASE)
    for section, changes in (change for part in parts for change in changes_of(part).items()):
        if section == "networks":  # each with sizes of its own
            changes = {network: merged[section][network] | sizes for network, sizes in changes.items()}
        merged[section] |= changes
    return merged


def of_a_run(name: str) -> dict[str, dict]:
    """Return those of a recipe's `values` that decide what its training and its test come to."""
    return {section: keys for section, keys in values(name).items() if section not in AFTERWARDS}


def written_into(params: str, recipe: dict[str, dict]) -> str:
    """Return the text of params.yaml with the recipe's values. Raises UserError for a key that params.yaml has not."""

    def known(key: str, section: Any, where: str) -> None:
        if not isinstance(section, dict) or key not in section:
            raise UserError(f"{where}.{key}: expected a key of params.yaml; received an unknown one")

    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 200
    document = editor.load(params)
    for section, changes in recipe.items():
        for key, value in changes.items():
            known(key, document.get(section), section)
            if section == "networks":  # one by one: the network's comments stay
                for size, given in value.items():
                    known(size, document[section][key], f"{section}.{key}")
                    _set(document[section][key], size, given)
            else:
                _set(document[section], key, value)
    text = io.StringIO()
    editor.dump(document, text)
    return text.getvalue()


def _set(section: CommentedMap, key: str, value: Any) -> None:
    """Give a key another value; its comment, which a long value pushes to the right, comes back with a short one."""
    section[key] = _on_one_line(value)
    behind = section.ca.items.get(key, [None] * 3)[2]
    if behind and behind.value.lstrip(" ").startswith("#"):  # else it is the next line's
        del section.ca.items[key]  # its form does not fit a list that DVC wrote in lines of their own
        section.yaml_add_eol_comment(behind.value, key, column=COMMENTS)


def _on_one_line(value: Any) -> Any:
    """Return the value so that it stands in its key's line, before the comment."""
    kind = {dict: CommentedMap, list: CommentedSeq}.get(type(value))
    if kind is None:
        return value
    value = kind(value)
    value.fa.set_flow_style()
    return value


def changes_of(name: str) -> dict[str, dict]:
    """Return a recipe's changes. Raises UserError if the file has another form, or a section or network that no recipe changes."""
    file = FOLDER / f"{name}.yaml"
    changes = yaml_of(_text(name), file=str(file)) or {}
    known = None if name == BASE else changes_of(BASE)
    _refuse_others(file, "", changes, known)
    if "networks" in changes:
        _refuse_others(file, "networks.", changes["networks"], known and known["networks"])
    return changes


def _refuse_others(file: Path, where: str, changes: Any, known: dict | None) -> None:
    if not isinstance(changes, dict):
        raise UserError(f"{file}: {where or 'the whole'}: expected sections of keys and values; received {shown(changes)}")
    for key, values in changes.items():
        if known is not None and key not in known:
            raise UserError(f"{file}: {where}{key}: expected {nearest(str(key), sorted(known))}; received the unknown {key}")
        if not isinstance(values, dict):
            raise UserError(f"{file}: {where}{key}: expected keys and values; received {shown(values)}")


def _text(name: str) -> str:
    return read_text(FOLDER / f"{name}.yaml", made_by="it comes with the project")


def main(name: str) -> None:
    """Write the recipe `name` into params.yaml."""
    write_text(Path("params.yaml"), written_into(parameters.text(), values(name)))
    print(f"params.yaml now holds the recipe {name}; `dvc params diff` shows what changed, `dvc repro` runs it")


if __name__ == "__main__":
    finish(lambda: main(" ".join(sys.argv[1:])))
