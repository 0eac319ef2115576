"""A project inside the project: what it finds outside, that who works there holds it, and what an unreadable params.yaml leaves."""

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from digits.errors import UserError
from tests.worlds import ROOT, wait_for
from tools import parameters, quick, read, scale, seeds, workers, workspace


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("dvc.yaml", "params.yaml", ".dvcignore", ".dvc/config", ".dvc/plots.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    for name in ("digits", "stages"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_paths_of_what_lies_outside_lead_to_the_same_places(project):
    workspace.make(project / "output/inner", {"symbols": {"own": ""}, "train": {"seed": 9}})
    given = yaml.safe_load((project / "params.yaml").read_text())
    made = yaml.safe_load((project / "output/inner/params.yaml").read_text())
    for section, key in workspace.OUTSIDE[:2] + workspace.OUTSIDE[3:]:
        assert made[section][key] == str((project / given[section][key]).resolve())
    assert made["fetch"]["folders"] == [str((project / name).resolve()) for name in given["fetch"]["folders"]]
    assert (made["symbols"]["own"], made["train"]["seed"]) == ("", 9)


def test_every_path_in_params_yaml_that_leads_outside_is_among_them():
    sections = yaml.safe_load((ROOT / "params.yaml").read_text())
    outside = {
        (name, key)
        for name, section in sections.items()
        for key, value in section.items()
        if isinstance(value, str) and value.startswith("..")
    }
    assert outside <= set(workspace.OUTSIDE)


@pytest.mark.parametrize(
    ("weights", "inside"), [("none", "none"), ("imagenet", "imagenet"), ("own/top.h5", "{project}/own/top.h5")]
)
def test_weights_to_begin_with_are_found_from_inside(project, weights, inside):
    text = (project / "params.yaml").read_text()
    params = yaml.safe_load(text)
    params["networks"]["resnet50"]["weights"] = weights
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    workspace.make(project / "output/inner", {})
    made = yaml.safe_load((project / "output/inner/params.yaml").read_text())
    assert made["networks"]["resnet50"]["weights"] == inside.format(project=project)


@pytest.mark.parametrize(
    ("section", "key", "value"), [("fetch", "folders", "../shared"), ("fetch", "own", 5), ("symbols", "own", [1])]
)
def test_what_is_no_path_is_left_to_the_stage_that_refuses_it(project, section, key, value):
    params = yaml.safe_load((project / "params.yaml").read_text())
    params[section][key] = value
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    workspace.make(project / "output/inner", {})
    assert yaml.safe_load((project / "output/inner/params.yaml").read_text())[section][key] == value


@pytest.mark.parametrize("section", parameters.SECTIONS)
def test_a_section_that_is_empty_or_missing_is_one_line(project, section):
    params = yaml.safe_load((project / "params.yaml").read_text())
    for changed in (params | {section: None}, {name: values for name, values in params.items() if name != section}):
        (project / "params.yaml").write_text(yaml.safe_dump(changed))
        with pytest.raises(UserError, match=rf"params\.yaml: {section}: expected a section"):
            workspace.make(project / "output/inner", {})
    assert not (project / "output").exists()


def test_every_section_is_looked_at():
    assert sorted(parameters.SECTIONS) == sorted(yaml.safe_load((ROOT / "params.yaml").read_text()))


def test_a_home_is_expanded_and_nothing_stays_nothing(monkeypatch):
    monkeypatch.setenv("HOME", "/home/one")
    assert workspace.absolute("~/letters") == "/home/one/letters"
    assert workspace.absolute("") == ""


@pytest.mark.parametrize("text", ["train: [", "train: {seed: 2020-13-45}"])
def test_a_params_yaml_that_is_none_is_one_line_and_makes_nothing(project, text):
    (project / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml: not readable as YAML"):
        workspace.make(project / "output/inner", {})
    assert not (project / "output").exists()


def test_data_sets_folders_of_the_environment_are_found_from_the_inner_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGITS_DATASETS", os.pathsep.join(["mine", "", "/data"]))
    (tmp_path / "inner").mkdir()
    workspace.run(tmp_path / "inner", sys.executable, "-c", "import os; open('seen', 'w').write(os.environ['DIGITS_DATASETS'])")
    assert (tmp_path / "inner/seen").read_text() == os.pathsep.join([f"{tmp_path}/mine", "", "/data"])


def test_code_that_was_there_before_gives_way_to_the_code_of_now(project):
    (project / "digits/changed.py").write_text("before")
    (project / "stages/gone.py").write_text("before")
    workspace.make(project / "output/inner", {})
    (project / "digits/changed.py").write_text("now")
    (project / "stages/gone.py").unlink()
    workspace.make(project / "output/inner", {})
    assert (project / "output/inner/digits/changed.py").read_text() == "now"
    assert not (project / "output/inner/stages/gone.py").exists()


def test_a_second_command_in_a_folder_says_that_it_waits(tmp_path, monkeypatch):
    waits, came = threading.Event(), threading.Event()
    said = []

    def command() -> None:
        with workspace.alone(tmp_path):
            assert is_held(tmp_path)
            came.set()

    monkeypatch.setattr(workspace, "warn", lambda text: (said.append(text), waits.set()))
    second = threading.Thread(target=command, daemon=True)
    with workspace.alone(tmp_path):
        second.start()
        assert waits.wait(60)
        assert not came.is_set()
    second.join(60)
    assert came.is_set()
    assert said == [f"waiting for another command in {tmp_path}"]


def is_held(folder: Path) -> bool:
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # refused by a lock that is shared with nobody
        except BlockingIOError:
            return True
        return False


@pytest.mark.parametrize("start", ["workspace.run(folder, *child)", "workers.launch(child, folder=folder, count=1)"])
def test_what_a_killed_command_left_running_holds_the_folder_until_it_ends(start, tmp_path):
    child = "import pathlib, time; pathlib.Path('began').touch()\nwhile not pathlib.Path('end').exists(): time.sleep(0.01)"
    script = "; ".join([
        "import pathlib, sys", "from tools import workers, workspace", f"folder = pathlib.Path({str(tmp_path)!r})",
        f"child = (sys.executable, '-c', {child!r})", "held = workspace.alone(folder)", "held.__enter__()", start,
    ])  # fmt: skip
    command = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    try:
        wait_for((tmp_path / "began").exists)
        command.kill()
        command.wait()
        assert is_held(tmp_path)
    finally:
        (tmp_path / "end").touch()
        command.kill()
        command.wait()
    wait_for(lambda: not is_held(tmp_path))


class EndedError(Exception):
    pass


@pytest.mark.parametrize(
    ("command", "last"),
    [
        (lambda: seeds.run("fast", seed=1), (seeds, "write_text")),
        (lambda: workers.main("1"), (workers, "launch")),
        (lambda: scale.trained("lenet", count=2, epochs=1, networks={}), (workers, "launch")),
        (lambda: read.main("recipes"), (Path, "rename")),
        (quick.main, (quick, "print")),
    ],
    ids=["seeds", "workers", "scale", "read", "quick"],
)
def test_whoever_works_in_a_folder_holds_it_from_the_first_step_to_the_last(command, last, tmp_path, monkeypatch):
    worked_in = []

    def make(folder: Path, _changes: object) -> None:
        worked_in.append(folder)
        assert is_held(folder)

    def run(folder: Path, *_words: str) -> None:
        assert is_held(folder)

    def end(*_: object, **__: object) -> None:
        assert last == (quick, "print") or is_held(worked_in[0])
        raise EndedError

    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    shutil.copy2(ROOT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workspace, "make", make)
    monkeypatch.setattr(workspace, "run", run)
    monkeypatch.setattr(seeds, "record", lambda folder: {"timing": {"train": {}}})
    monkeypatch.setattr(*last, end, raising=last != (quick, "print"))
    with pytest.raises(EndedError):
        command()
    assert not is_held(worked_in[0])


def test_a_command_that_fails_ends_us_with_its_status(tmp_path):
    with pytest.raises(SystemExit) as ended:
        workspace.run(tmp_path, "sh", "-c", "exit 3")
    assert ended.value.code == 3
