"""What a stage imports: DVC must know it, and only stages that run a network may take TensorFlow's second or more."""

import re
import subprocess
import sys
import time

import pytest
import yaml

from tools.imports import ROOT, project_imports

PIPELINES = ("dvc.yaml", "submission/dvc.yaml")
STAGES = {name: stage for file in PIPELINES for name, stage in yaml.safe_load((ROOT / file).read_text())["stages"].items()}
RUN_A_NETWORK = ("train", "evaluate", "submission", "embedding", "filters", "handwriting")
NETWORKS = {f"digits/models/{path.name}" for path in (ROOT / "digits/models").glob("*.py") if path.stem != "__init__"}
OF_NETWORKS = {used for path in NETWORKS for used in project_imports(ROOT / path)} - NETWORKS  # whichever of them is asked for


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_s_deps_are_what_its_script_imports_no_more_and_no_less(name):
    deps = [dep for dep in STAGES[name]["deps"] if dep.endswith(".py")]
    wanted = project_imports(ROOT / f"stages/{name}.py")
    if name in RUN_A_NETWORK:  # imports its network by name
        wanted = (wanted - NETWORKS) | {"digits/models/${model.name}.py"} | OF_NETWORKS
    assert sorted(deps) == sorted(wanted)


@pytest.mark.parametrize("name", STAGES)
def test_a_path_of_the_user_s_may_have_a_blank(name):
    assert '"' not in re.sub(r'"\$\{[\w.]+\}"', "", STAGES[name]["cmd"])
    assert "${" not in re.sub(r'"\$\{[\w.]+\}"', "", STAGES[name]["cmd"])


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_its_script(name):
    assert STAGES[name]["cmd"].split()[:3] == ["python", "-m", f"stages.{name}"]


@pytest.mark.parametrize("name", RUN_A_NETWORK)
def test_keras_brings_no_pyplot_into_a_stage_that_runs_a_network(name):
    script = f"import sys, stages.{name}; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("name", [name for name in STAGES if name not in RUN_A_NETWORK])
def test_a_stage_that_runs_no_network_imports_no_tensorflow_and_starts_in_a_second_and_a_half(name):
    script = f"import sys, stages.{name}; sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras')))"
    seconds = []
    for _ in range(3):  # the machine is shared: the best of three
        began = time.perf_counter()
        assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 1.5
