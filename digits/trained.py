"""The network that was trained, as the stages after `train` read it."""

from pathlib import Path

from digits import models
from digits.compute import ComputeParams, deterministic, keras


def network(model: models.ModelParams, networks: dict, compute: ComputeParams, *, classes: int, weights: Path) -> keras.Model:
    """Return the network that params.yaml names, with the weights in an HDF5 file; TensorFlow's threads are set first.

    What training began with (`networks.resnet50.weights`) is not asked for: it need not be there any more.

    Raises UserError for what params.yaml has wrong, and if the file is missing, damaged or another network's.
    """
    deterministic(threads=compute.threads)
    sizes = {name: "none" if name == "weights" else size for name, size in models.sizes_of(model.name, networks).items()}
    built = models.build(model.name, classes=classes, **sizes)
    models.load_weights(built, weights)
    return built
