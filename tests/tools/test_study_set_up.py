"""What `make study` decides before it trains: what FULL=1 changes, how many workers there are, and by what a run is known."""

import runpy
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import yaml

from digits import studies
from tests.worlds import labelled_images, params, sections_of
from tools import recipe, study

DOCUMENT = {
    "title": "t",
    "base": {"model.name": "softmax", "split.train": 40, "split.validation": 20, "split.test": 20, "train.epochs": 2},
    "full": {"train.epochs": 18},
    "dimensions": {"train.batch_size": [100, 50]},
    "strategy": "grid",
    "seeds": [1],
}


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Return `python -m tools.study tiny` on eight cores, which trains nothing and returns what would have been trained."""

    def run(*options, **base):
        (tmp_path / "studies").mkdir(exist_ok=True)
        (tmp_path / "studies/tiny.yaml").write_text(yaml.safe_dump(DOCUMENT | {"base": DOCUMENT["base"] | base}))
        monkeypatch.setattr(sys, "argv", ["study", "tiny", *options])
        with pytest.raises(SystemExit, match="1"):  # nothing is trained: it is not finished
            runpy.run_module("tools.study", run_name="__main__")
        return asked

    def nothing(*_, **__): ...

    asked = {}
    idle = SimpleNamespace(unfinished=lambda: True, search=nothing, read_test_images=nothing, why_untested="")
    params(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "tools.study")  # runpy warns of a module that is imported already
    monkeypatch.setattr("digits.stage.finish", lambda main: main())
    monkeypatch.setattr("stages.fetch.main", nothing)
    monkeypatch.setattr("digits.arrays.load", lambda *_: labelled_images(train=60, test=20))
    monkeypatch.setattr("digits.timing.machine", lambda: {"cores": 8})
    monkeypatch.setattr("digits.conducting.Conductor", lambda *_: idle)
    monkeypatch.setattr("digits.crew.Crew", lambda *_: SimpleNamespace(size=lambda: 0))
    monkeypatch.setattr("digits.crew.local", lambda *, workers: asked.update(workers=workers) or nullcontext())
    monkeypatch.setattr(
        "tools.proof.write",
        lambda folder, of, _, *, command: asked.update(folder=folder.name, epochs=of.base["train.epochs"], command=command),
    )
    return run


@pytest.mark.parametrize(
    ("options", "folder", "epochs", "again"),
    [((), "tiny", 2, "make study NAME=tiny"), (("--full",), "tiny_full", 18, "make study NAME=tiny FULL=1")],
)
def test_the_full_study_has_the_file_s_section_full_and_a_folder_of_its_own(command, options, folder, epochs, again):
    asked = command(*options)
    assert (asked["folder"], asked["epochs"], asked["command"]) == (folder, epochs, again)


@pytest.mark.parametrize(("threads", "workers"), [(1, 8), (3, 2), (9, 1)])
def test_there_are_as_many_workers_as_the_machine_has_cores_for_their_threads(command, threads, workers):
    assert command(**{"compute.threads": threads})["workers"] == workers


def test_before_it_waits_for_a_scheduler_it_says_so(command, monkeypatch, capsys):
    said = []
    monkeypatch.setattr("digits.crew.client_of", lambda address: nullcontext(said.extend([address, capsys.readouterr().out])))
    command("--scheduler", "tcp://here:8786")
    assert said[0] == "tcp://here:8786"
    assert said[1].startswith("asking for the scheduler at tcp://here:8786")


def read(sections, **changed):
    return studies.read(yaml.safe_dump(DOCUMENT | changed), name="x", sections=sections, recipe=recipe.values, full=False)


@pytest.mark.parametrize(("networks", "in_parts"), [(["mlp", "lenet"], True), (["mlp", "vgg"], False)])
def test_batches_go_through_in_parts_where_all_of_the_study_s_networks_allow_it(networks, in_parts):
    sections = sections_of()
    trained = studies.networks(read(sections, dimensions={"model.name": networks}), sections, recipe.values)
    assert study.in_parts(trained) == in_parts


def test_a_run_is_known_by_its_parameters_data_code_and_the_way_of_its_batches_and_not_by_its_seed(monkeypatch):
    def known(*, images=3, in_parts=True, **changed):
        sections = sections_of(**changed)
        datasets = {study.data_key(sections): labelled_images(train=images, test=2)}
        return study.varier(read(sections), sections, datasets, in_parts=in_parts)((0,)).id

    plain = known()
    assert known(train={"seed": 2}) == plain
    others = [known(train={"learning_rate": 0.5}), known(images=4), known(in_parts=False)]
    monkeypatch.setattr(study, "hash_of_code", lambda network: "changed")
    assert len({plain, *others, known()}) == 5
