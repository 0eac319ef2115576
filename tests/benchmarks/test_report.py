"""The page is made of the JSON alone, and two of them are compared."""

import json
import subprocess
import sys
from copy import deepcopy

import pytest

from benchmarks import compare, report, summary
from tests.worlds import ROOT


def way(*seconds: float, failed: str = "") -> dict:
    return {"first": 9.0, "seconds": list(seconds), "peak_megabytes": 700, "failed": failed, "accuracy": 0.9}


def network(**ways: dict) -> dict:
    return {"images": 1000, "parameters": 5, "flop_per_image": 2_000_000, "product_gflops": [100.0, 100.0], "ways": ways}


FOUND = {
    "about": {
        "date": "2026-01-02", "command": "python -m benchmarks", "commit": "abc", "edited": False, "quick": False, "load": 0.1,
        "threads": 2, "machine": {"processor": "P", "cores": 2, "system": "S", "memory_gigabytes": 8},
        "software": {"python": "3", "tensorflow": "2", "oneDNN": "1", "dvc": "3"},
    },
    "epochs": {
        "rounds": 3, "batch_size": 100, "learning_rate": 0.001,
        "networks": {
            "mlp": network(
                loop=way(0.1, 0.1, 0.2), fit=way(0.2, 0.4, 0.2), fit_jit=way(0.3, 0.3, 0.3), torch=way(0.11, 0.12, 0.22)
            ),
            "lenet": network(loop=way(1, 1, 1), fit=way(8, 8, 8), fit_jit=way(failed="out of memory")),
        },
    },
    "steps": {
        "batch_size": 100,
        "networks": {"mlp": {"step": 1.25, "matrix products": 1.0, "optimizer": 0.5, "all else": 0.02}},
    },
    "pipeline": {
        "pipelines": 3,
        "no_op": {"ours": [1.1, 1.1, 1.3], "empty": [1.0, 1.0, 1.0]},
        "replot": {"seconds": [3.0, 4.0, 5.0], "stages": ["plot"]},
        "default_run": {
            "dataset": "mnist", "epochs": 100, "total": 50.0, "set_up": 3.0, "imports": 9.0, "training": 30.0, "rest": 8.0,
            "stages": {"train": 40.0, "plot": 6.0, "symbols": 1.0}, "stage_imports": {"train": 5.0, "plot": 3.5, "symbols": 0.5},
            "beyond": [18.0, 20.0, 25.0],
        },
    },
    "study": {"variations": 12, "workers": 2, "seconds": 120.0},
    "accuracy_for_time": {
        "slow": {"images": 5000, "seconds_per_epoch": [5.0, 6.0, 7.0], "batch_size": 50, "of_images": 55000, "epochs": 18},
        "missing": "MNIST was not in reach, and strokes is another task",
    },
}  # fmt: skip


def page_in_a_line(found: dict) -> str:
    return report.page(found).replace("\n", " ")


@pytest.mark.parametrize("line", [
    "| mlp | 1,000 | 0.100 | 0.200 | 0.300 | 0.120 |",
    "| mlp | 2.00 (1.00–4.00) | 3.00 (1.50–3.00) | 1.10 (1.10–1.20) |",
    "| lenet | 8.00 (8.00–8.00) |  |  |",
    "| Keras `fit` | 2 | 4.00 | 2.00, mlp | 8.00, lenet |",
    "| the faster of PyTorch plain and channels-last, on resnet5, mlp, lenet, recognition | 1 | 1.10 | 1.10, mlp | 1.10, mlp |",
    "| lenet | 0.90 | 0.90 |  |  |",
    "DVC reads 3 of the repository's dvc.yaml files in ours each time. Neither project is in Git.",
    "| mlp | 20 % | 10 % | 7 % | 17 % |",
    "| mlp | 1.2 | matrix products 66 %, optimizer 33 % |",
    "`fit`, `jit_compile` failed on lenet: out of memory",
    "PyTorch is left out: it is not installed (the extra `bench`).",
    "| another plot.dpi, which runs plot | 4.00 |",
    "Beyond training: 20.0 s (18.0–25.0); the aim is 15. Without symbols, which course A's project does not need: 19.0 s.",
    "The other recipes' rows are left out: MNIST was not in reach, and strokes is another task.",
])  # fmt: skip
def test_the_page_says(line):
    assert line in report.page(FOUND).splitlines()


def test_the_fastest_of_each_package_is_compared_beside_those_that_the_aims_name():
    found = deepcopy(FOUND)
    found["epochs"]["networks"]["mlp"]["ways"] |= {"fit_steps": way(0.15, 0.15, 0.3), "torch_fused": way(0.1, 0.11, 0.2)}
    lines = report.page(found).splitlines()
    assert "| Keras `fit` | 2 | 4.00 | 2.00, mlp | 8.00, lenet |" in lines
    assert "| the fastest of Keras `fit`'s ways | 2 | 3.46 | 1.50, mlp | 8.00, lenet |" in lines
    assert "| the faster of PyTorch plain and channels-last | 1 | 1.10 | 1.10, mlp | 1.10, mlp |" in lines
    assert "| the fastest of PyTorch's ways | 1 | 1.00 | 1.00, mlp | 1.00, mlp |" in lines


def test_the_page_says_what_fit_does_once_an_epoch():
    assert (
        "done once in it, however long it is (measured apart, on an AMD EPYC): here 15 % of mlp's and 0 % of lenet's"
        in page_in_a_line(FOUND)
    )
    few = deepcopy(FOUND)
    for each in few["epochs"]["networks"].values():
        each["images"] = 200
    assert "done once in it" not in page_in_a_line(few)


def test_the_page_says_which_of_several_default_runs_it_shows():
    assert "100 epochs, the median of 3 by what was beyond training." in report.page(FOUND)


def test_the_slow_recipe_s_time_is_that_of_all_its_images_and_epochs():
    assert "66.0 s an epoch of 55,000 images" in report.page(FOUND)
    assert "its 18 epochs take 1188 s" in page_in_a_line(FOUND)


@pytest.mark.parametrize(("name", "share"), [("fast", 60), ("fastest", 100)])
def test_a_fast_recipe_s_time_is_set_against_it(name, share):
    found = deepcopy(FOUND)
    run = {"seed": 1, "dataset": "mnist", "accuracy": 0.993, "gradient_seconds": 11.88, "training_seconds": 19.8}
    found["accuracy_for_time"] = {"slow": FOUND["accuracy_for_time"]["slow"], name: [run]}
    page = report.page(found)
    assert "| seed 1 | 0.9930 | 11.9 | 100 | 19.8 | 60 |" in page.splitlines()
    assert f"0.9925, the mean of 5 seeds, in one part of {share} of LeNet's time." in page.replace("\n", " ")


def test_a_seed_that_failed_is_named_and_leaves_the_others():
    found = deepcopy(FOUND)
    run = {"seed": 1, "dataset": "mnist", "accuracy": 0.993, "gradient_seconds": 11.88, "training_seconds": 19.8}
    failed = {"seed": 2, "failed": "out of memory"}
    found["accuracy_for_time"] = {"slow": FOUND["accuracy_for_time"]["slow"], "fast": [run, failed], "fastest": [failed]}
    page = page_in_a_line(found)
    assert "Mean test accuracy of 1 seed on mnist: 0.9930." in page
    assert "Seed 2 failed: out of memory." in page
    assert "recipes/fastest.yaml: Seed 2 failed: out of memory." in page
    assert "recipes/fast.yaml, gradient updates, s" in compare.figures(found)
    assert "recipes/fastest.yaml, gradient updates, s" not in compare.figures(found)


def test_a_yardstick_that_failed_leaves_the_seconds():
    found = deepcopy(FOUND)
    found["epochs"]["networks"]["mlp"] |= {"product_gflops": [], "yardstick_failed": "killed"}
    page = report.page(found)
    assert "| mlp | 1,000 | 0.100 | 0.200 | 0.300 | 0.120 |" in page.splitlines()
    assert "The yardstick failed on mlp: killed" in page.splitlines()
    assert "mlp: loop, ms an image" in compare.figures(found)
    found["epochs"]["networks"]["lenet"]["product_gflops"] = []
    assert "in turn with the rest, failed." in page_in_a_line(found)


def test_the_page_says_that_the_machine_was_busy():
    found = deepcopy(FOUND)
    assert "Something else may have computed" not in report.page(found)
    found["about"]["load"] = 1.5
    assert "**Something else may have computed beside it: a quiet machine's load is below 0.3.**" in report.page(found)


def test_a_part_that_failed_or_was_not_measured_leaves_the_others():
    text = report.page({"about": FOUND["about"], "study": {"failed": "Clone: no Git"}})
    assert "The part study failed: Clone: no Git" in text
    assert "Seconds per epoch" not in text


def test_the_committed_page_is_made_of_the_committed_figures():
    path = ROOT / "benchmarks/results.json"
    if not path.exists():
        pytest.skip("no results are committed yet: `make bench`")
    page = report.page(json.loads(path.read_text(encoding="utf-8")))
    assert page == path.with_suffix(".md").read_text(encoding="utf-8"), "run `python -m benchmarks.report`"


def test_the_readme_s_table_is_made_of_the_committed_figures():
    block = summary.block(report.read(ROOT / "benchmarks/results.json"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert report.BEGIN + block + report.END in readme, "run `python -m benchmarks.report`"


@pytest.mark.parametrize("row", [
    "| an epoch: times as fast as Keras `fit` | 4.00, the geometric mean of 2; 2.00 (mlp) to 8.00 (lenet) | 1.3, each 1.1 | yes |",
    "| an epoch: times as fast as the faster of PyTorch plain and channels-last"
    " | 1.10, the geometric mean of 1; 1.10 (mlp) to 1.10 (mlp) |  |  |",
    "| an epoch: times as fast as the faster of PyTorch plain and channels-last, on resnet5, mlp, lenet, recognition"
    " | 1.10, the geometric mean of 1; 1.10 (mlp) to 1.10 (mlp) | 1.3, each 1.1 | no |",
    "| recipes/fast.yaml: test accuracy for time"
    " | 0.9925 on mnist (2 of 5 seeds), in 1/30 to 1/60 of LeNet's 1188 s under Keras `fit` | 0.9925 in 1/60 | no |",
    "| recipes/fastest.yaml: test accuracy for time"
    " | 0.9930 on mnist (5 of 5 seeds), in 1/119 to 1/119 of LeNet's 1188 s under Keras `fit` | 0.9925 in 1/100 | yes |",
    "| the default run beyond its training | 20.0 s (18.0–25.0) | 15 s | no |",
    "| `dvc repro` with nothing to do: times as long as six empty stages | 1.10 (1.10–1.30) | 1.1 | yes |",
])  # fmt: skip
def test_the_readme_s_table_says(row):
    found = deepcopy(FOUND)
    run = {"dataset": "mnist", "gradient_seconds": 11.88}
    runs = [
        {"seed": 1, "accuracy": 0.992, "training_seconds": 19.8} | run,
        {"seed": 2, "accuracy": 0.993, "training_seconds": 39.6} | run,
    ]
    found["accuracy_for_time"] = {
        "slow": FOUND["accuracy_for_time"]["slow"],
        "fast": [*runs, {"seed": 3, "failed": "killed"}],
        "fastest": [{"seed": seed, "accuracy": 0.993, "training_seconds": 10.0} | run for seed in range(5)],
    }
    lines = summary.block(found).splitlines()
    assert row in lines
    assert lines[0] == "P, 2 cores, load 0.1, 2026-01-02, commit abc."


def reached(found: dict, what: str) -> str:
    return next(line for line in summary.block(found).splitlines() if line.startswith(f"| {what}")).split(" | ")[-1].strip(" |")


def test_an_aim_of_each_network_is_not_reached_by_their_mean():
    found = deepcopy(FOUND)
    assert reached(found, "an epoch: times as fast as Keras `fit`") == "yes"
    found["epochs"]["networks"]["mlp"]["ways"]["fit"] = way(0.105, 0.105, 0.21)
    assert reached(found, "an epoch: times as fast as Keras `fit`") == "no"


@pytest.mark.parametrize(
    ("accuracies", "seconds", "said"),
    [([0.9925] * 5, 19.8, "yes"), ([0.9925] * 4, 19.8, "no"), ([0.992] * 5, 19.8, "no"), ([0.9925] * 5, 19.9, "no")],
)
def test_a_fast_recipe_s_aim_is_of_five_seeds_an_accuracy_and_a_time(accuracies, seconds, said):
    run = {"dataset": "mnist", "gradient_seconds": 1.0, "training_seconds": seconds}
    found = FOUND | {"accuracy_for_time": FOUND["accuracy_for_time"] | {"fast": [run | {"accuracy": each} for each in accuracies]}}
    assert reached(found, "recipes/fast.yaml") == said


@pytest.mark.parametrize(("total", "empty", "said"), [(45.0, 1.0, ("yes", "yes")), (45.1, 0.9, ("no", "no"))])
def test_the_pipeline_s_aims_are_reached_at_their_figures(total, empty, said):
    pipeline = deepcopy(FOUND["pipeline"])
    pipeline["default_run"]["total"] = total
    pipeline["no_op"]["empty"] = [empty] * 3
    found = FOUND | {"pipeline": pipeline}
    assert (reached(found, "the default run"), reached(found, "`dvc repro` with nothing")) == said


def test_without_pytorch_the_readme_s_table_says_that_its_aim_was_not_measured():
    found = deepcopy(FOUND)
    del found["epochs"]["networks"]["mlp"]["ways"]["torch"]
    of = "the faster of PyTorch plain and channels-last, on resnet5, mlp, lenet, recognition"
    assert f"| an epoch: times as fast as {of} | not measured | 1.3, each 1.1 |  |" in summary.block(found).splitlines()


def test_the_readme_s_table_says_that_the_machine_was_busy_and_the_code_edited():
    about = FOUND["about"] | {"load": 1.5, "edited": True}
    head = summary.block(FOUND | {"about": about}).partition("\n\n")[0].replace("\n", " ")
    assert head.endswith("commit abc with edits. Something else may have computed beside it: a quiet machine's load is below 0.3.")


def test_the_readme_s_table_leaves_out_what_was_not_measured():
    assert "fast.yaml" not in summary.block(FOUND)
    assert "nothing to do" not in summary.block(FOUND | {"pipeline": {"failed": "killed"}})
    assert summary.block({"about": FOUND["about"]}).splitlines()[-1].startswith("| ---")


def written(folder, name: str, found: dict):
    (folder / name).write_text(json.dumps(found))
    return folder / name


def compared(*paths) -> subprocess.CompletedProcess:
    words = [sys.executable, "-m", "benchmarks.compare", *map(str, paths)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_two_commits_are_compared(tmp_path):
    faster = deepcopy(FOUND)
    faster["about"]["commit"] = "def"
    faster["about"]["threads"] = 4
    faster["epochs"]["networks"]["mlp"]["ways"]["loop"] = way(0.05, 0.05, 0.05)
    run = compared(written(tmp_path, "old.json", FOUND), written(tmp_path, "new.json", faster))
    assert "| figure | abc, 2026-01-02 | def, 2026-01-02 | new / old |" in run.stdout
    assert "| mlp: loop, ms an image | 0.1 | 0.05 | 0.500 |" in run.stdout
    assert "| our loop, geometric mean of 2 networks |  |  | 0.707 |" in run.stdout
    assert "Not the same threads: 2 and 4." in run.stdout


def test_another_machine_of_the_same_name_and_a_busy_one_are_told_from_a_change(tmp_path):
    other = deepcopy(FOUND)
    other["about"]["load"] = 1.5
    for each in other["epochs"]["networks"].values():
        each["product_gflops"] = [50.0, 50.0]
    said = compared(written(tmp_path, "old.json", FOUND), written(tmp_path, "new.json", other)).stdout
    assert "The yardstick itself went from 100 to 50 GFLOP/s: another machine." in said
    assert "Not both on a quiet machine: load 0.1 and 1.5 at the start." in said
    assert "| fit over our loop of the same run, geometric mean of 2 networks | 4.000 | 4.000 | 1.000 |" in said
    same = compared(tmp_path / "old.json", tmp_path / "old.json").stdout
    assert "yardstick" not in same
    assert "quiet" not in same


def test_networks_that_one_of_the_two_has_not_measured_count_in_no_mean(tmp_path):
    fewer = deepcopy(FOUND)
    del fewer["epochs"]["networks"]["lenet"]
    said = compared(written(tmp_path, "old.json", FOUND), written(tmp_path, "new.json", fewer)).stdout
    assert "| fit over our loop of the same run, geometric mean of 1 networks | 2.000 | 2.000 | 1.000 |" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "is not there"), ("{", "is no results.json"), ("{}", "is no results"), ('{"epochs": 1}', "is no results")],
)
def test_what_is_no_results_json_is_one_line(tmp_path, text, said):
    path = tmp_path / "new.json"
    if text:
        path.write_text(text)
    run = compared(written(tmp_path, "old.json", FOUND), path)
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
    assert said in run.stderr


def test_every_figure_compared_is_above_zero():
    assert min(compare.figures(FOUND).values()) > 0


def test_memory_is_compared_too():
    assert compare.figures(FOUND)["mlp: fit, MB at most"] == 700
