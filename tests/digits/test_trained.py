"""The trained network as later stages read it."""

import numpy as np
import pytest

from digits import models, trained
from digits.compute import ComputeParams
from digits.errors import UserError

COMPUTE = ComputeParams(threads=2)


@pytest.fixture(autouse=True)
def threads_as_they_are(monkeypatch):
    """TensorFlow refuses to change them in a process that has computed."""
    monkeypatch.setattr(trained, "deterministic", lambda threads: None)


def test_it_has_the_weights_of_the_file(tmp_path):
    network = models.build("softmax", classes=3)
    network.set_weights([np.full(weight.shape, 0.5, np.float32) for weight in network.weights])
    network.save_weights(tmp_path / "best.weights.h5")
    read = trained.network(models.ModelParams("softmax"), {"softmax": {}}, COMPUTE, classes=3, weights=tmp_path / "best.weights.h5")
    assert all((weight == 0.5).all() for weight in read.get_weights())


def test_what_training_began_with_need_not_be_there_any_more(tmp_path):
    models.build("resnet50", classes=5, seed=7).save_weights(tmp_path / "best.weights.h5")
    sizes = {"weights": "own/gone.h5", "weights_sha256": "0" * 64, "imagenet_pixels": False}
    read = trained.network(
        models.ModelParams("resnet50"), {"resnet50": sizes}, COMPUTE, classes=5, weights=tmp_path / "best.weights.h5"
    )
    assert read.count_params() == 23_597_957
    with pytest.raises(UserError, match=r"networks\.resnet50\.weights: expected the path of an \.h5 file; received own/gone\.h5"):
        models.build("resnet50", classes=5, **sizes)


def test_weights_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"best\.weights\.h5 is not there; `dvc repro` makes it"):
        trained.network(models.ModelParams("softmax"), {"softmax": {}}, COMPUTE, classes=3, weights=tmp_path / "best.weights.h5")
