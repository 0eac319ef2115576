"""Probabilities and labels become metrics, confusion counts and intervals. numpy only."""

import math

import numpy as np

from digits.errors import UserError

SMALLEST = 1e-7  # probabilities are bounded from below by it, as in training's log loss
Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point


def metrics(probabilities: np.ndarray, labels: np.ndarray, *, bins: int) -> dict[str, float]:
    """Return the figures of merit of float (n, classes) probabilities for integer (n,) labels.

    accuracy, accuracy_low, accuracy_high   the share of right answers and its 95 % Wilson interval, 0 to 1
    log_loss                                mean of -log p(true class), nats per image
    macro_f1, macro_f1_low, macro_f1_high   the mean of F1 over the classes there are, of images or answers, and its 95 % interval,
                                            0 to 1, of no width where no answer is wrong
    calibration_error                       expected calibration error with `bins` equal bins, 0 to 1
    """
    counts = confusion(labels, probabilities.argmax(axis=1), classes=probabilities.shape[1])
    right = int(np.trace(counts))
    low, high = wilson(right, len(labels))
    macro_f1, half = macro_f1_and_half_interval(counts)
    of_truth = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return {
        "accuracy": right / len(labels),
        "accuracy_low": low,
        "accuracy_high": high,
        "log_loss": float(-np.log(np.maximum(of_truth, SMALLEST)).mean()),
        "macro_f1": macro_f1,
        "macro_f1_low": max(0.0, macro_f1 - half),
        "macro_f1_high": min(1.0, macro_f1 + half),
        "calibration_error": calibration_error(probabilities, labels, bins=bins),
    }


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of `right` in `n` (Wilson 1927, equation for the score interval)."""
    share, z2 = right / n, Z_95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # In exact arithmetic the share lies inside and the ends within 0 and 1.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def confusion(labels: np.ndarray, predicted: np.ndarray, *, classes: int) -> np.ndarray:
    """Return counts, int64 (classes, classes): row the true class, column the predicted one."""
    return np.bincount(labels.astype(np.int64) * classes + predicted, minlength=classes**2).reshape(classes, classes)


def report(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Return precision, recall and f1 (float64, 0 to 1; 0 where undefined) and support (int64, images) of each class."""
    right, predicted, support = np.diag(counts).astype(np.float64), counts.sum(axis=0), counts.sum(axis=1)
    return {
        "precision": _share(right, predicted),
        "recall": _share(right, support),
        "f1": _share(2 * right, predicted + support),
        "support": support,
    }


def there(counts: np.ndarray) -> np.ndarray:
    """Return which classes images or answers have, bool (classes,)."""
    return counts.sum(axis=0) + counts.sum(axis=1) > 0


def macro_f1_and_half_interval(counts: np.ndarray) -> tuple[float, float]:
    """Return the mean of F1, and half the width of its 95 % interval, for confusion `counts` (classes, classes).

    The mean is over the classes that images or answers have: of one without either, as in a test split of few images, nothing is
    known.

    The interval is the normal one of the delta method (Takahashi et al. 2022, "Confidence interval for micro-averaged F1 and
    macro-averaged F1 scores"), images being drawn independently: `influence` is what one image of that truth and that answer adds.
    """
    f1, shares, known = report(counts)["f1"], counts / counts.sum(), there(counts)
    of_class = shares.sum(axis=0) + shares.sum(axis=1)  # the denominator of F1
    weight = np.divide(1.0, of_class, out=np.zeros_like(of_class), where=known)
    influence = (np.diag(2 * weight) - (f1 * weight)[:, None] - (f1 * weight)[None, :]) / known.sum()
    return float(f1[known].mean()), Z_95 * math.sqrt(float((shares * influence**2).sum()) / int(counts.sum()))


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, *, bins: int) -> float:
    """Return the expected calibration error of the predicted class (Guo et al. 2017, equation 3).

    Images are put into `bins` bins of equal width by the probability of their predicted class; the error is the mean over images of
    |share right - mean probability| of the image's bin.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    which = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(which, weights=right - confidence, minlength=bins)).sum() / len(labels))


def most_confident_mistakes(probabilities: np.ndarray, labels: np.ndarray, *, most: int) -> np.ndarray:
    """Return the rows, at most `most`, whose predicted class is wrong, those of the highest probability first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:most]


def of_classes(probabilities: np.ndarray, *, classes: int) -> np.ndarray:
    """Return the columns that belong to a class: some networks have more outputs than classes, which their sources ask for.

    Raises UserError if the probabilities are not finite: the training has diverged.
    """
    if not np.isfinite(probabilities).all():
        raise UserError("the network's probabilities are not finite: training has diverged; lower train.learning_rate")
    return probabilities[:, :classes]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
