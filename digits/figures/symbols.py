"""What embedding shows of its comparison: distances, neighbours, a map, one's own letters."""

from matplotlib.figure import Figure

from digits.comparison import Comparison
from digits.figures import symbol_distances, symbol_knn, symbol_map, symbol_matches
from digits.projection import principal_components


def draw(compared: Comparison, *, title: str, with_own: str) -> dict[str, Figure]:
    """Return the figures by name; `with_own` is the title of those that show one's own too."""
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
