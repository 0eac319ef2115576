"""What a user can get wrong, told apart from what we got wrong, and the words for it."""

import difflib
from collections.abc import Sequence


class UserError(Exception):
    """Something the user can mend. Its text is one line: which file or key, what was found, what to do."""


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known name most like `name`, or words that list them all if none is like it, or "none"."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return near[0] if near else f"one of {', '.join(known)}" if known else "none"


def unknown(what: str, name: str, known: Sequence[str]) -> UserError:
    """Return the error for a `name` that is none of the known ones: which is most like it, if one is, and each of them once."""
    wanted, every = nearest(name, known), ", ".join(known)
    return UserError(f"{what}: expected {wanted}; received {name or 'nothing'}{f'; known: {every}' if wanted in known else ''}")


def shown(value: object) -> str:
    """Return a value from a YAML file as a line shows it: text told apart from numbers, and nothing from both."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return f"the text {value!r}" if isinstance(value, str) else repr(value)


def one_line(said: object) -> str:
    """Return what an error of a library, or any other text, says, as one line."""
    return " ".join(str(said).split())


def brief(said: object) -> str:
    """Return as much of it as a line holds beside words of our own."""
    return one_line(said)[:200]
