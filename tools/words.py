"""How tools that take no options read their command line."""

import inspect
import sys
from collections.abc import Callable
from typing import NoReturn

from digits.errors import UserError
from digits.stage import finish


def run(main: Callable[..., object]) -> NoReturn:
    """Call `main` with the words of the command line, and exit as `finish` does; too many or too few are a user's error."""
    finish(lambda: main(*_accepted(main, sys.argv[1:])))


def _accepted(main: Callable[..., object], words: list[str]) -> list[str]:
    try:
        inspect.signature(main).bind(*words)
    except TypeError:
        wanted = inspect.signature(main).parameters.values()
        names = " ".join(each.name if each.default is each.empty else f"[{each.name}]" for each in wanted)
        raise UserError(f"expected {names or 'no words'}; received {' '.join(words) or 'nothing'}") from None
    return words
