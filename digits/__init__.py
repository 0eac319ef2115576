"""The library: arrays and numbers in, arrays and numbers out.

Modules that touch files or the terminal are few (docs/decisions/0020). What must stand in the environment before TensorFlow, OpenCV
or Matplotlib is first imported is set here, once; a value of the user's own wins, where the library works with it.
"""

import importlib.util
import os
import sys
from types import TracebackType

# TensorFlow leaves oneDNN off on processors without AVX-512 VNNI, where it nearly halves a step (docs/decisions/0003).
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# What TensorFlow logs of missing GPUs is noise here, even at its level 2, errors; what fails raises an exception all the same.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The loop is TensorFlow's. This goes before ~/.keras/keras.json, whose precision and order of channels digits/compute.py sets.
os.environ["KERAS_BACKEND"] = "tensorflow"


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


# Jupyter's kernel names its own backend to all that it starts, and Matplotlib refuses one that is not installed where it runs.
_, _, _backend = os.environ.get("MPLBACKEND", "").partition("module://")
if _backend and not _is_installed(_backend):
    del os.environ["MPLBACKEND"]


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None, *, otherwise=sys.excepthook) -> None:
    """Let Ctrl-C end without a traceback while modules are still imported, too; later on, digits/stage.py does."""
    if not issubclass(kind, KeyboardInterrupt):
        otherwise(kind, error, trace)


sys.excepthook = _told
