"""How stages start, with paths and parameters, and how they and the tools end: a user's error is one line and status 2."""

import atexit
import gc
import inspect
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import NoReturn, TypeVar

from digits import params
from digits.errors import UserError, one_line

Function = TypeVar("Function", bound=FunctionType)

# Values of 8 bytes, a power of two: a frame that takes so many gets a chunk of twice as much, and the other half is room for calls.
# Importing TensorFlow needs at most 8,000 of them, a training 10,000.
ROOM = 2**15


def with_room(function: Function) -> Function:
    """Return the function, made to begin a chunk of Python's stack that has room for all that it calls.

    Python hands out its stack in chunks of 16 kB, or of the next power of two that a frame needs, and until it was mended in March
    2026 mapped and unmapped one with each call that began one: a loop that happens to lie at a chunk's edge pays microseconds a
    call (python/cpython#142183). This function's frame takes `ROOM` values, which stay unused, and the rest of its chunk serves
    the calls. Those of other threads have stacks of their own; a generator gets no room.
    """
    function.__code__ = function.__code__.replace(co_stacksize=ROOM)
    return function


def run(main: Callable[..., None]) -> NoReturn:
    """Call `main` with what its signature asks for, and exit as `finish` does.

    A parameter annotated `Path` takes the next word of the command line; one with a default may be left out. A parameter annotated
    with a dataclass takes the section of params.yaml (in the working directory) that has the parameter's name, checked; one
    annotated `dict` takes it as it is.
    """
    finish(lambda: main(**_arguments(main, sys.argv[1:])))


@with_room
def finish(command: Callable[[], object]) -> NoReturn:
    """Call `command` and exit: 0 when done, 2 after an error of the user's in one line on stderr, 130 after Ctrl-C."""
    atexit.register(gc.freeze)  # else Python looks through all that was imported once more before it ends (decision 17)
    name = Path(sys.argv[0]).stem
    warnings.showwarning = lambda message, *_, **__: warn(one_line(message))  # a library's too are one line
    try:
        command()
    except UserError as error:
        _fail(name, str(error))
    except OSError as error:
        if error.strerror is None:
            raise
        _fail(name, f"{error.filename or 'a file'}: {error.strerror}")
    except MemoryError:
        _fail(name, "out of memory; ask params.yaml for fewer images, a smaller batch or network")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)


def say(text: str) -> None:
    """Print to stdout, at once: a log shows it when it happened."""
    print(text, flush=True)  # noqa: T201


def warn(text: str) -> None:
    """Print one line to stderr that a user should see but need not act on."""
    print(f"{Path(sys.argv[0]).stem}: warning: {text}", file=sys.stderr)  # noqa: T201


def read_text(path: Path, *, made_by: str = "`dvc repro` makes it") -> str:
    """Return a file's text. Raises UserError if it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        hint = "run stages from the project's root" if path.name == "params.yaml" else made_by
        raise UserError(f"{path} is not there; {hint}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text") from None


def _arguments(main: Callable[..., None], words: list[str]) -> dict[str, object]:
    wanted = inspect.signature(main).parameters.values()
    paths = [parameter for parameter in wanted if parameter.annotation is Path]
    needed = [parameter for parameter in paths if parameter.default is parameter.empty]
    if not len(needed) <= len(words) <= len(paths):
        names = " ".join(path.name if path in needed else f"[{path.name}]" for path in paths)
        whole = f"the top of {'/'.join(Path(sys.argv[0]).parts[-2:])} has the whole command"
        raise UserError(f"expected {f'the paths {names}' if names else 'no paths'}; received {len(words) or 'none'}; {whole}")
    arguments: dict[str, object] = {path.name: Path(word) for path, word in zip(paths, words, strict=False)}
    sections = [parameter for parameter in wanted if parameter.annotation is not Path]
    if sections:
        text = read_text(Path("params.yaml"))
        for section in sections:
            kind = section.annotation
            arguments[section.name] = (
                params.read_section(section.name, text) if kind is dict else params.read(kind, section.name, text)
            )
    return arguments


def _fail(name: str, line: str) -> NoReturn:
    print(f"{name}: {one_line(line)}", file=sys.stderr)  # noqa: T201
    sys.exit(2)
