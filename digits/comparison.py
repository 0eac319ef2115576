"""Symbols compared in an embedding and in raw pixels, and what comes out: as tables, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digits import csv_writing
from digits.evaluation import confusion, wilson
from digits.neighbours import classify, leave_one_out, squared_distances, squared_distances_among
from digits.symbols import Symbols

LINE = 16  # values in a line
MOST = 128  # values that are printed: all of those that course B asks for


@dataclass(frozen=True, eq=False)
class Comparison:
    """Examples of symbols, n, and one's own, m, in several spaces by name."""

    examples: Symbols
    own: Symbols
    vectors: Mapping[str, np.ndarray]  # by space, (n, values)
    own_vectors: Mapping[str, np.ndarray]  # by space, (m, values)
    distances: Mapping[str, np.ndarray]  # by space, float64 (n, n), squared
    to_own: Mapping[str, np.ndarray]  # by space, float64 (m, n), squared
    answers: Mapping[tuple[str, int], np.ndarray]  # by space and k, integer (n,): what the k nearest others say each example is

    def matched(self, space: str) -> np.ndarray:
        """Return bool (m,): whether the example nearest to each of one's own is of its category."""
        return classify(self.to_own[space], self.examples.labels, k=1) == self.own.labels


def compare(
    examples: Symbols,
    own: Symbols,
    *,
    vectors: Mapping[str, np.ndarray],
    own_vectors: Mapping[str, np.ndarray],
    neighbours: Sequence[int],
) -> Comparison:
    """Return the comparison in the spaces of `vectors`, with as many `neighbours` voting in turn."""
    distances = {space: squared_distances_among(known) for space, known in vectors.items()}
    to_own = {space: squared_distances(own_vectors[space], known) for space, known in vectors.items()}
    answers = {(space, k): leave_one_out(distances[space], examples.labels, k=k) for space in vectors for k in neighbours}
    return Comparison(examples, own, vectors, own_vectors, distances, to_own, answers)


def tables(compared: Comparison, space: str) -> dict[str, str]:
    """Return the CSVs by the names of their files."""
    return {
        "vectors": vectors_csv(compared, space),
        "distances": distances_csv(compared.distances[space], compared.examples),
        "knn": knn_csv(compared),
        "confusion": confusion_csv(compared),
        "own": own_csv(compared, space),
    }


def distances_csv(distances: np.ndarray, symbols: Symbols) -> str:
    """Return a row a symbol and a column for the first of each category: how far apart they are, squared."""
    names, numbers = [symbols.names[label] for label in symbols.labels], symbols.numbers()
    chosen = symbols.first_of_each()
    rows = [[names[i], numbers[i], *(f"{distances[i, j]:.6g}" for j in chosen)] for i in range(len(symbols))]
    return csv_writing.text(rows, header=["category", "number", *(f"to {names[j]} {numbers[j]}" for j in chosen)])


def vectors_csv(compared: Comparison, space: str) -> str:
    """Return a row a symbol, examples first: whose it is, its category, its number there, and its vector."""
    rows = [
        [whose, symbols.names[label], number, *(f"{value:.6g}" for value in vector)]
        for whose, symbols, vectors in (
            ("examples", compared.examples, compared.vectors[space]),
            ("own", compared.own, compared.own_vectors[space]),
        )
        for label, number, vector in zip(symbols.labels, symbols.numbers(), vectors, strict=True)
    ]
    return csv_writing.text(rows, header=["symbols", "category", "number", *(f"value{i}" for i in range(1, len(rows[0]) - 2))])


def knn_csv(compared: Comparison) -> str:
    """Return a row for each space and k: how many examples are read rightly, the share, its 95 % Wilson interval."""
    rows = []
    for (space, k), predicted in compared.answers.items():
        right, count = int((predicted == compared.examples.labels).sum()), len(compared.examples)
        shares = (right / count, *wilson(right, count))
        rows.append([space, k, right, count, *(f"{share:.4f}" for share in shares)])
    return csv_writing.text(rows, header=["space", "k", "right", "of", "accuracy", "low", "high"])


def confusion_csv(compared: Comparison) -> str:
    """Return a row for each space, k and true category, and a column a predicted one: how many examples."""
    rows, names = [], compared.examples.names
    for (space, k), predicted in compared.answers.items():
        counts = confusion(compared.examples.labels, predicted, classes=len(names))
        rows += [[space, k, name, *row] for name, row in zip(names, counts.tolist(), strict=True)]
    return csv_writing.text(rows, header=["space", "k", "true \\ predicted", *names])


def own_csv(compared: Comparison, space: str) -> str:
    """Return a row for each of one's own: its category, its number there, the nearest example and how far that is, squared."""
    examples, own, distances = compared.examples, compared.own, compared.to_own[space]
    numbers, rows = examples.numbers(), []
    for label, number, row in zip(own.labels, own.numbers(), distances, strict=True):
        nearest = int(row.argmin())
        rows.append([own.names[label], number, examples.names[examples.labels[nearest]], numbers[nearest], f"{row[nearest]:.6g}"])
    return csv_writing.text(rows, header=["category", "number", "nearest category", "nearest number", "distance"])


def values_shown(vector: np.ndarray) -> str:
    """Return a vector's values, or the first of very many, in lines."""
    lines = [
        " ".join(f"{round(value, 2) + 0:6.2f}" for value in vector[i : min(i + LINE, MOST)])
        for i in range(0, min(len(vector), MOST), LINE)
    ]
    return "\n".join(lines + [f"and {len(vector) - MOST} more"] * (len(vector) > MOST))


def words(compared: Comparison, space: str, *, beside: str) -> str:
    """Return in lines what pattern the distances in a space have, and how it serves, `beside` another space."""
    lines = [
        "Squared distances from the first example of each category:",
        around_each(compared.distances[space], compared.examples),
    ]
    lines += [f"In the {name}, {apart(compared.distances[name], compared.examples)}." for name in (space, beside)]
    count, labels = len(compared.examples), compared.examples.labels
    for k in dict.fromkeys(k for _, k in compared.answers):
        right = {name: int((compared.answers[name, k] == labels).sum()) for name in (space, beside)}
        lines.append(f"Left out and read by the nearest {k}: {right[space]} of {count} right, in the {beside} {right[beside]}.")
    matched = {name: int(compared.matched(name).sum()) for name in (space, beside)}
    lines.append(f"One's own nearest to their like: {matched[space]} of {len(compared.own)}, in the {beside} {matched[beside]}.")
    return "\n".join(lines)


def around_each(distances: np.ndarray, symbols: Symbols) -> str:
    """Return a line for the first of each category: how far its own are, how far the others, and which come between."""
    titles, letters = symbols.titles(), symbols.letters()
    lines = []
    for i in symbols.first_of_each():
        own = (symbols.labels == symbols.labels[i]) & (np.arange(len(symbols)) != i)
        others = np.flatnonzero(symbols.labels != symbols.labels[i])
        letter, nearest = letters[symbols.labels[i]], others[distances[i, others].argmin()]
        outside = f"all else from {distances[i, nearest]:.4g} ({titles[nearest]}) to {distances[i, others].max():.4g}"
        if not own.any():
            lines.append(f"{titles[i]}: the only {letter}; {outside}")
            continue
        beyond = int((distances[i, own] > distances[i, nearest]).sum())
        between = f"beyond {titles[nearest]} lie {beyond} {letter}" if beyond else f"every {letter} is nearer than all else"
        inside = f"the other {own.sum()} {letter} from {distances[i, own].min():.4g} to {distances[i, own].max():.4g}"
        lines.append(f"{titles[i]}: {inside}, {outside}; {between}")
    return "\n".join(lines)


def apart(distances: np.ndarray, symbols: Symbols) -> str:
    """Return the mean squared distance of two symbols of a category, that of two of different ones, and which are nearest."""
    alike = symbols.labels[:, None] == symbols.labels
    pairs = alike & ~np.eye(len(symbols), dtype=bool)
    if not pairs.any():
        return "no category has two symbols"
    within, between = distances[pairs].mean(), distances[~alike].mean()
    times = f", {between / within:.2f} times as much" if within else ""
    far = f"the squared distance of two of a category is {within:.4g} on average, of two of different ones {between:.4g}{times}"
    means = {
        (a, b): distances[np.ix_(symbols.labels == a, symbols.labels == b)].mean()
        for a in np.unique(symbols.labels)
        for b in np.unique(symbols.labels)
        if a < b
    }
    a, b = min(means, key=means.__getitem__)
    letters = symbols.letters()
    return f"{far}; nearest to each other are {letters[a]} and {letters[b]}, {means[a, b]:.4g}"
