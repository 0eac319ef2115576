"""The hand-in: that it is course A's one file, holds no more than it needs, and gives the pipeline's very results."""

import ast
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest
import yaml

from digits import arrays, history, inference, models, splitting
from digits.errors import UserError
from digits.figures import accuracy, loss
from tests.worlds import ENVIRONMENT, ROOT, bars, labelled_images, params, stage
from tools import handin

PARAMS = (ROOT / "params.yaml").read_text(encoding="utf-8")
MNIST = (ROOT / yaml.safe_load(PARAMS)["fetch"]["folders"][0] / "mnist").resolve()
SMALL = {"split": {"train": 250, "validation": 60, "test": 50}, "train": {"epochs": 4, "batch_size": 50, "learning_rate": 0.01}}
RUN = "# ---- The run "
ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "1"}  # as digits/__init__.py has it


def with_params(tmp_path, **sections) -> str:
    params(tmp_path, **sections)
    return (tmp_path / "params.yaml").read_text(encoding="utf-8")


def written(text: str = PARAMS, *, mnist: str | None = None) -> str:
    return handin.text(handin.constants(text), mnist=mnist)


def undefined_or_unused(text: str) -> str:
    words = ["ruff", "check", "--isolated", "--select", "F", "--stdin-filename", "proj2.py", "-"]
    run = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stdout + run.stderr


def packages(text: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.fixture(scope="module")
def default() -> str:
    return written()


def test_it_imports_the_four_packages_of_the_course_and_nothing_else(default):
    assert packages(default) == {"cv2", "matplotlib", "numpy", "tensorflow"}
    assert not re.search(r"__import__|importlib|\bexec\(|\beval\(", default)


def test_it_names_nothing_that_is_not_there_and_defines_nothing_twice(default):
    assert undefined_or_unused(default) == ""


def test_every_definition_and_every_parameter_of_a_function_is_used(default):
    tree = ast.parse(default)
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for node in tree.body:
        names = [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        names += [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        assert set(names) <= read
        if isinstance(node, ast.FunctionDef):
            inside = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            assert {each.arg for each in [*node.args.args, *node.args.kwonlyargs]} <= inside


def test_it_is_formatted(default):
    words = ["ruff", "format", "--isolated", "--line-length", "132", "--check", "-"]
    assert subprocess.run(words, input=default, capture_output=True, text=True, check=False).returncode == 0


def test_it_has_the_loop_the_course_demands(default):
    outer, inner = default.index("for epoch in range(num_epochs):"), default.index("for batch in range(num_batch):")
    assert outer < inner < default.index("# gradient update") < default.index("step(moved")
    assert "tf.GradientTape()" in default
    assert ".fit(" not in default


OF_THE_PIPELINE = ["watcher", "checkpoint", "UserError", "params.yaml:", "distribut", "strategy", "replica", "loss *=", "cache"]


@pytest.mark.parametrize("word", [*OF_THE_PIPELINE, "sgd", "cosine", "cv2.remap", "pyright"])
def test_what_the_recipe_does_not_use_is_not_in_it(default, word):
    assert word not in default


def test_comments_and_docstrings_of_the_library_are_in_it(default):
    assert "# Keras' bound of probabilities: log(1e-7) is -16.1" in default
    assert '"""Return -1/N sum_i sum_j Y_ij log F(X_ij), in nats per image, a float32 scalar.' in default
    assert "TRAIN_LEARNING_RATE = 0.02  # per step, the schedule's highest" in default


def test_it_is_the_same_bytes_each_time(default):
    assert written() == default


@pytest.mark.slow
def test_another_process_writes_the_same_bytes(default, tmp_path):
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    for name in ("digits", "stages", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONHASHSEED": "3"}
    run = subprocess.run(
        [sys.executable, "-m", "tools.handin"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "output/handin/proj2.py").read_text(encoding="utf-8") == default


OTHERS = [name for name in models.names() if name not in ("resnet5", "softmax", "recognition", "resnet_d")]


@pytest.mark.parametrize("name", ["softmax", "recognition", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_another_network_can_be_handed_in(name, tmp_path):
    text = written(with_params(tmp_path, model={"name": name}))
    assert undefined_or_unused(text) == ""
    assert f'name="{name}"' in text
    assert packages(text) == {"cv2", "matplotlib", "numpy", "tensorflow"}


def test_a_network_that_needs_another_import_is_refused_by_its_file(tmp_path):
    with pytest.raises(UserError, match=r"digits/models/resnet_d\.py: build needs functools, which a hand-in may not import"):
        written(with_params(tmp_path, model={"name": "resnet_d"}))


def test_another_recipe_brings_its_own_code(tmp_path):
    train = {"optimizer": "adamw", "schedule": "exponential", "l2": 0.01, "patience": 3}
    text = written(with_params(tmp_path, train=train, augment={"shift": 0, "rotate": 5, "erase": 4}))
    assert undefined_or_unused(text) == ""
    for part in (
        "FusedAdam(weight_decay=weight_decay",
        "decay ** ",
        "TRAIN_L2 * tf.add_n",
        "cv2.remap",
        "ERASE = 4",
        "patience and epoch",
    ):
        assert part in text
    for part in ("np.cos(np.pi", "SGD", "_shifted", "SHIFT = 1", "COARSE"):
        assert part not in text


@pytest.mark.parametrize(
    ("section", "changed", "words"),
    [
        ("fetch", {"dataset": "fashion_mnist"}, r"fetch\.dataset: expected mnist.*received the text 'fashion_mnist'"),
        ("split", {"order": "shuffled"}, r"split\.order: expected file"),
        ("train", {"measured": "validation"}, r"train\.measured: expected all"),
        ("split", {"merge": {"1": "7"}}, r"split\.merge: expected \{\}"),
        ("split", {"validation": 0}, r"split\.validation: expected at least 5.*received 0"),
        ("split", {"train": 60_000}, r"split\.train \+ split\.validation: expected at most 60000; received 61000"),
        ("split", {"test": 10_001}, r"split\.test: expected at most 10000; received 10001"),
        ("model", {"name": "resnet"}, r"model\.name: expected resnet5"),
        ("networks", {"resnet5": {"outputs": 3}}, r"networks\.resnet5\.outputs: expected at least 10"),
        ("train", {"epochs": 0}, r"train\.epochs: expected"),
    ],
)
def test_what_cannot_be_handed_in_is_refused_by_its_key(section, changed, words, tmp_path):
    with pytest.raises(UserError, match=words):
        written(with_params(tmp_path, **{section: changed}))


@pytest.mark.parametrize("line", ["distribution.set_up(network)", "step.finish()", "for epoch in range(state.epochs, num_epochs)"])
def test_an_edited_loop_that_it_cannot_take_apart_is_refused_by_its_file(tmp_path, monkeypatch, line):
    for folder in ("digits", "stages", "tools"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    loop = tmp_path / "digits/training.py"
    loop.write_text(loop.read_text().replace(line, line.replace("(", "( ")))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UserError, match=r"digits/training\.py: expected '.*' once, for tools/handin\.py to replace; found it 0 times"
    ):
        written()


def test_a_refusal_writes_nothing(tmp_path, monkeypatch):
    params(tmp_path, fetch={"dataset": "strokes"})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="strokes"):
        handin.main(None)
    assert not (tmp_path / "output").exists()


def idx(array: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Return a small MNIST as a data set, in a folder that has it as IDX files and as mnist.npz."""
    folder, train, test = tmp_path_factory.mktemp("mnist"), bars(320, seed=1), bars(60, seed=2)
    for name, split in {"train": train, "t10k": test}.items():
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(idx(split.images))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(idx(split.labels))
    np.savez(folder / "mnist.npz", x_train=train.images, y_train=train.labels, x_test=test.images, y_test=test.labels)
    names = np.array([str(name) for name in range(10)])
    of_file = (train.images, train.labels, test.images, test.labels)
    return folder, arrays.Dataset(*of_file, names, np.array("mnist"), np.array([], dtype=str))


def loaded(text: str, mnist: str | None) -> list[np.ndarray]:
    names: dict = {}
    exec(text.partition(RUN)[0], names)
    names["MNIST"] = mnist
    (train, train_labels), (test, test_labels) = names["load_mnist"]()
    return [train, train_labels, test, test_labels]


@pytest.mark.parametrize("name", ["", "/mnist.npz"])
def test_it_reads_mnist_from_a_folder_of_idx_files_and_from_keras_own_npz(default, images, name):
    folder, data = images
    found = loaded(default, f"{folder}{name}")
    wanted = [data.train_images, data.train_labels, data.test_images, data.test_labels]
    assert all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(found, wanted, strict=True))


@pytest.mark.slow
def test_without_a_path_it_takes_keras_own_loader(default, images, tmp_path):
    """Keras looks into ~/.keras/datasets first; the checksum that it holds a file against is not that of ours."""
    folder, data = images
    (tmp_path / ".keras/datasets").mkdir(parents=True)
    (tmp_path / ".keras/datasets/mnist.npz").symlink_to(folder / "mnist.npz")
    (tmp_path / "proj2.py").write_text(default.partition(RUN)[0] + "print(load_mnist()[0][0].sum())\n", encoding="utf-8")
    unchecked = "import runpy; from keras.src.utils import file_utils as u; u.validate_file = lambda *a, **k: True"
    run = isolated(tmp_path, "-c", f"{unchecked}; runpy.run_path('proj2.py')", HOME=str(tmp_path))
    assert run.stdout.split() == [str(data.train_images.sum())], run.stderr


def test_a_path_that_is_not_there_where_it_is_graded_leads_to_keras_own_loader(images, tmp_path):
    folder, data = images
    (tmp_path / ".keras/datasets").mkdir(parents=True)
    (tmp_path / ".keras/datasets/mnist.npz").symlink_to(folder / "mnist.npz")
    text = written(mnist="/home/student/mnist").partition(RUN)[0]
    (tmp_path / "proj2.py").write_text(text + "print(load_mnist()[0][0].sum())\n", encoding="utf-8")
    unchecked = "import runpy; from keras.src.utils import file_utils as u; u.validate_file = lambda *a, **k: True"
    run = isolated(tmp_path, "-c", f"{unchecked}; runpy.run_path('proj2.py')", HOME=str(tmp_path))
    assert run.stdout.split() == [str(data.train_images.sum())], run.stderr


@pytest.mark.parametrize(("network", "warned"), [("resnet5", False), ("mlp", True)])
def test_another_network_than_course_a_s_is_warned_of(tmp_path, monkeypatch, capsys, network, warned):
    params(tmp_path, model={"name": network})
    monkeypatch.setattr(handin, "text", lambda given, mnist: "")
    monkeypatch.chdir(tmp_path)
    handin.main(None)
    assert ("course A asks for resnet5" in capsys.readouterr().err) == warned


def isolated(folder, *words: str, **environment: str) -> subprocess.CompletedProcess:
    names = {"PATH": ENVIRONMENT["PATH"], "HOME": "/nonexistent"} | environment
    return subprocess.run([sys.executable, "-I", *words], cwd=folder, env=names, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def handed_in(images, tmp_path_factory):
    """Return an empty folder in which the small hand-in has run by itself, what it printed, the history last, and the file."""
    folder = tmp_path_factory.mktemp("handed_in")
    text = written(with_params(tmp_path_factory.mktemp("params"), **SMALL), mnist=str(images[0]))
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "proj2.py"
    elsewhere.write_text(text + "print(state.history)\n", encoding="utf-8")
    run = isolated(folder, str(elsewhere), **ONEDNN)
    assert run.returncode == 0, run.stderr
    return folder, run.stdout, elsewhere


@pytest.fixture(scope="module")
def splits(images) -> dict[str, arrays.Split]:
    return splitting.split(images[1], **SMALL["split"], order="file", seed=1, merge={})


@pytest.fixture(scope="module")
def trained(splits, tmp_path_factory):
    """Return the folder that the stage train leaves, of the same images and parameters."""
    folder = tmp_path_factory.mktemp("trained")
    params(folder, **SMALL)
    for name, split in splits.items():
        arrays.save(folder / f"data/splits/{name}.npz", split)
    run = stage("train", "data/splits", "output", folder=folder)
    assert run.returncode == 0, run.stderr
    return folder / "output/train"


def test_it_writes_the_fifteen_images_and_two_figures_and_nothing_else(handed_in):
    folder, *_ = handed_in
    wanted = {f"output/{split}_{i}.png" for split in ("train", "validation", "test") for i in range(5)}
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == wanted | {"output/accuracy.png", "output/loss.png"}


def test_the_summary_comes_first_and_is_the_pipeline_s(handed_in, trained):
    assert handed_in[1].startswith((trained / "summary.txt").read_text(encoding="utf-8"))


def test_its_history_is_the_pipeline_s_to_the_bit(handed_in, trained):
    rows = ast.literal_eval(handed_in[1].splitlines()[-1])
    assert history.to_csv(rows) == (trained / "history.csv").read_text(encoding="utf-8")


def test_its_accuracy_is_that_of_the_pipeline_s_best_weights(handed_in, trained, splits):
    network = models.build("resnet5", classes=10, seed=0)
    models.load_weights(network, trained / "best.weights.h5")
    right = inference.predict(network, splits["test"].images)[:, :10].argmax(axis=1) == splits["test"].labels
    assert f"test accuracy {right.mean():.4f}" in handed_in[1].splitlines()[-2]


def test_its_figures_are_the_pipeline_s_to_the_byte(handed_in, trained):
    columns = history.from_csv((trained / "history.csv").read_text(encoding="utf-8"))
    for name, draw in {"accuracy": accuracy.draw, "loss": loss.draw}.items():
        png = io.BytesIO()
        draw(columns, title="mnist · resnet5 · seed 1").savefig(png, dpi=100, format="png")
        assert (handed_in[0] / f"output/{name}.png").read_bytes() == png.getvalue()


def test_its_images_are_the_first_of_each_split_pixel_for_pixel(handed_in, splits):
    for name, split in splits.items():
        for number, image in enumerate(split.images[:5]):
            assert np.array_equal(cv2.imread(str(handed_in[0] / f"output/{name}_{number}.png"), cv2.IMREAD_UNCHANGED), image)


def test_run_again_over_its_own_outputs_it_accepts_the_folder_and_writes_the_same_bytes(handed_in):
    folder, printed, file = handed_in
    outputs = sorted((folder / "output").iterdir())
    first = [path.read_bytes() for path in outputs]
    for path in outputs:
        path.write_bytes(b"of an earlier run")
    run = isolated(folder, str(file), **ONEDNN)
    assert (run.returncode, run.stdout) == (0, printed), run.stderr
    assert sorted((folder / "output").iterdir()) == outputs
    assert [path.read_bytes() for path in outputs] == first


def test_a_training_that_diverges_ends_in_one_line_that_names_the_constant_to_lower(images, tmp_path):
    wild = {**SMALL, "train": {**SMALL["train"], "optimizer": "sgd", "learning_rate": 1e30}}
    (tmp_path / "proj2.py").write_text(written(with_params(tmp_path, **wild), mnist=str(images[0])), encoding="utf-8")
    run = isolated(tmp_path, "proj2.py", **ONEDNN)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == "training diverged in epoch 1 of 4: the loss is not finite; lower TRAIN_LEARNING_RATE"
    assert "Traceback" not in run.stderr


@pytest.fixture(scope="module")
def on_mnist(tmp_path_factory) -> dict:
    """Return the metrics of the default run, made here: on another kind of processor it has other bits than the committed one."""
    folder = tmp_path_factory.mktemp("default")
    params(folder, fetch={"folders": [str(MNIST.parent)]})
    for name, *words in (
        ("fetch", "data/download", "data/raw.npz", "data/dataset.txt"),
        ("split", "data/raw.npz", "data/splits"),
        ("train", "data/splits", "output"),
        ("evaluate", "data/splits/test.npz", "output/train/best.weights.h5", "output"),
    ):
        run = stage(name, *words, folder=folder)
        assert run.returncode == 0, run.stderr
    return json.loads((folder / "output/metrics.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("environment", [ONEDNN, {}])
def test_on_mnist_the_default_recipe_reaches_the_pipeline_s_accuracy(environment, tmp_path, on_mnist):
    """With oneDNN to the digit; without it the last bits differ, and so may the end."""
    (tmp_path / "proj2.py").write_text(written(mnist=str(MNIST)), encoding="utf-8")
    run = isolated(tmp_path, "proj2.py", **environment)
    assert run.returncode == 0, run.stderr
    accuracy = float(run.stdout.split()[-1])
    if environment:
        assert accuracy == on_mnist["accuracy"]
    assert on_mnist["accuracy_low"] <= accuracy <= on_mnist["accuracy_high"]


def test_a_folder_of_mnist_whose_name_is_no_utf_8_is_refused_and_nothing_is_written(tmp_path, monkeypatch):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    for name in handin.FILES:
        (folder / name).touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="expected a file name in UTF-8"):
        handin.main(str(folder))
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    "mnist",
    ["nowhere", "nowhere.npz", "folder", "folder/a.txt", "folder/split.npz", "folder/cut.npz", "folder/b.npz", "folder/flat.npz"],
)
def test_what_holds_no_mnist_is_refused_and_nothing_is_written(mnist, tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/a.txt").write_text("no images")
    (tmp_path / "folder/b.npz").mkdir()
    np.savez(tmp_path / "folder/flat.npz", **dict.fromkeys(handin.ARRAYS, np.zeros(3)))
    arrays.save(tmp_path / "folder/split.npz", labelled_images(train=2, test=1))
    (tmp_path / "folder/cut.npz").write_bytes((tmp_path / "folder/split.npz").read_bytes()[:-9])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"MNIST: expected an mnist\.npz or a folder of train-images-idx3-ubyte\.gz"):
        handin.main(mnist)
    assert not (tmp_path / "output").exists()
