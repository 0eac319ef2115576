"""The log loss, as course A writes it down."""

from digits.compute import tf

# Keras' bound of probabilities: log(1e-7) is -16.1, and 1 - 1e-7 is the float32 next but one to 1. In `compile` and `fit` it has
# none: it finds a network's softmax and takes what went into it. Below the bound the loss is flat: no step learns from an image
# whose true class has less.
SMALLEST = 1e-7


def log_loss(targets: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Return -1/N sum_i sum_j Y_ij log F(X_ij), in nats per image, a float32 scalar.

    targets        Y, float32 (N, outputs): 1 for the true class, 0 elsewhere; rows sum to 1
    probabilities  F(X), float32 (N, outputs), 0 to 1; bounded to [1e-7, 1] first, so that 0 gives a finite loss
    """
    bounded = tf.clip_by_value(probabilities, SMALLEST, 1.0)
    return -tf.reduce_mean(tf.reduce_sum(targets * tf.math.log(bounded), axis=1))
