"""Compare symbols the network never saw by what it makes of them up to one of its layers: distances, neighbours, a map.

Reads   data/symbols/, data/splits/train.npz for its first image, output/train/best.weights.h5
Writes  output/embedding/: report.txt; layers, vectors, distances, knn, confusion, own .csv; distances, knn, map, own .png
Run     python -m stages.embedding data/symbols data/splits/train.npz output/train/best.weights.h5 output/embedding
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digits import arrays, comparison, models, strokes, trained
from digits.comparison import compare
from digits.compute import ComputeParams, out_of_memory
from digits.embedding import candidates, choose, layers_csv, raw, vectors
from digits.figures import symbols
from digits.params import anything, between, seed, seed_of
from digits.stage import run, say
from digits.writing import write_figure, write_text
from stages.tables import STROKES, read_both, read_texts

NEIGHBOURS = (1, 3, 5)  # that vote


@dataclass(frozen=True)
class EmbeddingParams:
    layer: str = anything()  # of the network, or best
    validation_sets: int = between(1, 10_000)  # of Greek letters from strokes
    validation_images: int = between(2, 1000)  # in a set
    validation_seed: int = seed()
    dpi: int = between(20, 600)  # pixels per inch; the pictures are 10 inches wide


@out_of_memory()
def main(
    folder: Path, split: Path, weights: Path, output: Path,
    model: models.ModelParams, networks: dict, compute: ComputeParams, embedding: EmbeddingParams, train: dict,
) -> None:  # fmt: skip
    examples, own = read_both(folder)
    source, own_source = (read_texts(folder / "sources.csv", role)[0] for role in ("examples", "own"))
    seen = arrays.with_images(split)
    network = trained.network(model, networks, compute, classes=len(seen.class_names), weights=weights)

    each, count = embedding.validation_images, embedding.validation_sets * embedding.validation_images
    letters = strokes.draw(count, classes=strokes.CLASSES["greek"], seed=embedding.validation_seed, start=STROKES)
    scored, layer = choose(network, *letters, layer=embedding.layer, each=each)
    images = np.concatenate([seen.images[:1], examples.images, own.images])
    (first,), of_examples, of_own = np.split(vectors(network, images, layer=layer), [1, 1 + len(examples.images)])
    compared = compare(
        examples,
        own,
        vectors={"embedding": of_examples, "pixels": raw(examples.images)},
        own_vectors={"embedding": of_own, "pixels": raw(own.images)},
        neighbours=NEIGHBOURS,
    )

    made = f"{model.name} up to {layer} · trained on {seen.dataset}, seed {seed_of(train)}"
    tables = comparison.tables(compared, "embedding") | {"layers": layers_csv(scored, candidates(network))}
    label = seen.class_names[seen.labels[0]]
    report = "\n\n".join([
        f"{source}, one's own: {own_source} · {made}",
        f"Layers, by the share of drawn Greek letters nearest to one of their kind; {layer} is used:\n{tables['layers'].strip()}",
        f"{layer} makes {len(first)} values of the first training image, {label}:\n{comparison.values_shown(first)}",
        comparison.words(compared, "embedding", beside="pixels"),
    ])  # fmt: skip
    figures = symbols.draw(compared, title=f"{source} · {made}", with_own=f"{source}, one's own: {own_source} · {made}")
    for name, table in tables.items():
        write_text(output / f"{name}.csv", table)
    write_text(output / "report.txt", report + "\n")
    for name, figure in figures.items():
        write_figure(output / f"{name}.png", figure, dpi=embedding.dpi)
    say(report)


if __name__ == "__main__":
    run(main)
