"""A convolution outside its network: its filters applied by OpenCV, and the patches of images that excite them. No TensorFlow."""

from dataclasses import dataclass

import cv2
import numpy as np

TOLERANCE = 1e-5  # of the largest response: a float32 keeps 6e-8, and sums of some hundred terms lose two digits of it


@dataclass(frozen=True, eq=False)
class Filters:
    """The weights of a two-dimensional convolution, and how it steps over an image."""

    kernels: np.ndarray  # float32 (height, width, channels, filters)
    biases: np.ndarray  # float32 (filters,)
    strides: tuple[int, int]  # pixels, down and across
    same: bool  # padded with zeros so that stride 1 keeps the size; else not padded

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of a filter, pixels."""
        return self.kernels.shape[:2]


def margins(size: int, *, kernel: int, stride: int, same: bool) -> tuple[int, int]:
    """Return how many zeros stand before and after `size` pixels.

    TensorFlow's rule (tf.nn, notes on padding): ceil(size / stride) outputs, and an odd zero goes to the end.
    """
    if not same:
        return 0, 0
    outputs = -(-size // stride)
    zeros = max((outputs - 1) * stride + kernel - size, 0)
    return zeros // 2, zeros - zeros // 2


def padded(images: np.ndarray, filters: Filters) -> np.ndarray:
    """Return images (..., height, width, channels) with the zeros around them that the convolution adds."""
    around = [
        margins(size, kernel=kernel, stride=stride, same=filters.same)
        for size, kernel, stride in zip(images.shape[-3:-1], filters.shape, filters.strides, strict=True)
    ]
    return np.pad(images, [(0, 0)] * (images.ndim - 3) + around + [(0, 0)])


def filtered(image: np.ndarray, filters: Filters) -> np.ndarray:
    """Return what each kernel makes of a float32 image (height, width, channels), without bias: float32 (height, width, filters).

    `cv2.filter2D` for each channel, summed. OpenCV does not flip the kernel: it computes the cross-correlation, and
    so do networks, which call it convolution. The kernel hangs from its upper left corner here (anchor 0, 0), so that what would
    reach over the edge is last, and cut off.
    """
    across = padded(image, filters)
    rows, columns = (size - kernel + 1 for size, kernel in zip(across.shape, filters.shape, strict=False))
    found = [
        sum(
            cv2.filter2D(
                np.ascontiguousarray(across[..., channel]), cv2.CV_32F, np.ascontiguousarray(kernel[..., channel]), anchor=(0, 0)
            )
            for channel in range(kernel.shape[-1])
        )
        for kernel in np.moveaxis(filters.kernels, -1, 0)
    ]
    down, over = filters.strides
    return np.stack(found, axis=-1)[:rows:down, :columns:over]


def difference(ours: np.ndarray, theirs: np.ndarray, *, largest: float) -> float:
    """Return the largest difference between two computations of the same, in shares of the `largest` response before an activation.

    Raises ArithmeticError, a fault of ours and no user's, if it is over TOLERANCE or if the shapes differ.
    """
    if ours.shape != theirs.shape:
        raise ArithmeticError(f"cv2.filter2D gives {ours.shape}, the layer {theirs.shape}")
    share = float(np.abs(ours - theirs).max() / (largest or 1.0))
    if not share <= TOLERANCE:
        raise ArithmeticError(f"cv2.filter2D and the layer differ by {share:.1e} of the largest response, over {TOLERANCE:.0e}")
    return share


def strongest(peaks: np.ndarray, *, most: int) -> np.ndarray:
    """Return for each filter the images of its highest peaks, int (filters, most or fewer), the highest first.

    `peaks` (images, filters) holds each filter's highest response within each image, so no image comes twice.
    """
    return np.argsort(-peaks, axis=0, kind="stable")[:most].T


def patches(images: np.ndarray, filters: Filters, *, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return what the convolution sees of each image at one place of its output, the zeros around the image included.

    images          (n, height, width, channels)
    rows, columns   int (n,), a place of the output for each image
    returned        (n, height of a filter, width of a filter, channels)
    """
    (height, width), (down, over) = filters.shape, filters.strides
    return np.stack(
        [
            image[row * down : row * down + height, column * over : column * over + width]
            for image, row, column in zip(padded(images, filters), rows, columns, strict=True)
        ]
    )
