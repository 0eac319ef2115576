"""The whole pipeline under the real `dvc`, in clones of this working tree, on a few strokes."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.worlds import ROOT, project, states, wait_for

SMALL = {
    "fetch": {"dataset": "strokes", "strokes_train": 300, "strokes_test": 60},
    "split": {"train": 200, "validation": 50, "test": 50, "order": "shuffled"},
    "train": {"epochs": 2},
    "embedding": {"layer": "conv2d"},
    "filters": {"others": 1, "patches": 1, "right": 1, "wrong": 1, "steps": 2},
}
LOOK_INSIDE = ["embedding", "filters", "handwriting"]  # the stages that use the trained network
ALL = sorted(["check", "fetch", "split", "samples", "symbols", "train", "evaluate", "plot", *LOOK_INSIDE])


def sh(folder: Path, *words: str, timeout: int = 300) -> str:
    """Run a command in `folder` and return what it said on both streams; fail the test if the command failed."""
    run = subprocess.run(words, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=timeout, check=False)
    assert run.returncode == 0, f"{' '.join(words)}\n{run.stdout}\n{run.stderr}"
    return run.stdout + run.stderr


def environment(folder: Path) -> dict[str, str]:
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"])
    who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@t", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@t"}
    return {"HOME": str(home), "PATH": path, **who}


def set_params(folder: Path, **sections: dict) -> None:
    file = folder / "params.yaml"
    values = yaml.safe_load(file.read_text())
    for section, changed in sections.items():
        values[section] |= changed
    file.write_text(yaml.safe_dump(values, sort_keys=False))


def repro(folder: Path) -> list[str]:
    """Run `dvc repro` and return the stages it ran, in alphabetical order."""
    return sorted(re.findall(r"Running stage '(\w+)'", sh(folder, "dvc", "repro")))


def small_clone(folder: Path) -> Path:
    project(folder)
    (folder / "dvc.lock").unlink(missing_ok=True)  # else what has no outs and did not change is up to date
    set_params(folder, **SMALL)
    sh(folder, "git", "init", "--quiet", "--initial-branch=main")
    sh(folder, "git", "add", "--all")
    sh(folder, "git", "commit", "--quiet", "--message=clone")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    folder = small_clone(tmp_path_factory.mktemp("finished") / "clone")
    assert repro(folder) == ALL
    sh(folder, "git", "add", "--all")
    sh(folder, "git", "commit", "--quiet", "--allow-empty", "--message=run")
    return folder


@pytest.fixture
def clone(finished, tmp_path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "clone", symlinks=True))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def test_a_second_repro_runs_nothing(clone):
    assert repro(clone) == []


@pytest.mark.parametrize(
    ("figure", "draw_it"),
    [
        ("accuracy", ["plot"]),
        pytest.param("confusion", ["embedding", "plot"], marks=pytest.mark.slow),
        pytest.param("digit_grid", ["embedding", "filters", "handwriting", "plot", "samples"], marks=pytest.mark.slow),
        pytest.param("symbol_map", ["embedding"], marks=pytest.mark.slow),
    ],
)
def test_an_edited_figure_reruns_the_stages_that_draw_it_and_no_training(clone, figure, draw_it):
    append(clone / f"digits/figures/{figure}.py", "\n# edited\n")
    assert repro(clone) == draw_it


def test_a_mistake_in_section_train_costs_no_training(clone):
    right = (clone / "params.yaml").read_text()
    set_params(clone, train={"epochs": 0})
    run = subprocess.run(
        ["dvc", "repro"], cwd=clone, env=environment(clone), capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode != 0
    assert "train: params.yaml: train.epochs: expected" in run.stderr
    (clone / "params.yaml").write_text(right)
    assert repro(clone) == []


def test_another_plot_dpi_reruns_plot(clone):
    set_params(clone, plot={"dpi": 50})
    assert repro(clone) == ["plot"]


def test_another_network_s_file_reruns_nothing(clone):
    append(clone / "digits/models/lenet.py", "\n# edited\n")
    assert repro(clone) == []


def test_another_network_s_sizes_rerun_no_training(clone):
    set_params(clone, networks={"lenet": {"dense": 512, "dropout": 0.5}})
    assert repro(clone) == ["check"]


def test_another_learning_rate_reruns_train_evaluate_and_plot_and_the_former_one_costs_no_training(clone):
    right = (clone / "params.yaml").read_text()
    set_params(clone, train={"learning_rate": 0.004})
    assert repro(clone) == sorted(["train", "evaluate", "plot", *LOOK_INSIDE])
    (clone / "params.yaml").write_text(right)
    assert "train" not in repro(clone)


def test_a_comment_in_fetch_reruns_fetch_only(clone):
    append(clone / "stages/fetch.py", "\n# edited\n")
    assert repro(clone) == ["fetch"]


@pytest.mark.slow
def test_another_split_seed_reruns_split_and_everything_below(clone):
    set_params(clone, split={"seed": 2})
    assert repro(clone) == sorted(["split", "samples", "train", "evaluate", "plot", *LOOK_INSIDE])


def test_every_metric_and_file_name_says_which_data_set_it_was(clone):
    assert yaml.safe_load((clone / "output/metrics.json").read_text())["dataset"] == "strokes"
    assert [path.name.split("-")[0] for path in (clone / "output/tensorboard").iterdir()] == ["strokes"]


def test_params_diff_shows_the_changed_parameter(clone):
    set_params(clone, train={"learning_rate": 0.004})
    assert re.search(r"train\.learning_rate\s.*0\.02.*0\.004", sh(clone, "dvc", "params", "diff"))


def test_metrics_show_and_diff(clone):
    assert re.search(r"accuracy.*log_loss", sh(clone, "dvc", "metrics", "show"))
    metrics = clone / "output/metrics.json"
    metrics.write_text(metrics.read_text().replace('"test_images": 50', '"test_images": 51'))
    assert re.search(r"test_images\s+50\s+51\s+1", sh(clone, "dvc", "metrics", "diff"))


@pytest.mark.parametrize("words", [("show",), ("diff", "HEAD")])
def test_the_plots_page_loads_nothing_from_elsewhere(clone, words):
    sh(clone, "dvc", "plots", *words)
    page = (clone / "dvc_plots/index.html").read_text()
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)=.?(https?:)?//", page)
    assert page.count("vegaEmbed(") >= 2
    images = re.findall(r'<img src="(static/[^"]+)"', page)
    assert len(images) >= 5
    assert all((clone / "dvc_plots" / image).is_file() for image in images)


@pytest.mark.slow
def test_an_experiment_of_another_rate_trains_and_is_listed(clone):
    sh(clone, "dvc", "exp", "run", "--name", "slower", "-S", "train.learning_rate=0.00005")
    assert "going on" not in sh(clone, "dvc", "exp", "show", "--csv")
    assert re.search(r"slower.*,5e-05,", sh(clone, "dvc", "exp", "show", "--csv"))
    assert yaml.safe_load((clone / "output/metrics.json").read_text())["test_images"] == 50


@pytest.mark.slow
def test_a_queued_experiment_runs_in_its_own_copy(clone):
    before = (clone / "output/metrics.json").read_text()
    sh(clone, "dvc", "exp", "run", "--queue", "--name", "queued", "-S", "train.learning_rate=0.004")
    sh(clone, "dvc", "queue", "start")
    deadline = time.monotonic() + 240
    while "Success" not in (said := sh(clone, "dvc", "queue", "status")) and time.monotonic() < deadline:
        assert "Failed" not in said
        time.sleep(1)
    sh(clone, "dvc", "queue", "stop")
    assert re.search(r"queued.*,0\.004,", sh(clone, "dvc", "exp", "show", "--csv"))
    assert (clone / "output/metrics.json").read_text() == before


@pytest.mark.slow
def test_two_repros_at_once_damage_nothing(clone):
    set_params(clone, train={"learning_rate": 0.004})
    runs = [
        subprocess.Popen(
            ["dvc", "repro"], cwd=clone, env=environment(clone), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    said = [run.communicate(timeout=300)[0] for run in runs]
    assert 0 in [run.returncode for run in runs]
    assert "Traceback" not in "".join(said)
    assert repro(clone) == []
    assert "changed" not in sh(clone, "dvc", "status", "dvc.yaml")


@pytest.mark.slow
def test_a_killed_repro_is_taken_up_where_it_was_and_ends_in_the_same_bytes(finished, tmp_path):
    """Only DVC is killed: the training it started lives on, and the next repro waits for it."""
    folder = small_clone(tmp_path / "clone")
    run = subprocess.Popen(["dvc", "repro"], cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL)
    wait_for(lambda: states(folder))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert "going on after epoch" in sh(folder, "dvc", "repro")
    locks = [yaml.safe_load((clone / "dvc.lock").read_text())["stages"] for clone in (finished, folder)]
    assert {name: stage.get("outs") for name, stage in locks[0].items()} == {
        name: stage.get("outs") for name, stage in locks[1].items()
    }


@pytest.mark.slow
def test_without_git_history_it_runs_too(tmp_path):
    folder = project(tmp_path / "archive")
    set_params(folder, **SMALL)
    shutil.rmtree(folder / ".git", ignore_errors=True)
    (folder / ".venv").mkdir()
    (folder / ".venv/.installed").touch()  # the environment is the one that runs this test
    assert "accuracy" in sh(folder, "make")
    sh(folder, "git", "init", "--quiet")
    sh(folder, "make", "scm")
    assert "no_scm" not in (folder / ".dvc/config.local").read_text()


@pytest.mark.parametrize(
    ("goal", "names"),
    [(goal, "NAME") for goal in ("recipe", "seeds", "study")]
    + [("read", "PHOTO"), ("handin", "MNIST"), ("adopt", "ROW"), ("publish", "STUDY")],
)
def test_a_name_given_to_make_is_no_shell_s_to_read(goal, names):
    run = subprocess.run(
        ["make", "--dry-run", "--old-file=.venv/.installed", goal, f"{names}=a`touch b`.jpg"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"tools.{goal}" in run.stdout
    assert "touch" not in run.stdout


@pytest.mark.slow
@pytest.mark.alone
def test_quick_takes_under_40_seconds_and_leaves_the_project_s_own_results_alone(tmp_path):
    folder = project(tmp_path / "clone")
    (folder / ".venv").mkdir()
    (folder / ".venv/.installed").touch()
    began = time.perf_counter()
    assert "strokes" in sh(folder, "make", "quick")
    assert time.perf_counter() - began < 40
    assert (folder / "output/quick/output/confusion.png").is_file()
    assert not (folder / "data/raw.npz").exists()


def test_with_the_wrong_python_a_stage_says_what_to_run(clone):
    bare = subprocess.run(
        ["/usr/bin/env", "-i", sys.executable, "-S", "-m", "stages.split"], cwd=clone, capture_output=True, text=True, check=False
    )
    assert bare.returncode == 2
    assert len(bare.stderr.splitlines()) == 1
    assert "run `make`" in bare.stderr


@pytest.mark.parametrize("package", ["cv2", "tensorflow"])
def test_a_python_that_lacks_one_of_the_packages_says_the_same(package):
    script = f"import sys; sys.modules[{package!r}] = None; import stages"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
    assert "run `make`" in run.stderr
