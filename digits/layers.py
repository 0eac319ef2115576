"""Keras' layers where ours are faster, by the same names, with the same weights and, but for rounding, the same numbers."""

from collections.abc import Callable

from digits.compute import keras, tf


class Conv2D(keras.layers.Conv2D):
    """Keras' layer for pictures, float32 (batch, rows, columns, channels), that adds its bias by a plain sum.

    The bias as Keras adds it has its gradient computed by oneDNN in one operation with the filters', which may take twice as long
    as the two by themselves (decision 21).
    """

    def call(self, inputs):
        if self.data_format != "channels_last":
            return super().call(inputs)
        outputs = self.convolution_op(inputs, self.kernel)
        return self.activation(outputs if self.bias is None else outputs + self.bias)


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' layer for pictures, float32 (batch, rows, columns, channels), by TensorFlow's one operation for it.

    Keras has some ten that each go through all of the pictures. It takes a sixth off a step of three convolutions with batch norm
    (17.7 for 21.4 ms, batches of 256, two cores). Over several replicas, which have to agree on the means, for what is no
    picture, and with other arguments than the networks here have it is Keras' own.
    """

    def call(self, inputs, training=None, mask=None):
        plain = self.scale and self.center and mask is None and not (self.synchronized or getattr(self, "renorm", False))
        if not (plain and len(inputs.shape) == 4 and self.axis in (-1, 3) and self.compute_dtype == "float32"):
            return super().call(inputs, training=training, mask=mask)
        learns = bool(training and self.trainable)
        nothing = tf.zeros([0])
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=nothing if learns else self.moving_mean,
            variance=nothing if learns else self.moving_variance,
            epsilon=self.epsilon,
            is_training=learns,
        )
        if learns:
            pixels = tf.cast(tf.reduce_prod(tf.shape(inputs)[:-1]), tf.float32)
            variance *= tf.maximum(pixels - 1, 1) / pixels  # the operation's is Bessel's, Keras keeps the plain one
            self._average(mean, variance)
        return outputs

    def together(self, parts: list[tf.Tensor], sizes: list[tf.Tensor]) -> list[tf.Tensor]:
        """Return the layer's outputs in training for the parts of a batch, float32 (images, rows, columns, channels) each.

        Means and variances are those of the whole batch, over several replicas of the global one. Sums over each part are all that
        the parts wait for one another for.

        sizes  int32, how many images each part has, 0 for one whose image stands for none
        """
        assert self.gamma is not None, f"{self.name}: in parts a norm has scale and center"
        assert self.beta is not None, f"{self.name}: in parts a norm has scale and center"

        def total(sums: list[tf.Tensor]) -> tf.Tensor:
            here = tf.add_n([tf.where(size > 0, its, 0) for its, size in zip(sums, sizes, strict=True)])
            if not self.synchronized:
                return here
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, here)

        places = tf.reduce_prod(tf.shape(parts[0])[1:-1])
        pixels = total([tf.cast(size * places, tf.float32) for size in sizes])
        mean = total([tf.reduce_sum(part, axis=(0, 1, 2)) for part in parts]) / pixels
        variance = total([tf.reduce_sum(tf.square(part - mean), axis=(0, 1, 2)) for part in parts]) / pixels
        self._average(mean, variance)
        scale = self.gamma * tf.math.rsqrt(variance + self.epsilon)
        shift = self.beta - mean * scale
        return [part * scale + shift for part in parts]

    def _average(self, mean: tf.Tensor, variance: tf.Tensor) -> None:
        for average, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            assert average is not None  # a layer that is called has been built
            average.assign(self.momentum * average + (1 - self.momentum) * now)


OURS = {keras.layers.Conv2D: Conv2D, keras.layers.BatchNormalization: BatchNormalization}


def faster(network: keras.Model) -> keras.Model:
    """Return `network` with our layers wherever it, or a network within it, has Keras' own."""
    return rebuilt(network, kind=lambda layer: OURS.get(type(layer), type(layer)))


def rebuilt(network: keras.Model, *, kind: Callable[[keras.layers.Layer], type[keras.layers.Layer]]) -> keras.Model:
    """Return a network of the same names and weights, each layer, those of networks within it too, made anew as its `kind`."""
    copy = keras.models.clone_model(
        network, clone_function=lambda layer: kind(layer).from_config(layer.get_config()), recursive=True
    )
    copy.set_weights(network.get_weights())
    return copy
