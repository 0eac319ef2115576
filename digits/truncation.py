"""A trained network cut off at one of its layers: what it makes of an image up to there."""

from collections.abc import Callable

from digits.compute import keras
from digits.errors import unknown


def truncated(network: keras.Model, layer: str) -> keras.Model:
    """Return the network from its input to the output of `layer`, with the same weights.

    The layer may be one of a network within the network. Raises UserError for a layer that is in neither.
    """
    return _cut(network, layer, output_of)


def until(network: keras.Model, layer: str) -> keras.Model:
    """Return the network from its input to what `layer` takes as its own. As `truncated` otherwise."""
    return _cut(network, layer, lambda found: found._inbound_nodes[0].input_tensors[0])


def output_of(layer: keras.Layer) -> keras.KerasTensor:
    """Return what a layer gives to the next one of its network."""
    # Not layer.output, nor layer.input above: a network within the network has its own there, which no input of ours leads to.
    return layer._inbound_nodes[0].output_tensors[0]


def _cut(network: keras.Model, layer: str, tensor_of: Callable) -> keras.Model:
    names = [each.name for each in network.layers]
    name = f"{network.name}_to_{layer}"
    if layer in names:
        return keras.Model(network.inputs, tensor_of(network.get_layer(layer)), name=name)
    for inner in network.layers:
        if isinstance(inner, keras.Model) and layer in [each.name for each in inner.layers]:
            before = until(network, inner.name)
            return keras.Model(network.inputs, _cut(inner, layer, tensor_of)(before.output), name=name)
    raise unknown("params.yaml: embedding.layer", layer, names)
