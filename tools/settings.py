"""params.yaml's sections as the stages' own dataclasses, for what runs a pipeline without its files."""

from typing import Any, TypeVar

import yaml

from digits import models, params
from digits.augmentation import AugmentParams
from digits.compute import ComputeParams
from digits.errors import UserError
from digits.runs import Sections
from digits.train_params import TrainParams
from digits.variations import Settings
from stages.evaluate import EvaluateParams
from stages.fetch import FetchParams
from stages.own_pictures import PicturesParams
from stages.own_tables import CsvParams
from stages.split import SplitParams

Params = TypeVar("Params")
OF_A_RUN: dict[str, Any] = {
    "split": SplitParams,
    "model": models.ModelParams,
    "compute": ComputeParams,
    "augment": AugmentParams,
    "train": TrainParams,
    "evaluate": EvaluateParams,
}
OF_ITS_DATA: dict[str, Any] = {"fetch": FetchParams, "csv": CsvParams, "pictures": PicturesParams}


def of_a_run(sections: Sections) -> Settings:
    """Return the settings that decide a run. Raises UserError, one line that names the key."""
    checked = {name: section(kind, name, sections) for name, kind in OF_A_RUN.items()}
    return Settings(**checked, sizes=models.sizes_of(checked["model"].name, sections["networks"]))


def of_its_data(sections: Sections) -> dict[str, Any]:
    """Return what decides the data set, by section. Raises UserError, one line that names the key."""
    return {name: section(kind, name, sections) for name, kind in OF_ITS_DATA.items()}


def accept(sections: Sections) -> None:
    """Raise UserError, one line, if a run with these sections could not start: a value out of range, or sizes no network has."""
    of_its_data(sections)
    settings = of_a_run(sections)
    if not settings.split.validation:
        raise UserError("split.validation: expected images, a study chooses by them; received 0")
    if settings.train.strategy != "none":
        raise UserError(f"train.strategy: expected none, a study's workers train alone; received {settings.train.strategy}")
    models.build(settings.model.name, classes=2, seed=0, **settings.sizes)


def section(kind: type[Params], name: str, sections: Sections) -> Params:
    """Return one section as its dataclass."""
    return params.read(kind, name, yaml.safe_dump({name: sections[name]}))
