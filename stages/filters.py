"""Look inside a trained network: its first filters, what its layers make of images, and which pixels speak for its answers.

Reads   data/splits/train.npz, data/splits/test.npz, output/train/best.weights.h5
Writes  output/filters/filters.txt, and of what the network has: filters.npz, filters.csv, kernels.png, responses.png,
        first_convolution.png, second_convolution.png, pooling.png, side_by_side.png, patches.png, saliency.png
Run     python -m stages.filters data/splits/train.npz data/splits/test.npz output/train/best.weights.h5 output/filters
"""

from dataclasses import dataclass
from pathlib import Path

from digits import arrays, feature_maps, filter_tables, models, trained
from digits.compute import ComputeParams, out_of_memory
from digits.errors import UserError
from digits.figures import kernels, patches, responses
from digits.params import between, positive, seed_of
from digits.stage import run, say
from digits.writing import write_figure, write_text
from stages import inside


@dataclass(frozen=True)
class FiltersParams:
    image: int = positive(or_zero=True)  # which training image, from 0
    others: int = between(1, 5)  # further training images, each the first of another class
    patches: int = between(1, 25)  # test patches a filter, those that excite it most
    right: int = between(0, 25)  # right test answers explained, the first ones
    wrong: int = between(0, 25)  # wrong ones, the most confident
    steps: int = between(1, 10000)  # of the integrated gradients
    dpi: int = between(20, 600)  # pixels per inch; the pictures are 10 inches wide


@out_of_memory()
def main(
    training: Path, test: Path, weights: Path, output: Path,
    model: models.ModelParams, networks: dict, compute: ComputeParams, filters: FiltersParams, train: dict,
) -> None:  # fmt: skip
    split, tests = arrays.with_images(training), arrays.with_images(test)
    if filters.image >= len(split):
        raise UserError(f"params.yaml: filters.image: expected at most {len(split) - 1}, the last one; received {filters.image}")
    network = trained.network(model, networks, compute, classes=len(tests.class_names), weights=weights)
    title = f"{tests.dataset} · {model.name} · seed {seed_of(train)}"

    layers = feature_maps.convolutions(network)
    if not layers:
        text = f"{title}: the network has no convolution, so there are no filters to look at"
        write_text(output / "filters.txt", f"{text}\n")
        say(text)
        return
    first = feature_maps.filters_of(layers[0])
    both = feature_maps.compare(network, layers[0], split.images[filters.image])
    best, highest, _ = feature_maps.exciting(network, layers[0], tests.images, most=filters.patches)
    maps, shapes = inside.maps(network, split, image=filters.image, others=filters.others, title=title)
    of_pixels, gap = inside.saliency_of(network, tests, right=filters.right, wrong=filters.wrong, steps=filters.steps, title=title)
    of = {"layer": layers[0].name, "title": title}
    figures = maps | {
        "kernels": kernels.draw(first.kernels, **of),
        "responses": responses.draw(
            first.kernels, given=both.given, filtered=both.filtered, by_layer=both.by_layer, difference=both.difference, **of
        ),
        "patches": patches.draw(first.kernels, patches=best, highest=highest[:, 0], **of),
        "saliency": of_pixels,
    }
    agreement = filter_tables.agreement(first, size=both.given.shape[:2], difference=both.difference)
    text = "\n".join([f"{title} · {layers[0].name}", filter_tables.printed(first), agreement, shapes, gap])
    write_text(output / "filters.txt", f"{text}\n")
    write_text(output / "filters.csv", filter_tables.table(first))
    arrays.save(output / "filters.npz", first)
    for name, figure in figures.items():
        write_figure(output / f"{name}.png", figure, dpi=filters.dpi)
    say(text)


if __name__ == "__main__":
    run(main)
