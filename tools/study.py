"""`make study NAME=course_b`: train a study's variations and write what they prove.

Reads   studies/NAME.yaml, params.yaml, recipes/, the data set as `stages.fetch` does
Writes  output/studies/NAME/: table.csv, table.md, report.md, *.png; rows/, states/ and tests/ hold the runs, and survive
Run     python -m tools.study course_b [--full] [--scheduler tcp://host:8786]
"""

import functools
import hashlib
import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from digits import arrays, crew, locks, models, splitting, studies, tables, timing
from digits.arrays import Dataset
from digits.conducting import Conductor, Progress, Variation
from digits.errors import UserError, unknown
from digits.runs import Sections
from digits.searching import Point
from digits.shelf import Shelf
from digits.stage import finish, read_text, say, warn
from digits.studies import Study
from digits.variations import Bench
from stages import fetch
from tools import parameters, proof, recipe, settings
from tools.imports import ROOT, project_imports
from tools.words import Parser

FOLDER, OUTPUT = Path("studies"), Path("output/studies")
OF_THE_MACHINE = ("folders", "own", "offline")  # of section fetch: where a data set is found, not which it is
recipe_of = functools.cache(recipe.values)


def main(name: str, *, full: bool, scheduler: str) -> None:
    """Read, check, fetch, search, read the test images, write."""
    params = parameters.sections()
    study = read(name, params, full=full)
    folder = OUTPUT / (f"{name}_full" if full else name)
    with locks.alone(folder / "lock", before_waiting=lambda: warn(f"waiting for another study in {folder}")):
        datasets = fetched(study, params)
        networks = studies.networks(study, params, recipe_of)
        parts = in_parts(networks)
        conductor = Conductor(study, Shelf(folder), varier(study, params, datasets, in_parts=parts), functools.partial(tell, study))
        if conductor.unfinished():
            studies.check(study, params, recipe_of, functools.partial(accept_with, datasets))
            threads = params_at(study, params, study.start)["compute"]["threads"]
            workers = max(1, int(timing.machine()["cores"]) // threads)
            hashes = {network: hash_of_code(network) for network in networks}
            bench = functools.partial(bench_of, hashes, datasets, threads=threads, in_parts=parts)
            if scheduler:
                say(f"asking for the scheduler at {scheduler} and its workers, for {crew.PATIENCE} seconds each at most")
            with crew.client_of(scheduler) if scheduler else crew.local(workers=workers) as client:
                hands = crew.Crew(client, bench)
                most = study.strategy.at_most()
                say(f"{study.title}: at most {most} variations, {len(study.seeds)} seeds, {hands.size()} runs at a time")
                conductor.search(hands)
                conductor.read_test_images(hands)
                if conductor.unfinished():
                    why = f" ({conductor.why_untested})" if conductor.why_untested else ""
                    warn(f"{study.title}: not all runs are trained and tested{why}; the same command goes on with the rest")
        proof.write(folder, study, conductor, command=f"make study NAME={name}{' FULL=1' if full else ''}")
    say(f"{folder}/report.md")
    if conductor.unfinished():
        raise SystemExit(1)  # DVC would take it for done, and not go on


def bench_of(hashes: dict[str, str], datasets: dict[str, Dataset], *, threads: int, in_parts: bool) -> Bench:
    """Return a worker's bench. Raises UserError if the worker has other code of a network than the hash says."""
    if any(hash_of_code(network) != wanted for network, wanted in hashes.items()):
        raise UserError("--scheduler: expected workers started in a clone of the same commit; received one with other code")
    return Bench(datasets, threads=threads, in_parts=in_parts, read=settings.of_a_run)


def read(name: str, params: Sections, *, full: bool) -> Study:
    """Return the checked study `name`; its `full` is checked in any case, so that a mistake there does not wait."""
    known = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "dvc")
    if name not in known:
        raise unknown("NAME", name, known)
    text = read_text(FOLDER / f"{name}.yaml")
    each = {way: studies.read(text, name=name, sections=params, recipe=recipe_of, full=way) for way in (full, not full)}
    for study in each.values():
        studies.check(study, params, recipe_of, settings.accept)
    return each[full]


def in_parts(networks: Iterable[str]) -> bool:
    """Return whether each of a study's networks takes its batches in parts: a worker trains them all with the same threads."""
    return all(map(models.in_parts, networks))


def params_at(study: Study, params: Sections, point: Point) -> Sections:
    """Return params.yaml as it is at a point of the study's space."""
    return studies.with_changes(params, study.changes(point), recipe_of)


def fetched(study: Study, params: Sections) -> dict[str, Dataset]:
    """Return the data sets that the study's variations are of, by the sections that decide them."""
    varied = [
        range(len(dimension.labels)) if any(_decides_data(path) for each in dimension.changes for path in each) else (start,)
        for dimension, start in zip(study.dimensions, study.start, strict=True)
    ]
    found: dict[str, Dataset] = {}
    for point in itertools.product(*varied):
        sections = params_at(study, params, point)
        key = data_key(sections)
        if key not in found:
            raw = OUTPUT / f"data/{hashlib.sha256(key.encode()).hexdigest()[:10]}.npz"
            fetch.main(Path("data/download"), raw, raw.with_suffix(".txt"), **settings.of_its_data(sections))
            found[key] = arrays.load(raw, Dataset)
    return found


def accept_with(datasets: dict[str, Dataset], sections: Sections) -> None:
    """Raise UserError if the data set has too few images for these sections, or more classes than the network has."""
    wanted = settings.of_a_run(sections)
    splits = splitting.split(datasets[data_key(sections)], **vars(wanted.split))
    models.build(wanted.model.name, classes=len(splits["train"].class_names), seed=0, **wanted.sizes)


def data_key(sections: Sections) -> str:
    """Return the same text for sections that make the same data set."""
    return json.dumps([sections[name] for name in settings.OF_ITS_DATA], sort_keys=True)


def code(network: str) -> set[str]:
    """Return the files that decide what a run gives: what digits/variations.py imports, and the network's.

    tools/settings.py and the stages' dataclasses, which a worker has too, check values and change none.
    """
    return project_imports(ROOT / "digits/variations.py") | project_imports(ROOT / f"digits/models/{network}.py")


def hash_of_code(network: str) -> str:
    """Return the hash of that code."""
    return hashlib.sha256(b"".join((ROOT / file).read_bytes() for file in sorted(code(network)))).hexdigest()


def varier(study: Study, params: Sections, datasets: dict[str, Dataset], *, in_parts: bool) -> Callable[[Point], Variation]:
    """Return what gives the variation at a point, known by the hash of its parameters, data, code, and how a batch goes through."""
    hashes = {key: _hash_of_data(data) for key, data in datasets.items()}
    of_code = functools.cache(hash_of_code)

    def vary(point: Point) -> Variation:
        sections = params_at(study, params, point)
        network, data = sections["model"]["name"], data_key(sections)
        kept = {name: sections[name] for name in ("split", "model", "compute", "augment", "train")}
        kept["split"] = kept["split"] | {"merge": splitting.names_in(kept["split"]["merge"])}
        kept["networks"] = {network: sections["networks"][network]}
        without_seed = kept | {"train": {key: value for key, value in kept["train"].items() if key != "seed"}}
        kept |= {name: sections[name] for name in settings.OF_ITS_DATA}
        kept["fetch"] = {key: value for key, value in kept["fetch"].items() if key not in OF_THE_MACHINE}
        counts = json.dumps([without_seed, hashes[data], of_code(network), in_parts], sort_keys=True)
        return Variation(point, hashlib.sha256(counts.encode()).hexdigest()[:10], sections, data, kept)

    return vary


def tell(study: Study, progress: Progress) -> None:
    """Print how far the study is."""
    row = progress.row
    result = f"validation {100 * row.best['validation_accuracy']:.2f} %" if row.finished else f"{row.status}: {row.reason}"
    best = f" · best {100 * progress.best[0]:.2f} % ({tables.place(study, progress.best[1])})" if progress.best else ""
    minutes, seconds = divmod(round(progress.to_go), 60)
    say(
        f"{progress.done} done, {progress.running} running, {progress.left} left{best} · {minutes} min {seconds:02} s to go"
        f" · {tables.place(study, row.values)}, seed {row.seed}: {result}"
    )


def _decides_data(path: str) -> bool:
    return path == studies.RECIPE or path.split(".")[0] in settings.OF_ITS_DATA


def _hash_of_data(data: Dataset) -> str:
    digest = hashlib.sha256()
    for part in (data.train_images, data.train_labels, data.test_images, data.test_labels, data.class_names, data.dataset):
        digest.update(part.tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    parser = Parser(prog="study", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--full", action="store_true", help="with the file's section full over its base")
    parser.add_argument(
        "--scheduler", default="", help="tcp://host:8786, a running Dask scheduler whose workers started in this project"
    )
    words = parser.parse_args()
    finish(lambda: main(words.name, full=words.full, scheduler=words.scheduler))
