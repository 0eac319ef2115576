"""A study file becomes a checked Study: what is held, what is varied, how it is searched, and what is expected of it.

    base:                               # over the recipe, over params.yaml
      recipe: lenet
      split.train: 6000
    dimensions:
      train.learning_rate: [0.01, 0.001]          # a parameter of params.yaml and its values
      network:                                    # a name of the study's own: several parameters that change together
        mlp: {recipe: mlp}
        lenet: {recipe: lenet}
    strategy: grid
    seeds: [1, 2, 3]

docs/studies.md has every key.
"""

import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digits.errors import UserError, nearest, one_line, shown
from digits.params import yaml_of
from digits.runs import Sections
from digits.searching import Grid, Halving, LineSearch, Point, Random, Strategy

RECIPE = "recipe"  # the one key of a base or a bundle that is no parameter
KEYS = ("title", "base", "full", "dimensions", "strategy", "seeds", "minutes", "compare", "hypotheses", "printed")
NEEDED = ("title", "base", "dimensions", "strategy", "seeds")
STRATEGIES = {  # the keys each takes besides its name
    "grid": (),
    "line_search": ("variations", "rounds", "order", "seed"),
    "random": ("variations", "seed"),
    "halving": ("variations", "first_epochs", "keep_one_in", "seed"),
}
ORDERS = ("round_robin", "shuffled")
MEASURES = (
    "accuracy",
    "log_loss",
    "seconds_per_epoch",
    "parameters",
)  # what a hypothesis may be about; the first two of validation
EXPECTED = ("higher", "lower", "same")
HYPOTHESIS = ("text", "compare", "from", "to", "expect", "by", "at", "measure")
PRINTED = ("accuracy", "macro_f1", "seconds_per_epoch")
LEAST = {"seed": 0, "keep_one_in": 2}  # of a strategy's whole numbers; else 1
OF_A_RUN = ("fetch", "csv", "pictures", "split", "model", "networks", "compute", "augment", "train", "evaluate")
NOT_VARIED = {  # beginnings of parameters that a base may set and a dimension may not
    "train.seed": "`seeds` does that",
    "compute.": "a worker's TensorFlow keeps the threads it started with",
    "evaluate.": "the test set chooses nothing",
    "split.test": "all variations are compared on the same test images",
}


@dataclass(frozen=True)
class Dimension:
    """Something varied: a parameter, or several that change together under a name of the study's own."""

    name: str
    labels: tuple[Any, ...]  # what each value is called: itself, or its name
    changes: tuple[Mapping[str, Any], ...]  # what each value sets: "train.learning_rate", or RECIPE


@dataclass(frozen=True)
class Hypothesis:
    """What is expected to happen to a measure when one dimension goes from one value to another, all else equal."""

    text: str
    compare: str  # the dimension
    start: Any  # label of it
    end: Any
    at: Mapping[str, Any]  # dimension -> the label at which alone it is claimed
    measure: str
    expect: str
    by: float  # "higher" and "lower": more than this; "same": within this


@dataclass(frozen=True)
class Printed:
    """What a source prints for one place of the study's space."""

    at: Mapping[str, Any]  # dimension -> label
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Study:
    name: str
    title: str
    base: Mapping[str, Any]
    dimensions: tuple[Dimension, ...]
    start: Point  # the base, as near as the dimensions have it
    strategy: Strategy
    seeds: tuple[int, ...]
    minutes: float  # after which no further run starts; 0: no limit
    compare: str  # the dimension whose values McNemar's test compares; "" for none
    hypotheses: tuple[Hypothesis, ...]
    source: str  # of the printed figures
    printed: tuple[Printed, ...]
    changed_for_full: Mapping[str, Any]  # what FULL=1 sets

    def values(self, point: Point) -> dict[str, Any]:
        """Return each dimension's label at the point."""
        return {dimension.name: dimension.labels[i] for dimension, i in zip(self.dimensions, point, strict=True)}

    def changes(self, point: Point) -> dict[str, Any]:
        """Return what is set at the point, the recipe among it, over params.yaml."""
        chosen = dict(self.base)
        for dimension, i in zip(self.dimensions, point, strict=True):
            chosen |= dimension.changes[i]
        return chosen

    def lines(self) -> list[Point]:
        """Return the start, and each point that differs from it in one dimension: together they have every value."""
        start = self.start
        points = (
            (*start[:d], i, *start[d + 1 :]) for d, dimension in enumerate(self.dimensions) for i in range(len(dimension.labels))
        )
        return list(dict.fromkeys(points))

    def called(self, name: str) -> str:
        """Return a dimension's name as readers see it: without its section, in words, unless another's would be the same."""
        names = [_short(dimension.name) for dimension in self.dimensions]
        return _short(name) if names.count(_short(name)) == 1 else name


def read(text: str, *, name: str, sections: Sections, recipe: Callable[[str], Sections], full: bool) -> Study:
    """Return the study in the file's `text`; `sections` are those of params.yaml, `recipe` gives a recipe's by its name.

    Raises UserError, one line that names the file, the key, what was expected and what was received. What the parameters' values
    may be, `check` finds out.
    """
    return _Reader(f"studies/{name}.yaml", sections, recipe).study(text, name=name, full=full)


def check(study: Study, sections: Sections, recipe: Callable[[str], Sections], accept: Callable[[Sections], None]) -> None:
    """Have each value of each dimension seen by `accept`, which raises UserError, the others being at the start's."""
    trained = set()
    for point in study.lines():
        complete = with_changes(sections, study.changes(point), recipe)
        try:
            if isinstance(study.strategy, Halving) and complete["train"]["epochs"] != study.strategy.epochs:
                raise UserError("strategy: halving decides over the epochs: expected train.epochs the same in all variations")
            accept(complete)
            trained.add(complete["model"]["name"])
        except UserError as error:
            raise UserError(f"studies/{study.name}.yaml: {str(error).removeprefix('params.yaml: ')}") from error
    for dimension in study.dimensions:
        for path in dict.fromkeys(path for changes in dimension.changes for path in changes):
            if path.startswith("networks.") and path.split(".")[1] not in trained:
                raise UserError(
                    f"studies/{study.name}.yaml: dimensions.{dimension.name}: expected sizes of a network that is trained,"
                    f" {', '.join(sorted(trained))}; received {path}, which would change nothing"
                )


def networks(study: Study, sections: Sections, recipe: Callable[[str], Sections]) -> set[str]:
    """Return the networks that the study trains."""
    return {with_changes(sections, study.changes(point), recipe)["model"]["name"] for point in study.lines()}


def with_changes(sections: Sections, changes: Mapping[str, Any], recipe: Callable[[str], Sections]) -> Sections:
    """Return params.yaml's sections with the recipe's values, if the changes name one, and then the changes', by their paths."""
    made = copy.deepcopy(sections)
    if RECIPE in changes:
        for section, values in recipe(changes[RECIPE]).items():
            made[section] |= copy.deepcopy(values)
    for path, value in changes.items():
        if path != RECIPE:
            *upper, key = path.split(".")
            _at(made, upper)[key] = copy.deepcopy(value)
    return made


class _Reader:
    """Reads one study file, whose name stands in each complaint."""

    def __init__(self, file: str, sections: Sections, recipe: Callable[[str], Sections]):
        self._file, self._sections, self._recipe = file, sections, recipe
        self._paths = [path for path in _paths(sections) if path.split(".")[0] in OF_A_RUN]

    def study(self, text: str, *, name: str, full: bool) -> Study:
        document = yaml_of(text, file=self._file)
        self._keys("", document, known=KEYS, needed=NEEDED)
        base, for_full, varied = self._changes("base", document["base"]), *self._for_full(document.get("full", {}))
        of_all = self._dimensions(document["dimensions"], instead=varied)  # read in any case: a mistake is not to wait for FULL=1
        dimensions = of_all if full else self._dimensions(document["dimensions"], instead={})
        base |= for_full if full else {}
        compare = document.get("compare", "")
        if compare:
            self._one_of("compare", compare, [dimension.name for dimension in dimensions])
        own = with_changes(self._sections, base, self._recipe)
        start = tuple(_index_of_own(dimension, own) for dimension in dimensions)
        strategy = self._strategy(document["strategy"], dimensions, start, epochs=own["train"]["epochs"])
        printed = self._printed(document.get("printed", {}), dimensions)
        return Study(
            name=name,
            title=self._text("title", document["title"]),
            base=base,
            dimensions=dimensions,
            start=start,
            strategy=strategy,
            seeds=self._seeds(document["seeds"]),
            minutes=self._number("minutes", document.get("minutes", 0)),
            compare=compare,
            hypotheses=tuple(
                self._hypothesis(f"hypotheses, number {i}", each, dimensions)
                for i, each in enumerate(self._list("hypotheses", document.get("hypotheses", [])), start=1)
            ),
            source=printed[0],
            printed=printed[1],
            changed_for_full=for_full | {name: list(values) for name, values in varied.items()},
        )

    def _for_full(self, document: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what FULL=1 sets in the base, and the values it gives to dimensions."""
        if not isinstance(document, dict) or not isinstance(document.get("dimensions", {}), dict):
            raise self._wrong("full", "parameters and their values, and dimensions", document)
        rest = {path: value for path, value in document.items() if path != "dimensions"}
        return self._changes("full", rest), document.get("dimensions", {})

    def _dimensions(self, document: Any, *, instead: dict[str, Any]) -> tuple[Dimension, ...]:
        if not isinstance(document, dict) or not document:
            raise self._wrong("dimensions", "at least one dimension", document)
        for name in instead:
            self._one_of("full.dimensions", name, list(document))
        dimensions = tuple(self._dimension(name, values) for name, values in (document | instead).items())
        setters: dict[str, str] = {}
        for dimension in dimensions:
            for path in dict.fromkeys(path for changes in dimension.changes for path in changes):
                if setters.setdefault(path, dimension.name) != dimension.name:
                    raise UserError(
                        f"{self._file}: dimensions.{dimension.name}: expected parameters that no other dimension sets; "
                        f"received {path}, which {setters[path]} sets"
                    )
        return dimensions

    def _dimension(self, name: Any, values: Any) -> Dimension:
        where = f"dimensions.{name}"
        if isinstance(values, dict):
            if not values:
                raise self._wrong(where, "at least one value", values)
            if name in self._paths:
                raise self._wrong(where, "a list of the parameter's values; named ones stand under a name of your own", values)
            for label in values:
                if not isinstance(label, str | int | float):
                    raise self._wrong(where, "names that are text or numbers", str(label))
            changes = tuple(self._changes(f"{where}.{label}", each, fixed=NOT_VARIED) for label, each in values.items())
            return Dimension(str(name), tuple(values), changes)
        self._path(where, name, fixed=NOT_VARIED)
        for i, value in enumerate(self._list(where, values)):
            if value in values[:i]:
                raise self._wrong(where, "each value once", value)
        if not values:
            raise self._wrong(where, "at least one value", values)
        return Dimension(name, tuple(map(_hashable, values)), tuple({name: value} for value in values))

    def _strategy(self, document: Any, dimensions: tuple[Dimension, ...], start: Point, *, epochs: Any) -> Strategy:
        document = {"name": document} if isinstance(document, str) else document
        self._keys("strategy", document, known=tuple(dict.fromkeys(("name", *sum(STRATEGIES.values(), ())))), needed=("name",))
        name = self._one_of("strategy", document["name"], list(STRATEGIES))
        wanted = ("name", *STRATEGIES[name])
        self._keys("strategy", document, known=wanted, needed=wanted)
        numbers = {
            key: self._whole(f"strategy.{key}", value, least=LEAST.get(key, 1))
            for key, value in document.items()
            if key not in ("name", "order")
        }
        space = tuple(len(dimension.labels) for dimension in dimensions)
        if name == "grid":
            return Grid(space)
        if name == "random":
            return Random(space, **numbers)
        if name == "halving":
            if isinstance(epochs, int) and numbers["first_epochs"] >= epochs:  # what is no number a stage's check refuses
                raise self._wrong("strategy.first_epochs", f"fewer than train.epochs, {epochs}", numbers["first_epochs"])
            return Halving(space, epochs, **numbers)
        shuffled = self._one_of("strategy.order", document["order"], ORDERS) == "shuffled"
        return LineSearch(space, **numbers, start=start, shuffled=shuffled)

    def _seeds(self, document: Any) -> tuple[int, ...]:
        if not self._list("seeds", document):
            raise self._wrong("seeds", "at least one seed", document)
        seeds = tuple(self._whole("seeds", seed, least=0) for seed in document)
        if len(set(seeds)) < len(seeds):
            raise self._wrong("seeds", "each seed once", document)
        return seeds

    def _hypothesis(self, where: str, document: Any, dimensions: tuple[Dimension, ...]) -> Hypothesis:
        self._keys(where, document, known=HYPOTHESIS, needed=HYPOTHESIS[:5])
        named = {dimension.name: dimension for dimension in dimensions}
        compare = self._one_of(f"{where}, compare", document["compare"], list(named))
        start, end = (self._one_of(f"{where}, {key}", _hashable(document[key]), named[compare].labels) for key in ("from", "to"))
        if start == end:
            raise self._wrong(f"{where}, to", f"another value than from, {start}", end)
        expect = self._one_of(f"{where}, expect", document["expect"], EXPECTED)
        by = self._number(f"{where}, by", document.get("by", 0))
        if expect == "same" and not by:
            raise self._wrong(f"{where}, by", "how far apart is still the same, a number above 0", document.get("by"))
        return Hypothesis(
            text=self._text(f"{where}, text", document["text"]),
            compare=compare,
            start=start,
            end=end,
            at=self._place(f"{where}, at", document.get("at", {}), tuple(each for each in dimensions if each.name != compare)),
            measure=self._one_of(f"{where}, measure", document.get("measure", "accuracy"), MEASURES),
            expect=expect,
            by=by,
        )

    def _printed(self, document: Any, dimensions: tuple[Dimension, ...]) -> tuple[str, tuple[Printed, ...]]:
        if document == {}:
            return "", ()
        self._keys("printed", document, known=("source", "figures"), needed=("source", "figures"))
        rows = []
        for i, row in enumerate(self._list("printed.figures", document["figures"]), start=1):
            where = f"printed.figures, number {i}"
            self._keys(where, row, known=("at", *PRINTED), needed=("at",))
            figures = {key: self._number(f"{where}, {key}", row[key]) for key in PRINTED if key in row}
            rows.append(Printed(self._place(f"{where}, at", row["at"], dimensions), figures))
        return self._text("printed.source", document["source"]), tuple(rows)

    def _place(self, where: str, document: Any, dimensions: tuple[Dimension, ...]) -> dict[str, Any]:
        named = {dimension.name: dimension for dimension in dimensions}
        self._keys(where, document, known=tuple(named), needed=())
        return {name: self._one_of(f"{where}, {name}", _hashable(label), named[name].labels) for name, label in document.items()}

    def _changes(self, where: str, document: Any, *, fixed: Mapping[str, str] = {}) -> dict[str, Any]:  # noqa: B006 - read only
        if not isinstance(document, dict):
            raise self._wrong(where, "parameters and their values", document)
        for path in document:
            if path == RECIPE:
                self._recipe_named(where, document[RECIPE])
            else:
                self._path(where, path, fixed=fixed)
        return dict(document)

    def _recipe_named(self, where: str, name: Any) -> None:
        try:
            self._recipe(str(name))
        except UserError as error:
            raise UserError(f"{self._file}: {where}.{RECIPE}: {str(error).removeprefix('NAME: ')}") from error

    def _path(self, where: str, path: Any, *, fixed: Mapping[str, str]) -> None:
        if path not in self._paths:
            wanted = _nearest_path(str(path), self._paths)
            raise UserError(f"{self._file}: {where}: expected {wanted}; received the unknown parameter {path}")
        for start, reason in fixed.items():
            if path.startswith(start):
                raise UserError(f"{self._file}: {where}: expected a parameter that can be varied; received {path}: {reason}")

    def _keys(self, where: str, document: Any, *, known: Sequence[str], needed: Sequence[str]) -> None:
        if not isinstance(document, dict):
            raise self._wrong(where or "file", f"keys and values, {', '.join(known)} among them", document)
        prefix = f"{where}: " if where else ""
        for key in document:
            if key not in known:
                raise UserError(f"{self._file}: {prefix}expected {nearest(str(key), list(known))}; received the unknown key {key}")
        for key in needed:
            if key not in document:
                raise UserError(f"{self._file}: {prefix}{key}: expected a value; received nothing, the key is missing")

    def _one_of(self, where: str, value: Any, known: Sequence[Any]) -> Any:
        if value not in known:
            raise self._wrong(where, f"one of {', '.join(map(str, known))}", value)
        return value

    def _list(self, where: str, value: Any) -> list:
        if not isinstance(value, list):
            raise self._wrong(where, "a list", value)
        return value

    def _text(self, where: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(where, "text", value)
        return one_line(value)

    def _whole(self, where: str, value: Any, *, least: int) -> int:
        if type(value) is not int or not least <= value < 2**31:
            raise self._wrong(where, f"a whole number of at least {least}", value)
        return value

    def _number(self, where: str, value: Any) -> float:
        if type(value) not in (int, float) or not 0 <= value <= sys.float_info.max:
            raise self._wrong(where, "a number of at least 0", value)
        return float(value)

    def _wrong(self, where: str, expected: str, received: Any) -> UserError:
        return UserError(f"{self._file}: {where}: expected {expected}; received {shown(received)}")


def _short(name: str) -> str:
    return "network" if name == "model.name" else name.rpartition(".")[2].replace("_", " ")


def _index_of_own(dimension: Dimension, own: Sections) -> int:
    """Return the index of the value the base has itself, 0 if it has none of them."""
    path = dimension.name.split(".")
    if dimension.changes[0].keys() != {dimension.name}:
        return 0  # several parameters under one name
    value = _hashable(_at(own, path))
    return dimension.labels.index(value) if value in dimension.labels else 0


def _paths(sections: Mapping[str, Any]) -> list[str]:
    """Return every parameter's path; a network's sizes stand one level deeper than the others."""
    paths = []
    for section, values in sections.items():
        for key, value in values.items():
            if section == "networks":
                paths += [f"{section}.{key}.{size}" for size in value]
            else:
                paths.append(f"{section}.{key}")
    return paths


def _nearest_path(path: str, known: Sequence[str]) -> str:
    beside = [each for each in known if each.rpartition(".")[0] == path.rpartition(".")[0]]
    wanted = nearest(path, beside or known)
    return wanted if wanted in known or beside else "a parameter of params.yaml, like train.learning_rate"


def _hashable(value: Any) -> Any:
    """Return a list of a YAML file as the tuple that can be a key."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else str(value) if isinstance(value, dict) else value


def _at(sections: Mapping[str, Any], path: Sequence[str]) -> Any:
    for key in path:
        sections = sections[key]
    return sections
