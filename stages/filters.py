"""Look inside a trained network: its first filters, what its layers make of images, and which pixels speak for its answers.

Reads   data/splits/train.npz, data/splits/test.npz, output/train/best.weights.h5
Writes  output/filters/filters.txt, and of what the network has: filters.npz, filters.csv, kernels.png, responses.png,
        first_convolution.png, second_convolution.png, pooling.png, side_by_side.png, patches.png, saliency.png
Run     python -m stages.filters data/splits/train.npz data/splits/test.npz output/train/best.weights.h5 output/filters
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from digits import arrays, evaluation, feature_maps, filter_tables, inference, models
from digits.compute import ComputeParams, deterministic, keras
from digits.errors import UserError
from digits.figures import kernels, layer_maps, patches, responses, saliency, side_by_side
from digits.params import between, positive
from digits.saliency import integrated_gradients
from digits.stage import run, say
from digits.writing import write_figure, write_text


@dataclass(frozen=True)
class FiltersParams:
    image: int = positive(or_zero=True)  # which training image, from 0
    others: int = between(1, 5)  # further training images, each the first of another class
    patches: int = between(1, 25)  # test patches a filter, those that excite it most
    right: int = between(0, 25)  # right test answers explained, the first ones
    wrong: int = between(0, 25)  # wrong ones, the most confident
    steps: int = between(1, 10000)  # of the integrated gradients
    dpi: int = between(20, 600)  # pixels per inch; the pictures are 10 inches wide


def main(
    training: Path, test: Path, weights: Path, output: Path,
    model: models.ModelParams, networks: dict, compute: ComputeParams, filters: FiltersParams, train: dict,
) -> None:  # fmt: skip
    split, tests = arrays.load(training, arrays.Split), arrays.load(test, arrays.Split)
    if filters.image >= len(split):
        raise UserError(f"params.yaml: filters.image: expected at most {len(split) - 1}, the last one; received {filters.image}")
    deterministic(threads=compute.threads)
    network = models.build(model.name, classes=len(tests.class_names), seed=0, **models.sizes_of(model.name, networks))
    models.load_weights(network, weights)
    title = f"{tests.dataset} · {model.name} · seed {train['seed']}"

    layers = feature_maps.convolutions(network)
    if not layers:
        text = f"{title}: the network has no convolution, so there are no filters to look at"
        write_text(output / "filters.txt", f"{text}\n")
        say(text)
        return
    first = feature_maps.filters_of(layers[0])
    seen = feature_maps.compare(network, layers[0], split.images[filters.image])
    best, highest, _ = feature_maps.exciting(network, layers[0], tests.images, most=filters.patches)
    maps, shapes = draw_maps(network, split, filters, title=title)
    salient, gap = draw_saliency(network, tests, filters, title=title)
    of = {"layer": layers[0].name, "title": title}
    figures = maps | {
        "kernels": kernels.draw(first.kernels, **of),
        "responses": responses.draw(first.kernels, **vars(seen), **of),
        "patches": patches.draw(first.kernels, patches=best, highest=highest[:, 0], **of),
        "saliency": salient,
    }
    agreement = filter_tables.agreement(first, size=seen.seen.shape[:2], difference=seen.difference)
    text = "\n".join([f"{title} · {layers[0].name}", filter_tables.printed(first), agreement, shapes, gap])
    write_text(output / "filters.txt", f"{text}\n")
    write_text(output / "filters.csv", filter_tables.table(first))
    arrays.save(output / "filters.npz", first)
    for name, figure in figures.items():
        write_figure(output / f"{name}.png", figure, dpi=filters.dpi)
    say(text)


def draw_maps(network: keras.Model, split: arrays.Split, filters: FiltersParams, *, title: str) -> tuple[dict[str, Figure], str]:
    """Draw what the network up to its first and second convolution and its first pooling makes of the images, where it has them."""
    firsts = np.sort(np.unique(split.labels, return_index=True)[1])  # the first image of each class
    others = firsts[split.labels[firsts] != split.labels[filters.image]][: filters.others]
    rows = np.array([filters.image, *others])
    images = split.images[rows]
    names = [f"training image {row}, class {split.class_names[split.labels[row]]}" for row in rows]
    convolutions, poolings = feature_maps.convolutions(network), feature_maps.poolings(network)
    layers = dict(zip(("first_convolution", "second_convolution"), convolutions, strict=False)) | dict(
        zip(("pooling",), poolings, strict=False)
    )
    maps = {name: feature_maps.of(network, layer.name, images) for name, layer in layers.items()}
    figures = {
        name: layer_maps.draw(maps[name][0], image=images[0], name=names[0], layer=layer.name, title=title)
        for name, layer in layers.items()
    }
    if "pooling" in maps and len(others):
        figures["side_by_side"] = side_by_side.draw(
            maps["pooling"][1:], images=images[1:], names=names[1:], layer=layers["pooling"].name, title=title
        )
    shapes = [f"{name.replace('_', ' '):20} {layers[name].name}: {' x '.join(map(str, of.shape[1:]))}" for name, of in maps.items()]
    return figures, "\n".join([*shapes, ""])


def draw_saliency(network: keras.Model, tests: arrays.Split, filters: FiltersParams, *, title: str) -> tuple[Figure, str]:
    """Explain some right test answers and the most confident wrong ones; say how far the sums are from what they should be."""
    probabilities = evaluation.of_classes(inference.predict(network, tests.images), classes=len(tests.class_names))
    predicted = probabilities.argmax(axis=1)
    right = np.flatnonzero(predicted == tests.labels)[: filters.right]
    rows = np.concatenate([right, evaluation.most_confident_mistakes(probabilities, tests.labels, most=filters.wrong)])
    labels, said, wrong = tests.labels[rows], predicted[rows], rows[len(right) :]
    asked = np.concatenate([rows, wrong])  # a wrong answer twice: for what it was read as, and for what it is
    of = np.concatenate([said, labels[len(right) :]])
    maps, changes = integrated_gradients(network, tests.images[asked], classes=of, steps=filters.steps)
    both = {"for_predicted": maps[: len(rows)], "for_truth": np.concatenate([maps[: len(right)], maps[len(rows) :]])}
    figure = saliency.draw(tests.images[rows], labels=labels, predicted=said, **both, class_names=tests.class_names, title=title)
    gap = np.abs(maps.sum(axis=(1, 2)) - changes).max(initial=0.0)
    return figure, f"integrated gradients, {filters.steps} steps: a map's sum is at most {gap:.2g} nats off the change of log p"


if __name__ == "__main__":
    run(main)
