"""The stages. Started by a Python that lacks the project's packages, every one of them says in one line what to run."""

import importlib.util
import sys

if any(importlib.util.find_spec(package) is None for package in ("cv2", "numpy", "yaml", "matplotlib", "tensorflow")):
    print(  # noqa: T201
        f"stages: {sys.executable} has not the project's packages; run `make`, or `. .venv/bin/activate` first", file=sys.stderr
    )
    sys.exit(2)
