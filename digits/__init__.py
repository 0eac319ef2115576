"""The library: arrays and numbers in, arrays and numbers out.

What must stand in the environment before TensorFlow or OpenCV is first imported is set here, once; a value of the user's own wins.
"""

import os

# TensorFlow leaves oneDNN off on processors without AVX-512 VNNI, where it nearly halves a step (docs/decisions/0003).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# What TensorFlow logs of missing GPUs is noise here, even at its level 2, errors; what fails raises an exception all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
