"""What `filters` draws of a network's inside: the maps that layers make of images, and the pixels that speak for answers."""

import numpy as np
from matplotlib.figure import Figure

from digits import arrays, evaluation, feature_maps, inference
from digits.compute import keras
from digits.figures import layer_maps, saliency, side_by_side
from digits.saliency import integrated_gradients


def maps(network: keras.Model, split: arrays.Split, *, image: int, others: int, title: str) -> tuple[dict[str, Figure], str]:
    """Draw what the network up to its first and second convolution and its first pooling makes of images, where it has them.

    They are the `image` of that number and the first of so many other classes. The text has the shapes.
    """
    firsts = np.sort(np.unique(split.labels, return_index=True)[1])  # the first image of each class
    rest = firsts[split.labels[firsts] != split.labels[image]][:others]
    rows = np.array([image, *rest])
    images = split.images[rows]
    names = [f"class {split.class_names[split.labels[row]]}, training image {row}" for row in rows]
    convolutions, poolings = feature_maps.convolutions(network), feature_maps.poolings(network)
    layers = dict(zip(("first_convolution", "second_convolution"), convolutions, strict=False)) | dict(
        zip(("pooling",), poolings, strict=False)
    )
    made = {name: feature_maps.of(network, layer.name, images) for name, layer in layers.items()}
    figures = {
        name: layer_maps.draw(made[name][0], image=images[0], name=names[0], layer=layer.name, title=title)
        for name, layer in layers.items()
    }
    if "pooling" in made and len(rest):
        figures["side_by_side"] = side_by_side.draw(
            made["pooling"][1:], images=images[1:], names=names[1:], layer=layers["pooling"].name, title=title
        )
    shapes = [f"{name.replace('_', ' '):20} {layers[name].name}: {' x '.join(map(str, of.shape[1:]))}" for name, of in made.items()]
    return figures, "\n".join([*shapes, ""])


def saliency_of(network: keras.Model, tests: arrays.Split, *, right: int, wrong: int, steps: int, title: str) -> tuple[Figure, str]:
    """Explain the first `right` answers and the most confident `wrong` ones; say how far the sums are from what they should be."""
    probabilities = evaluation.of_classes(inference.predict(network, tests.images), classes=len(tests.class_names))
    predicted = probabilities.argmax(axis=1)
    first = np.flatnonzero(predicted == tests.labels)[:right]
    rows = np.concatenate([first, evaluation.most_confident_mistakes(probabilities, tests.labels, most=wrong)])
    labels, said = tests.labels[rows], predicted[rows]
    asked = np.concatenate([rows, rows[len(first) :]])  # a wrong answer twice: for what it was read as, and for what it is
    of = np.concatenate([said, labels[len(first) :]])
    maps, changes = integrated_gradients(network, tests.images[asked], classes=of, steps=steps)
    both = {"for_predicted": maps[: len(rows)], "for_truth": np.concatenate([maps[: len(first)], maps[len(rows) :]])}
    figure = saliency.draw(tests.images[rows], labels=labels, predicted=said, **both, class_names=tests.class_names, title=title)
    gap = np.abs(maps.sum(axis=(1, 2)) - changes).max(initial=0.0)
    return figure, f"integrated gradients, {steps} steps: a map's sum is at most {gap:.2g} nats off the change of log p"
