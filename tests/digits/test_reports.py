import numpy as np
import pytest

from digits import evaluation, reports

COUNTS = np.array([[3, 1], [0, 4]])
NAMES = np.array(["cat, black", "dog"])


def test_a_report_has_a_row_a_class_and_their_means():
    assert reports.per_class(np.array([[9, 3], [0, 4]]), class_names=NAMES).splitlines() == [
        "class,precision,recall,f1,support",
        '"cat, black",1.0000,0.7500,0.8571,12',
        "dog,0.5714,1.0000,0.7273,4",
        "macro mean,0.7857,0.8750,0.7922,16",
        "weighted mean,0.8929,0.8125,0.8247,16",  # its recall is the accuracy, 13 of 16
    ]


def test_the_macro_mean_of_f1_is_the_metrics_also_where_a_class_has_neither_images_nor_answers():
    counts = np.array([[3, 1, 0], [1, 5, 0], [0, 0, 0]])
    macro = reports.per_class(counts, class_names=np.array(["a", "b", "c"])).splitlines()[4].split(",")
    assert macro[0] == "macro mean"
    assert float(macro[3]) == pytest.approx(evaluation.macro_f1_and_half_interval(counts)[0], abs=5e-5)


def test_a_confusion_table_has_true_classes_in_rows():
    assert reports.confusion(COUNTS, class_names=NAMES).splitlines() == [
        'true \\ predicted,"cat, black",dog',
        '"cat, black",3,1',
        "dog,0,4",
    ]


def test_the_first_answers_have_two_decimals_the_largest_output_and_the_label_as_course_b_asks():
    probabilities = np.array([[0.004, 0.996], [0.7, 0.3], [1, 0]])
    assert reports.first_answers(probabilities, np.array([1, 1, 0]), count=2).splitlines() == [
        "first 2 test images: outputs, largest output's index, label",
        "0.00 1.00   1  1",
        "0.70 0.30   0  1  wrong",
    ]
