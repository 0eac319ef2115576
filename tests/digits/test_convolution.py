"""A convolution outside its network, against Keras' own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits import convolution
from digits.compute import tf
from digits.convolution import Filters


def made(height, width, channels, filters, *, strides=(1, 1), same=False, seed=0):
    random = np.random.default_rng(seed)
    kernels = random.normal(size=(height, width, channels, filters)).astype(np.float32)
    return Filters(kernels, random.normal(size=filters).astype(np.float32), strides, same)


def by_opencv(image, filters):
    return convolution.filtered(image, filters) + filters.biases


def by_tensorflow(images, filters):
    padding = "SAME" if filters.same else "VALID"
    return (tf.nn.convolution(images, filters.kernels, strides=filters.strides, padding=padding) + filters.biases).numpy()


def test_a_flipped_kernel_is_noticed():
    image, filters = np.random.default_rng(1).random((9, 9, 1), np.float32), made(3, 3, 1, 2)
    flipped = Filters(filters.kernels[::-1, ::-1], filters.biases, (1, 1), False)
    with pytest.raises(ArithmeticError, match="differ by"):
        convolution.difference(by_opencv(image, flipped), by_tensorflow(image[None], filters)[0], largest=1.0)


@pytest.mark.parametrize("wrong", [np.full((2, 2, 1), np.nan, np.float32), np.zeros((3, 2, 1), np.float32)])
def test_what_is_no_number_or_of_another_shape_agrees_with_nothing(wrong):
    with pytest.raises(ArithmeticError):
        convolution.difference(wrong, np.ones((2, 2, 1), np.float32), largest=1.0)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(7, 15), st.integers(7, 15)),
    kernel=st.tuples(st.integers(1, 7), st.integers(1, 7)),
    strides=st.sampled_from([(1, 1), (2, 2), (3, 3)]),
    channels=st.integers(1, 3),
    same=st.booleans(),
    seed=st.integers(0, 9),
)
def test_opencv_and_tensorflow_agree_for_every_kernel_stride_and_padding(size, kernel, strides, channels, same, seed):
    filters = made(*kernel, channels, 2, strides=strides, same=same, seed=seed)
    image = np.random.default_rng(seed).random((*size, channels), np.float32)
    theirs = by_tensorflow(image[None], filters)[0]
    convolution.difference(by_opencv(image, filters), theirs, largest=float(np.abs(theirs).max()))  # raises over the tolerance


@settings(max_examples=30, deadline=None)
@given(
    kernel=st.integers(1, 5), stride=st.integers(1, 3), same=st.booleans(), place=st.tuples(st.integers(0, 99), st.integers(0, 99))
)
def test_a_patch_times_the_kernel_is_the_response_at_its_place_at_the_borders_too(kernel, stride, same, place):
    filters = made(kernel, kernel, 2, 3, strides=(stride, stride), same=same)
    image = np.random.default_rng(2).random((8, 9, 2), np.float32)
    maps = by_opencv(image, filters)
    row, column = place[0] % maps.shape[0], place[1] % maps.shape[1]
    (patch,) = convolution.patches(image[None], filters, rows=np.array([row]), columns=np.array([column]))
    assert patch.shape == (kernel, kernel, 2)
    response = np.einsum("hwc,hwcf->f", patch, filters.kernels) + filters.biases
    np.testing.assert_allclose(response, maps[row, column], atol=1e-5)


def test_an_odd_zero_goes_to_the_end_as_in_tensorflow():
    assert convolution.margins(28, kernel=3, stride=2, same=True) == (0, 1)
    assert convolution.margins(28, kernel=7, stride=2, same=True) == (2, 3)
    assert convolution.margins(28, kernel=3, stride=1, same=True) == (1, 1)
    assert convolution.margins(28, kernel=3, stride=1, same=False) == (0, 0)


def test_the_strongest_come_first_each_image_once_and_equals_in_their_order():
    peaks = np.array([[1.0, 5.0], [3.0, 5.0], [2.0, -1.0]])
    assert convolution.strongest(peaks, most=2).tolist() == [[1, 2], [0, 1]]
    assert convolution.strongest(peaks, most=9).shape == (2, 3)
