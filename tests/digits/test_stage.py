import resource
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from digits.errors import UserError
from digits.stage import finish, run, with_room
from tests.worlds import ENVIRONMENT, ROOT


def reads_two_and_perhaps_a_third(first: Path, second: Path, third: Path = Path("third")) -> None:
    print(first, second, third)


@pytest.mark.parametrize(("words", "seen"), [(["a", "b"], "a b third"), (["a", "b", "c"], "a b c")])
def test_paths_come_from_the_command_line_and_one_with_a_default_may_be_left_out(words, seen, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stage", *words])
    with pytest.raises(SystemExit, match="0"):
        run(reads_two_and_perhaps_a_third)
    assert capsys.readouterr().out.strip() == seen


@pytest.mark.parametrize("words", [[], ["a"], ["a", "b", "c", "d"]])
def test_too_few_or_too_many_paths_are_one_line_and_status_2(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stage", *words])
    with pytest.raises(SystemExit, match="2"):
        run(reads_two_and_perhaps_a_third)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "first second [third]" in said


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (UserError("params.yaml: no\n such key"), 2, "seeds: params.yaml: no such key\n"),
        (FileNotFoundError(2, "No such file or directory", "photo.jpg"), 2, "seeds: photo.jpg: No such file or directory\n"),
        (MemoryError(), 2, "seeds: out of memory; ask params.yaml for fewer images, a smaller batch or network\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_a_user_can_cause_ends_a_command_in_at_most_one_line(error, status, said, monkeypatch, capsys):
    def command() -> None:
        raise error

    monkeypatch.setattr(sys, "argv", ["tools/seeds.py"])
    with pytest.raises(SystemExit) as ended:
        finish(command)
    assert (ended.value.code, capsys.readouterr().err) == (status, said)


def test_what_only_we_can_cause_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        finish(lambda: 1 // 0)


def test_what_a_library_warns_of_is_one_line_of_ours(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["stages/plot.py"])
    warnings.simplefilter("always")
    with pytest.raises(SystemExit, match="0"):
        finish(lambda: warnings.warn("Glyph 29483\n missing from font", UserWarning, stacklevel=1))
    assert capsys.readouterr().err == "plot: warning: Glyph 29483 missing from font\n"


def with_the_library(script: str, **environment: str) -> subprocess.CompletedProcess:
    words = [sys.executable, "-c", f"import os, digits\n{script}"]
    return subprocess.run(words, cwd=ROOT, env=ENVIRONMENT | environment, capture_output=True, text=True, check=False)


def test_an_interrupt_while_modules_are_imported_ends_without_a_traceback_and_no_other_error_does():
    interrupted = with_the_library("raise KeyboardInterrupt")  # a job in the background hears no SIGINT
    assert (interrupted.returncode, interrupted.stderr) == (-signal.SIGINT, "")
    assert "ZeroDivisionError" in with_the_library("1 / 0").stderr


@pytest.mark.parametrize(
    ("backend", "left"),
    [
        ("module://no_such_package.backend", "None"),
        ("module://os.none", "None"),
        ("module://__main__", "None"),
        ("module://os.path", None),
        ("pdf", None),
    ],
)
def test_a_backend_of_jupyter_s_that_is_not_installed_here_is_forgotten_and_any_other_stays(backend, left):
    said = with_the_library("print(os.environ.get('MPLBACKEND'))", MPLBACKEND=backend).stdout.strip()
    assert said == (left or backend)


def page_faults_of(call, *, depth: int) -> int:
    """Return the page faults of 1000 calls that deep in Python's stack; of three tries the least, as another thread's count too."""
    if depth:
        return page_faults_of(call, depth=depth - 1)
    tries = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(1000):
            call()
        tries.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return min(tries)


def test_no_call_below_a_function_with_room_maps_memory_anew_at_any_of_200_depths():
    def call():
        pass

    call.__code__ = call.__code__.replace(co_stacksize=50)  # wider than a step of depth: one of them ends at a chunk's edge
    if sys.version_info < (3, 13):  # a later Python may be mended
        assert max(page_faults_of(call, depth=depth) for depth in range(200)) > 900
    assert max(with_room(lambda depth=depth: page_faults_of(call, depth=depth))() for depth in range(200)) < 100


@pytest.mark.parametrize("function", ["stage.finish", "compute._import_tensorflow"])
def test_what_a_stage_does_and_tensorflow_s_import_have_room(function):
    said = with_the_library(f"from digits import compute, stage; print({function}.__code__.co_stacksize == stage.ROOM)")
    assert said.stdout == "True\n"


def test_a_stage_ends_without_looking_through_all_that_was_imported():
    code = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0)); from digits.stage import finish"
    assert with_the_library(f"{code}; finish(lambda: None)").stdout == "True\n"
