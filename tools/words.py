"""How tools read their command line."""

import argparse
import inspect
import sys
from collections.abc import Callable
from typing import NoReturn

from digits.errors import UserError, one_line
from digits.stage import finish


class Parser(argparse.ArgumentParser):
    """For tools that take options: a mistake is one line, and `--help` has the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {one_line(message)}; --help says what it takes\n")


def run(main: Callable[..., object]) -> NoReturn:
    """Call `main`, which takes no options, with the words of the command line, and exit as `finish` does.

    Too many words or too few are a user's error.
    """
    finish(lambda: main(*_accepted(main, sys.argv[1:])))


def whole(word: str) -> int | None:
    """Return the number that a word of at most nine ASCII digits writes, None for another word."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else None


def _accepted(main: Callable[..., object], words: list[str]) -> list[str]:
    try:
        inspect.signature(main).bind(*words)
    except TypeError:
        wanted = inspect.signature(main).parameters.values()
        names = " ".join(each.name if each.default is each.empty else f"[{each.name}]" for each in wanted)
        raise UserError(f"expected {names or 'no words'}; received {' '.join(words) or 'nothing'}") from None
    return words
