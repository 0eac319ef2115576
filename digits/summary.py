"""A network's layers as a table in plain text.

Keras' own summary takes its width from the terminal and cuts the last column off in a log, so its bytes differ from run to run.
"""

from collections.abc import Sequence

from digits.compute import keras

HEADER = ("Layer (type)", "Output Shape", "Param #", "Connected to")


def table(network: keras.Model) -> str:
    """Return one line a layer: name and class, output shape, parameters, the layers it takes its input from; then the totals."""
    rows = [HEADER, *(_row(layer) for layer in network.layers)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    rule = "=" * (sum(widths) + 2 * (len(widths) - 1))
    trainable = _count(network.trainable_weights)
    fixed = _count(network.non_trainable_weights)
    totals = [f"Total params: {trainable + fixed:,}", f"Trainable params: {trainable:,}", f"Non-trainable params: {fixed:,}"]
    return "\n".join([f'Model: "{network.name}"', rule, lines[0], rule, *lines[1:], rule, *totals, ""])


def _row(layer: keras.layers.Layer) -> tuple[str, ...]:
    is_input = isinstance(layer, keras.layers.InputLayer)
    shape = tuple(layer.output.shape)  # pyright: ignore[reportAttributeAccessIssue] - our layers have one output
    # Not layer.input: a network within the network has its own input there.
    sources = [] if is_input else layer._inbound_nodes[0].input_tensors
    inputs = [f"{tensor._keras_history.operation.name}[0][0]" for tensor in sources]
    return (
        f"{layer.name} ({type(layer).__name__})",
        f"[{shape}]" if is_input else f"{shape}",
        f"{layer.count_params():,}",
        ", ".join(inputs),
    )


def _count(weights: Sequence) -> int:
    return sum(int(weight.numpy().size) for weight in weights)
