"""What the tables and the words about symbols promise, on points of a line."""

import numpy as np

from digits import comparison
from digits.symbols import Symbols


def symbols(labels: list[int], names: tuple[str, ...] = ("alpha", "beta")) -> Symbols:
    return Symbols(np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8), names)


def compared(places: list[float], labels: list[int], own: tuple[str, ...] = ("alpha", "beta")) -> comparison.Comparison:
    """Examples at `places`, in "dark" all at one; one's own an α at 0.4 and a β at 0.6."""
    here = np.array(places)[:, None]
    return comparison.compare(
        symbols(labels),
        symbols([0, 1], own),
        vectors={"line": here, "dark": np.zeros_like(here)},
        own_vectors={"line": np.array([[0.4], [0.6]]), "dark": np.zeros((2, 1))},
        neighbours=(1, 3),
    )


APART = compared([0, 1, 10, 12], [0, 0, 1, 1])
MIXED = compared([0, 5, 3, 4], [0, 0, 1, 1])
CROSSED = compared([0, 1, 10, 12], [0, 1, 0, 1])


def test_the_distances_table_has_a_row_a_symbol_and_a_column_a_category():
    assert comparison.distances_csv(APART.distances["line"], APART.examples) == (
        "category,number,to alpha 1,to beta 1\nalpha,1,0,100\nalpha,2,1,81\nbeta,1,100,0\nbeta,2,144,4\n"
    )


def test_neighbours_are_counted_by_space_and_k():
    assert comparison.knn_csv(APART).splitlines()[:2] == ["space,k,right,of,accuracy,low,high", "line,1,4,4,1.0000,0.5101,1.0000"]
    assert "line,3,alpha,2,0" not in comparison.confusion_csv(APART)  # one α against two β outvotes it
    assert "line,1,alpha,2,0" in comparison.confusion_csv(APART)


def test_one_s_own_have_their_nearest_example():
    assert comparison.own_csv(APART, "line").splitlines()[1:] == ["alpha,1,alpha,1,0.16", "beta,1,alpha,2,0.16"]
    assert APART.matched("line").tolist() == [True, False]


def test_one_s_own_and_the_examples_have_their_own_names():
    found = compared([0, 1, 10, 12], [0, 0, 1, 1], own=("a", "b"))
    assert comparison.own_csv(found, "line").splitlines()[1:] == ["a,1,alpha,1,0.16", "b,1,alpha,2,0.16"]
    examples = ["examples,alpha,1,0", "examples,alpha,2,1", "examples,beta,1,10", "examples,beta,2,12"]
    assert comparison.vectors_csv(found, "line").splitlines()[1:] == [*examples, "own,a,1,0.4", "own,b,1,0.6"]


def test_each_space_has_figures_of_its_own():
    rows = [line.split(",")[:4] for line in comparison.knn_csv(CROSSED).splitlines()[1:]]
    assert rows == [["line", "1", "0", "4"], ["line", "3", "0", "4"], ["dark", "1", "1", "4"], ["dark", "3", "0", "4"]]
    far, near = "the squared distance of two of a category is", "nearest to each other are α and β,"
    assert comparison.words(CROSSED, "line", beside="dark").splitlines()[-5:] == [
        f"In the line, {far} 110.5 on average, of two of different ones 57.5, 0.52 times as much; {near} 57.5.",
        f"In the dark, {far} 0 on average, of two of different ones 0; {near} 0.",
        "Left out and read by the nearest 1: 0 of 4 right, in the dark 1.",
        "Left out and read by the nearest 3: 0 of 4 right, in the dark 0.",
        "One's own nearest to their like: 2 of 2, in the dark 1.",
    ]


def test_the_words_say_whether_the_categories_lie_apart():
    said = comparison.around_each(APART.distances["line"], APART.examples)
    assert said.splitlines()[0] == "α 1: the other 1 α from 1 to 1, all else from 100 (β 1) to 144; every α is nearer than all else"
    said = comparison.around_each(MIXED.distances["line"], MIXED.examples)
    assert said.splitlines()[0].endswith("all else from 9 (β 1) to 16; beyond β 1 lie 1 α")
    assert "One's own nearest to their like: 1 of 2, in the dark 1." in comparison.words(APART, "line", beside="dark")


def test_a_category_of_one_is_said_to_be_alone_and_vectors_are_shown_in_full_up_to_128():
    alone = compared([0, 10], [0, 1])
    assert comparison.words(alone, "line", beside="dark").splitlines()[1] == "α 1: the only α; all else from 100 (β 1) to 100"
    assert len(comparison.values_shown(np.ones(128)).split()) == 128
    assert comparison.values_shown(np.ones(300)).endswith("and 172 more")
    assert "-0.00" not in comparison.values_shown(np.array([-0.0, -1e-9]))
