"""Compare symbols the network never saw by what it makes of them up to one of its layers: distances, neighbours, a map.

Reads   data/symbols/, data/splits/train.npz for its first image, output/train/best.weights.h5
Writes  output/embedding/: report.txt; layers, vectors, distances, knn, confusion, own .csv; distances, knn, map, own .png
Run     python -m stages.embedding data/symbols data/splits/train.npz output/train/best.weights.h5 output/embedding
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from digits import arrays, comparison, csvs, models, strokes
from digits.comparison import compare
from digits.compute import ComputeParams, deterministic, keras
from digits.embedding import candidates, scores, vectors
from digits.errors import UserError
from digits.figures import symbol_distances, symbol_knn, symbol_map, symbol_matches
from digits.params import anything, between, positive, seed
from digits.projection import principal_components
from digits.stage import run, say
from digits.symbols import Symbols
from digits.truncation import truncated
from digits.writing import write_figure, write_text
from stages.tables import read_tables, read_texts

NEIGHBOURS = (1, 3, 5)  # that vote
UNSEEN = 1000  # strokes of a seed, from which stages/symbols.py takes; those that choose a layer come after


@dataclass(frozen=True)
class EmbeddingParams:
    layer: str = anything()  # of the network, or best
    validation_sets: int = positive()  # of Greek letters from strokes
    validation_images: int = between(2, 1000)  # in a set
    validation_seed: int = seed()
    dpi: int = between(20, 600)  # pixels per inch; the pictures are 10 inches wide


def main(
    folder: Path, split: Path, weights: Path, output: Path,
    model: models.ModelParams, networks: dict, compute: ComputeParams, embedding: EmbeddingParams, train: dict,
) -> None:  # fmt: skip
    examples, own = read_symbols(folder)
    source, own_source = (read_texts(folder / "sources.csv", role)[0] for role in ("examples", "own"))
    seen = arrays.load(split, arrays.Split)
    deterministic(threads=compute.threads)
    network = models.build(model.name, classes=len(seen.class_names), seed=0, **models.sizes_of(model.name, networks))
    models.load_weights(network, weights)

    scored, layer = choose(network, embedding)
    first = vectors(network, seen.images[:1], layer=layer)[0]
    compared = compare(
        examples,
        own,
        vectors={"embedding": vectors(network, examples.images, layer=layer), "pixels": flat(examples.images)},
        own_vectors={"embedding": vectors(network, own.images, layer=layer), "pixels": flat(own.images)},
        neighbours=NEIGHBOURS,
    )

    made = f"{model.name} up to {layer} · trained on {seen.dataset}, seed {train['seed']}"
    tables = tables_of(compared) | {"layers": layers_csv(scored, candidates(network))}
    label = seen.class_names[seen.labels[0]]
    report = "\n\n".join([
        f"{source}, one's own: {own_source} · {made}",
        f"Layers, by the share of drawn Greek letters nearest to one of their kind; {layer} is used:\n{tables['layers'].strip()}",
        f"{layer} makes {len(first)} values of the first training image, {label}:\n{comparison.values_shown(first)}",
        comparison.words(compared, "embedding", beside="pixels"),
    ])  # fmt: skip
    figures = figures_of(compared, title=f"{source} · {made}", with_own=f"{source}, one's own: {own_source} · {made}")
    for name, table in tables.items():
        write_text(output / f"{name}.csv", table)
    write_text(output / "report.txt", report + "\n")
    for name, figure in figures.items():
        write_figure(output / f"{name}.png", figure, dpi=embedding.dpi)
    say(report)


def read_symbols(folder: Path) -> tuple[Symbols, Symbols]:
    """Return the examples, and one's own with the examples' categories."""
    examples, own = read_tables(folder / "examples"), read_tables(folder / "own")
    for name in own.names:
        if name not in examples.names:
            known = ", ".join(examples.names)
            raise UserError(
                f"{folder / 'own/names.csv'}: expected categories of the examples, {known}; received the new one {name}"
            )
    index = np.array([examples.names.index(name) for name in own.names], np.uint8)
    return examples, replace(own, labels=index[own.labels], names=examples.names)


def choose(network: keras.Model, embedding: EmbeddingParams) -> tuple[dict[str, float], str]:
    """Return each layer's score on Greek letters from strokes, and the layer to use: the first of the best, or the one named."""
    if embedding.layer != "best":
        truncated(network, embedding.layer)  # refuses an unknown one before the long part
    names = strokes.CLASSES["greek"]
    count = embedding.validation_sets * embedding.validation_images
    images, labels = strokes.draw(count, classes=names, seed=embedding.validation_seed, start=UNSEEN)
    scored = scores(network, images, labels, each=embedding.validation_images)
    return scored, max(scored, key=scored.__getitem__) if embedding.layer == "best" else embedding.layer


def flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1) / 255


def layers_csv(scored: dict[str, float], values: dict[str, int]) -> str:
    rows = [(layer, values[layer], f"{score:.4f}") for layer, score in scored.items()]
    return csvs.text(rows, header=("layer", "values", "accuracy"))


def tables_of(compared: comparison.Comparison) -> dict[str, str]:
    return {
        "vectors": comparison.vectors_csv(compared, "embedding"),
        "distances": comparison.distances_csv(compared.distances["embedding"], compared.examples),
        "knn": comparison.knn_csv(compared),
        "confusion": comparison.confusion_csv(compared),
        "own": comparison.own_csv(compared, "embedding"),
    }


def figures_of(compared: comparison.Comparison, *, title: str, with_own: str) -> dict[str, Figure]:
    examples, own = compared.examples, compared.own
    vectors, own_vectors = compared.vectors["embedding"], compared.own_vectors["embedding"]
    plane = principal_components(vectors, components=2)
    places = {"places": plane.project(vectors), "own_places": plane.project(own_vectors), "share": plane.share}
    return {
        "distances": symbol_distances.draw(examples, distances=compared.distances["embedding"], title=title),
        "knn": symbol_knn.draw(examples, answers=compared.answers, title=title),
        "map": symbol_map.draw(examples, own=own, **places, title=with_own),
        "own": symbol_matches.draw(own, examples=examples, distances=compared.to_own["embedding"], title=with_own),
    }


if __name__ == "__main__":
    run(main)
