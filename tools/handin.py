"""`make handin`: what params.yaml asks for as one Python file that imports TensorFlow, NumPy, Matplotlib and OpenCV.

output/handin/proj2.py is tools/proj2.py with what it uses of the project written into it. `make handin MNIST=path` says where the
images are: an mnist.npz as Keras has it, or a folder of MNIST's four files.
"""

import ast
import inspect
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from digits import arrays, datasets, models, params
from digits.errors import UserError, shown
from digits.folders import refuse_unwritable
from digits.stage import finish, warn
from digits.writing import write_text
from tools import parameters, proj2
from tools.bundle import Bundle, Plan
from tools.sources import Module, Outside, loaded
from tools.specialise import Record

MAIN = "tools.proj2"
COURSE_A = "resnet5"  # the network that its project asks for
FILES = [file.name for file in datasets.MNIST.files.values()]
ARRAYS = {"x_train": 3, "y_train": 1, "x_test": 3, "y_test": 1}  # of the mnist.npz that Keras downloads, and their dimensions
MOST = {"train": 60_000, "test": 10_000}  # images that keras.datasets.mnist has
# The order of the file, and each part's heading.
PARTS = {
    "digits.compute": "The same bits in every run",
    "digits.layers": "Keras' layers, made faster",
    "network": "The network",
    "digits.summary": "The network's layers as a table",
    "digits.losses": "The log loss",
    "digits.inference": "Images into the network, probabilities out",
    "digits.augmentation": "Training images moved about, another way each epoch",
    "digits.schedules": "The learning rate of every step",
    "digits.optimizers": "The optimizer",
    "digits.training": "The training loop",
    "digits.evaluation": "What the network says of the classes",
    "digits.figures.looks": "What both figures share",
    "digits.figures.by_epoch": "Lines over epochs",
    "digits.figures.accuracy": "The accuracy figure",
    "digits.figures.loss": "The loss figure",
    MAIN: "MNIST, and what is printed of an epoch",
}
IMPORTS = {
    Outside("cv2", None): "import cv2",
    Outside("numpy", None): "import numpy as np",
    Outside("tensorflow", None): "import tensorflow as tf",
}
OF_KERAS = {Outside("keras", None): "keras = tf.keras", Outside("keras", "layers"): "layers = tf.keras.layers"}
ABOUT = """Project 2, deep digit image recognition: train {network} on MNIST with a loop of its own, and draw how it went.

It needs TensorFlow 2.16 or later (with Keras 3), NumPy, OpenCV and Matplotlib, and nothing else: python proj2.py
The folder "output" gets the first five images of each split, accuracy.png and loss.png.

The same machine gives the same figures each time. Processors round in different ways, and so may another machine end at another
accuracy, as another seed would. TensorFlow's oneDNN kernels count as another machine: TF_ENABLE_ONEDNN_OPTS=1 python proj2.py
"""
# By module: what stands there, exactly once, and what stands in the file instead. Left out is what serves an interrupted run, the
# progress bar, several replicas, many updates in one call, and a process that trains one network many times.
REWRITTEN = {
    "digits.training": [
        ("    epochs: int = 0  # finished\n", ""),
        (
            "    variables: list[np.ndarray] = field(default_factory=list)"
            "  # the network's, with Dropout's seed states, then the optimizer's\n",
            "",
        ),
        ("    variables = [*network.variables, *optimizer.variables]\n", ""),
        (
            "    for variable, value in zip(variables, state.variables, strict=bool(state.variables)):\n"
            "        variable.assign(value)\n",
            "",
        ),
        ("    distribution.set_up(network)\n", ""),
        ("    update = _compiled_step(", "    step = _compiled_step("),
        (
            "    step = calls.Together(distribution.on_each_replica(update))  # many updates a call, the last by `finish`\n",
            "",
        ),
        ("range(state.epochs, num_epochs)", "range(num_epochs)"),
        ("        began = time.perf_counter()\n", ""),
        ("            updated = step(", "            step("),
        ("            watcher.updated(updated)\n        watcher.updated(step.finish())\n", ""),
        ("        seconds = time.perf_counter() - began\n", ""),
        ("network=network, variables=variables)", "network=network)"),
        ("watcher.epoch_done(state, seconds=seconds)", "print(epoch_line(row), flush=True)"),
        ("@functools.lru_cache(maxsize=KEPT)\ndef _compiled_step", "def _compiled_step"),
        ("@functools.lru_cache(maxsize=KEPT)\ndef _compiled_measure", "def _compiled_measure"),
        ("        rows, share = distribution.part_of(rows)\n", ""),
        ("            loss *= share  # the optimizer sums the replicas' gradients, and their shares sum to 1\n", ""),
        ("        epochs=len(history),\n", ""),
        ("        variables=[variable.numpy() for variable in variables],\n", ""),
        ("raise Diverged(", "raise SystemExit("),
        ("Raises Diverged after", "Exits after"),
        ("lower train.learning_rate", "lower TRAIN_LEARNING_RATE"),
    ],
    "digits.layers": [(" (decision 21)", "")],
    "digits.inference": [
        (" (decisions 16 and 22 have the others)", ""),
        ("@functools.lru_cache(maxsize=KEPT)\ndef _compiled_forward", "def _compiled_forward"),
    ],
    "digits.models.resnet5": [("; `copies_apart: true` mends it by one, permute after reshape_1.", ".")],
    "digits.figures.looks": [('textwrap.wrap(title, width=96) or [""]', "[title]")],
}

NO_NORMS = (  # where no parts of a batch meet at a batch norm, in digits.inference
    "    if training and any(isinstance(layer, keras.layers.BatchNormalization) for layer in network.layers):\n"
    "        outputs = _meeting(network, batch, sizes)\n"
    "    else:\n"
    "        outputs = [network(part, training=training) for part in batch]\n",
    "    outputs = [network(part, training=training) for part in batch]\n",
)


@dataclass(frozen=True)
class Constant:
    """A parameter as the file has it."""

    value: Any
    comment: str


def constants(text: str) -> dict[str, dict[str, Constant]]:
    """Return the parameters of proj2's main that params.yaml's `text` gives, by section and key; of networks, its network's own."""
    document, found = YAML().load(text), {}
    for name, parameter in inspect.signature(proj2.main).parameters.items():
        if name == "networks":
            continue
        section = params.read(parameter.annotation, name, text)
        found[name] = {key: Constant(worth, _comment(document[name], key)) for key, worth in vars(section).items()}
    network = found["model"]["name"].value
    sizes = models.sizes_of(network, params.read_section("networks", text))
    found["networks"] = {key: Constant(worth, _comment(document["networks"][network], key)) for key, worth in sizes.items()}
    _refuse(text, found)
    return found


def _comment(section: Any, key: str) -> str:
    tokens = section.ca.items.get(key)
    return tokens[2].value.splitlines()[0].lstrip("# ") if tokens and tokens[2] else ""


def _refuse(text: str, found: dict[str, dict[str, Constant]]) -> None:
    """Raise UserError for what course A's file cannot be, and what the network cannot be."""
    fetch, split = params.read_section("fetch", text), found["split"]
    if fetch.get("dataset") != "mnist":
        raise UserError(
            f"params.yaml: fetch.dataset: expected mnist, the one a hand-in loads; received {shown(fetch.get('dataset'))}"
        )
    for section, key, wanted in (("split", "order", "file"), ("split", "merge", {}), ("train", "measured", "all")):
        if (received := found[section][key].value) != wanted:
            raise UserError(f"params.yaml: {section}.{key}: expected {wanted}, as a hand-in has it; received {shown(received)}")
    for key in ("train", "validation", "test"):
        if split[key].value < 5:
            raise UserError(f"params.yaml: split.{key}: expected at least 5, which a hand-in saves; received {split[key].value}")
    if (asked := split["train"].value + split["validation"].value) > MOST["train"]:
        raise UserError(f"params.yaml: split.train + split.validation: expected at most {MOST['train']}; received {asked}")
    if split["test"].value > MOST["test"]:
        raise UserError(f"params.yaml: split.test: expected at most {MOST['test']}; received {split['test'].value}")
    sizes = {key: constant.value for key, constant in found["networks"].items()}
    models.build(found["model"]["name"].value, classes=proj2.CLASSES, seed=0, **sizes)


def plan(given: dict[str, dict[str, Constant]], *, mnist: str | None) -> Plan:
    """Return what to bundle: proj2's main with the given parameters as constants, its network named."""
    network = given["model"]["name"].value
    prefix = {section: section.upper() for section in given} | {"networks": network.upper()}
    sizes = "".join(f"{key}=networks.{key}, " for key in given["networks"])
    records = {section: Record({key: f"{prefix[section]}_{key.upper()}" for key in keys}) for section, keys in given.items()}
    build = "models.build(model.name, classes=CLASSES, seed=train.seed, **models.sizes_of(model.name, networks))"
    own = [
        (build, f"network_file.build(classes=CLASSES, {sizes}seed=train.seed)"),
        ("in_parts=models.in_parts(model.name)", f"in_parts={models.in_parts(network)}"),
    ]
    forward = REWRITTEN["digits.inference"]
    if not (models.in_parts(network) and "BatchNormalization" in Path(f"digits/models/{network}.py").read_text(encoding="utf-8")):
        forward = [*forward, NO_NORMS]
    own += [("MNIST = None", f"MNIST = {mnist!r}")] if mnist else []
    return Plan(
        root=Path(),
        main=MAIN,
        records=records,
        constants={records[section].constants[key]: each.value for section, keys in given.items() for key, each in keys.items()}
        | {"CLASSES": proj2.CLASSES},
        imports={
            "digits.training": {"epoch_line": Outside(MAIN, "epoch_line")},
            MAIN: {"network_file": Outside(f"digits.models.{network}", None)},
        },
        rewritten=REWRITTEN | {"digits.inference": forward, MAIN: own},
        lines=IMPORTS | OF_KERAS,
    )


def text(given: dict[str, dict[str, Constant]], *, mnist: str | None) -> str:
    """Return the file. Raises UserError if it would need an import that course A does not allow."""
    planned = plan(given, mnist=mnist)
    bundle = Bundle(planned)
    network = f"digits.models.{given['model']['name'].value}"
    parts = {network if part == "network" else part: heading for part, heading in PARTS.items()}
    pieces = sorted(bundle.pieces.values(), key=lambda piece: [*piece.module.definitions].index(piece.name))
    top = [piece for piece in pieces if piece.module.name == MAIN and piece.is_assignment]
    blocks = [
        f'"""{ABOUT.format(network=given["model"]["name"].value)}"""\n',
        _imports(bundle),
        _values(given, planned, bundle),
        "".join(piece.text for piece in top),
    ]
    for module in [*parts, *sorted({piece.module.name for piece in pieces} - parts.keys())]:
        of_module = [piece for piece in pieces if piece.module.name == module and piece not in top and not piece.is_main]
        if of_module:
            blocks.append(_heading(parts.get(module, module)) + (_about(bundle.module(network)) if module == network else ""))
        for piece, before in zip(of_module, [None, *of_module], strict=False):
            together = before and before.is_assignment and piece.is_assignment
            blocks[-1:] = [blocks[-1] + piece.text] if together else [blocks[-1], piece.text]
    blocks += [_heading("The run"), bundle.pieces[MAIN, "main"].text]
    return _formatted(re.sub(r"  # pyright: .*", "", "\n".join(blocks)))


def _imports(bundle: Bundle) -> str:
    always = {Outside(module, None) for module in ("tensorflow", "numpy", "cv2")}
    whole = [line for outside, line in IMPORTS.items() if outside in bundle.imported | always]
    parts: dict[str, set[str]] = {}
    for outside in bundle.imported - OF_KERAS.keys() - IMPORTS.keys():
        parts.setdefault(outside.module, set()).add(outside.name or "")
    some = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(parts.items())]
    short = [line for outside, line in OF_KERAS.items() if outside in bundle.imported]
    return "\n".join([*whole, *some, "", *short, ""])


def _values(given: dict[str, dict[str, Constant]], planned: Plan, bundle: Bundle) -> str:
    read = set().union(*(loaded(ast.parse(piece.text)) for piece in bundle.pieces.values()))
    lines = ["# The parameters, as params.yaml had them"]
    for section, keys in given.items():
        for key, each in keys.items():
            name = planned.records[section].constants[key]
            lines += [f"{name} = {each.value!r}" + (f"  # {each.comment}" if each.comment else "")] if name in read else []
    return "\n".join([*lines, ""])


def _heading(words: str) -> str:
    return f"# ---- {words} ".ljust(132, "-") + "\n"


def _about(module: Module) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in (ast.get_docstring(module.source.tree) or "").splitlines())


def _formatted(text: str) -> str:
    words = ["ruff", "format", "--isolated", "--line-length", "132", "-"]
    run = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    if run.returncode:
        raise ValueError(f"ruff format: {run.stderr}")
    return run.stdout


def _is_mnist(path: Path) -> bool:
    if path.suffix != ".npz":
        return all((path / name).is_file() for name in FILES)
    try:
        held = arrays.read(path)
    except (UserError, OSError):
        return False
    return all(name in held and held[name].ndim == dimensions for name, dimensions in ARRAYS.items())


def main(mnist: str | None) -> None:
    """Write the file."""
    target = Path("output/handin/proj2.py")
    held = None if mnist is None else Path(mnist).resolve()
    if held is not None:
        if not _is_mnist(Path(mnist)):
            raise UserError(f"MNIST: expected an mnist.npz or a folder of {', '.join(FILES)}; {mnist} is none")
        refuse_unwritable(held)
    given = constants(parameters.text())
    write_text(target, text(given, mnist=None if held is None else str(held)))
    network = given["model"]["name"].value
    print(f"{target}: {network}, seed {given['train']['seed'].value}")
    if network != COURSE_A:
        warn(f"course A asks for {COURSE_A}, and this is {network}; `make recipe NAME=course_a` first, to hand it in there")
    if held is not None:
        print(f"it takes MNIST from {held}, and where that is not there from keras.datasets")


if __name__ == "__main__":
    finish(lambda: main(" ".join(sys.argv[1:]) or None))
