"""A trained network cut off at one of its layers: what it makes of an image up to there."""

from digits.compute import keras
from digits.errors import UserError, nearest


def truncated(network: keras.Model, layer: str) -> keras.Model:
    """Return the network from its input to the output of `layer`, with the same weights.

    Raises UserError for a layer the network does not have.
    """
    names = [each.name for each in network.layers]
    if layer not in names:
        raise UserError(
            f"layer: expected {nearest(layer, names)}; received {layer or 'nothing'}; {network.name} has {', '.join(names)}"
        )
    return keras.Model(network.inputs, output_of(network.get_layer(layer)), name=f"{network.name}_to_{layer}")


def output_of(layer: keras.Layer) -> keras.KerasTensor:
    """Return what a layer gives to the next one of its network."""
    # Not layer.output: a network within the network has an output of its own there, which no input of ours leads to.
    return layer._inbound_nodes[-1].output_tensors[0]
