"""How many floating-point operations a network needs, read from TensorFlow's graph of its gradient."""

from math import prod

from digits.compute import keras, tf


def flop_per_image(network: keras.Model) -> int:
    """Return the operations of one gradient update for each image: those of convolutions and matrix products, forward and back.

    Multiplications and additions count one each. What is elementwise, pooling and the optimizer are not counted.
    """
    wanted: dict[str, tf.Operation] = {}
    waiting = [tensor.op for tensor in _gradient_of_one_image(network).outputs]
    while waiting:  # what no output needs, TensorFlow does not compute: the gradient of the pixels above all
        operation = waiting.pop()
        if operation.name not in wanted:
            wanted[operation.name] = operation
            waiting += [tensor.op for tensor in operation.inputs]
    return sum(_flop(operation) for operation in wanted.values())


def _gradient_of_one_image(network: keras.Model):
    @tf.function(autograph=False)
    def gradient(images):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(network(images, training=True)))
        return tape.gradient(loss, network.trainable_variables)

    return gradient.get_concrete_function(tf.TensorSpec((1, *network.input_shape[1:]))).graph


def _flop(operation: tf.Operation) -> int:
    shapes: list[list[int]] = [_known(tensor.shape) for tensor in operation.inputs]
    made = _known(operation.outputs[0].shape) if operation.outputs else []
    if operation.type == "Conv2D":  # pixels, kernel -> pixels
        return 2 * prod(made) * prod(shapes[1][:3])
    if operation.type == "Conv2DBackpropInput":  # shape, kernel, gradient of the output
        return 2 * prod(shapes[2]) * prod(shapes[1][:3])
    if operation.type == "Conv2DBackpropFilter":  # pixels, shape, gradient of the output
        return 2 * prod(shapes[2]) * prod(made[:3])
    if operation.type == "MatMul":
        return 2 * prod(made) * shapes[0][0 if operation.get_attr("transpose_a") else 1]
    if operation.type in ("BatchMatMulV2", "BatchMatMulV3"):
        return 2 * prod(made) * shapes[0][-2 if operation.get_attr("adj_x") else -1]
    return 0


def _known(shape: tf.TensorShape) -> list[int]:
    return [int(size or 0) for size in shape.as_list()] if shape.rank is not None else []
