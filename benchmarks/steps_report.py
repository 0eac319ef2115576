"""Where a step's time goes, as Markdown lines."""

from collections.abc import Mapping
from typing import Any

from benchmarks.markdown import paragraph, table

SHOWN = 0.02  # the least share of the operations' time that is named


def section(found: Mapping[str, Any]) -> list[str]:
    """Return the section: a row a network, its kinds of operations by what they take, the longest first."""
    rows = [
        (name, "", f"failed: {network['failed']}") if "failed" in network else (name, f"{network['step']:.1f}", _kinds(network))
        for name, network in found["networks"].items()
    ]
    return [
        "## Where a step's time goes",
        "",
        *paragraph(
            f"A gradient update of {found['batch_size']} images in our loop under TensorFlow's profiler, which takes time too.",
            "The shares are of the operations' own time, summed; as many run beside each other as there are threads.",
            f"Left out is what has less than {100 * SHOWN:.0f} %.",
            "A batch norm at which the parts of a batch meet (strided's) is sums and products, and counts as all else.",
        ),
        "",
        *table(["network", "a step (ms)", "of its operations' time"], rows),
    ]


def _kinds(network: Mapping[str, float]) -> str:
    spent = {kind: milliseconds for kind, milliseconds in network.items() if kind != "step"}
    total = sum(spent.values())
    shown = {kind: milliseconds / total for kind, milliseconds in spent.items() if milliseconds >= SHOWN * total}
    return ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in shown.items())
