"""The tables of seconds per epoch, as Markdown lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.markdown import paragraph, table
from benchmarks.ratios import Ratio, geometric_mean, median, of_rounds
from benchmarks.ways import SIDE, WAYS

Cell = Callable[[Mapping[str, Any], str], str]
LEAST, MEAN = 1.1, 1.3  # the aim, of each ratio and of their geometric mean
AGAINST_TORCH = ("resnet5", "mlp", "lenet", "recognition")  # the networks with an aim
THE_FOUR = ", ".join(AGAINST_TORCH)
PLAIN_FIT, AIMED_TORCH = "Keras `fit`", f"the faster of PyTorch plain and channels-last, on {THE_FOUR}"
WITH_AIM = (PLAIN_FIT, AIMED_TORCH)
ONCE = 0.03  # seconds of an epoch of `fit` besides its steps: one of a single step took 0.022 to 0.035 (AMD EPYC, 2026-11-30)
ENOUGH = 1_000  # images of an epoch for what is done once in it to say something
TORCH = ("torch", "torch_channels_last")  # the two that the aim names
ALL_FIT = ("fit", "fit_jit", "fit_steps", "fit_jit_steps")
ALL_TORCH = (*TORCH, "torch_fused", "torch_channels_last_fused")


@dataclass(frozen=True)
class Compared:
    """How many times as long as our loop another took, over some networks."""

    against: str
    networks: int
    mean: float  # geometric, of the networks' medians
    least: float
    lowest: str  # the network with the least
    most: float
    highest: str


def section(found: Mapping[str, Any]) -> list[str]:
    """Return the section: how it was measured, what it comes to, and each table."""
    networks: Mapping[str, Mapping] = found["networks"]
    rates = [rate for network in networks.values() for rate in network["product_gflops"]]
    return [
        "## Seconds per epoch",
        "",
        *paragraph(
            f"Adam at {found['learning_rate']}, batches of {found['batch_size']}, the same strokes for all; updates alone.",
            "Each way trains in a process of its own that lives through all rounds; they take turns, an epoch each, every round",
            "beginning with another. The first epoch, with what is compiled in it, does not count. The median of the",
            f"{found['rounds']} after it stands here, and in the ratios the median of the rounds' own (least–most).",
            "Threads and images are the same, TensorFlow's oneDNN is on or off for ours as for `fit`,",
            f"and all have {_environment(found)}. `fit` trains Keras' own layers where ours are others (convolutions, batch",
            "norm). The aims are against Keras as it comes and PyTorch as it comes or channels-last; what else makes the two",
            "faster and has to be asked for, `jit_compile`, many steps in a call (`steps_per_execution`) and PyTorch's fused",
            "Adam, are ways of their own, where they were measured. `torch.compile` is none (decision 16).",
        ),
        "",
        *_aims(networks),
        *_once(networks),
        "",
        *_table(networks, list(WAYS), lambda network, way: f"{median(took(network, way)):.3f}", images=True),
        "",
        "Times as long as our loop:",
        "",
        *_table(networks, [way for way in WAYS if way != "loop"], lambda network, way: str(ratio(network, way) or "")),
        "",
        *paragraph(
            f"The yardstick, a float32 product of two {SIDE}x{SIDE} matrices by TensorFlow, in turn with the rest,",
            f"reached {median(rates):.0f} GFLOP/s." if rates else "failed.",
            "An epoch's convolutions and matrix products, forward and back, reach this share of it:" if rates else "",
        ),
        "",
        *_table(networks, list(WAYS), _share),
        "",
        *paragraph(f"MFLOP an image and update: {_needs(networks)}."),
        "",
        "The most memory each process held, TensorFlow or PyTorch included, and its first epoch:",
        "",
        *_table(networks, list(WAYS), _memory),
        "",
        *paragraph(
            f"What each knew of the images it trained on after its {1 + found['rounds']} epochs, a sign that all learn the same",
            "and no result; where all know a tenth, so few updates have taught none of them what shows in a test.",
            "A way that learns less than the others, or no finite number, would count as failed.",
        ),
        "",
        *_table(networks, list(WAYS), _accuracy),
        *_failures(networks),
    ]


def _environment(found: Mapping[str, Any]) -> str:
    malloc = found.get("malloc", {})
    return " and ".join(f"{name}={value}" for name, value in malloc.items()) or "what glibc does with freed memory, left to itself"


def took(network: Mapping[str, Any], way: str) -> list[float]:
    """Return the seconds of each round; none if the way was left out or failed."""
    one = network["ways"].get(way)
    return one["seconds"] if one and not one["failed"] else []


def better(network: Mapping[str, Any], of: Sequence[str]) -> str:
    """Return the way with the least median, or "" if there is none."""
    there = [way for way in of if took(network, way)]
    return min(there, key=lambda way: median(took(network, way)), default="")


def ratio(network: Mapping[str, Any], way: str) -> Ratio | None:
    """Return how many times as long as our loop a way took."""
    theirs, ours = took(network, way), took(network, "loop")
    return of_rounds(theirs, ours) if theirs and ours else None


def compared(networks: Mapping[str, Mapping]) -> list[Compared]:
    """Return what our loop comes to against each of the others, as far as these were measured."""
    four = {name: networks[name] for name in AGAINST_TORCH if name in networks}
    against = {
        PLAIN_FIT: _fastest(("fit",), networks),
        "the fastest of Keras `fit`'s ways": _fastest(ALL_FIT, networks),
        AIMED_TORCH: _fastest(TORCH, four),
        f"the fastest of PyTorch's ways, on {THE_FOUR}": _fastest(ALL_TORCH, four),
        "the faster of PyTorch plain and channels-last": _fastest(TORCH, networks),
        "the fastest of PyTorch's ways": _fastest(ALL_TORCH, networks),
    }
    rows = []
    for what, found in against.items():
        medians = {name: one.median for name, one in found.items() if one}
        if medians:
            low, high = min(medians, key=lambda name: medians[name]), max(medians, key=lambda name: medians[name])
            mean = geometric_mean(list(medians.values()))
            rows.append(Compared(what, len(medians), mean, medians[low], low, medians[high], high))
    return rows


def _fastest(of: Sequence[str], networks: Mapping[str, Mapping]) -> dict[str, Ratio | None]:
    return {name: ratio(network, better(network, of)) for name, network in networks.items()}


def _aims(networks: Mapping[str, Mapping]) -> list[str]:
    rows = [
        (
            one.against,
            str(one.networks),
            f"{one.mean:.2f}",
            f"{one.least:.2f}, {one.lowest}",
            f"{one.most:.2f}, {one.highest}",
        )
        for one in compared(networks)
    ]
    aim = paragraph(
        f"The aim is {LEAST} on each network and {MEAN} in the geometric mean, against Keras `fit` on every network and"
        f" against PyTorch on {THE_FOUR}."
    )
    return [*table(["our loop against", "networks", "times as fast, geometric mean", "least", "most"], rows), "", *aim]


def _once(networks: Mapping[str, Mapping]) -> list[str]:
    """Return how much of an epoch is what `fit` does once: of a longer one it is less, and so are the ratios."""
    long = {
        name: took(network, "fit") for name, network in networks.items() if network["images"] >= ENOUGH and took(network, "fit")
    }
    shares = sorted(((ONCE / median(seconds), name) for name, seconds in long.items()), reverse=True)
    most = " and ".join(f"{100 * share:.0f} % of {name}'s" for share, name in shares[:2])
    said = (
        f"Of an epoch of `fit` some {ONCE} s go into what is done once in it, however long it is (measured apart, on an AMD EPYC):"
        f" here {most}, the most. Longer epochs would bring these ratios down by as much."
    )
    return ["", *paragraph(said)] if most else []


def _table(networks: Mapping[str, Mapping], ways: Sequence[str], cell: Cell, *, images: bool = False) -> list[str]:
    """Return a row a network and a column a way; `cell` gives a network's text for a way that has seconds."""
    ways = [way for way in ways if any(took(network, way) for network in networks.values())]
    rows = [
        [name, *([f"{network['images']:,}"] if images else []), *(cell(network, way) if took(network, way) else "" for way in ways)]
        for name, network in networks.items()
    ]
    return table(["network", *(["images"] if images else []), *(WAYS[way].label for way in ways)], rows)


def _share(network: Mapping[str, Any], way: str) -> str:
    if not (network["flop_per_image"] and network["product_gflops"]):  # our loop, which counts them, failed, or the yardstick
        return ""
    rate = network["flop_per_image"] * network["images"] / median(took(network, way)) / 1e9
    return f"{100 * rate / median(network['product_gflops']):.0f} %"


def _needs(networks: Mapping[str, Mapping]) -> str:
    needs = {name: network["flop_per_image"] for name, network in networks.items() if network["flop_per_image"]}
    return ", ".join(f"{name} {flop / 1e6:.{2 if flop < 1e7 else 0}f}" for name, flop in needs.items())


def _memory(network: Mapping[str, Any], way: str) -> str:
    one = network["ways"][way]
    return f"{one['peak_megabytes']:,} MB, {one['first']:.1f} s"


def _accuracy(network: Mapping[str, Any], way: str) -> str:
    return f"{network['ways'][way]['accuracy']:.2f}"


def _failures(networks: Mapping[str, Mapping]) -> list[str]:
    failed = {(name, WAYS[way].label): one["failed"] for name, network in networks.items() for way, one in network["ways"].items()}
    failed |= {(name, "The yardstick"): network.get("yardstick_failed", "") for name, network in networks.items()}
    return [f"\n{label} failed on {name}: {reason}" for (name, label), reason in failed.items() if reason]
