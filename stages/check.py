"""Refuse a network that there is not, before DVC looks for its file and fails without naming the key.

Reads   params.yaml
Writes  nothing
Run     python -m stages.check
"""

from digits import models
from digits.stage import run


def main(model: models.ModelParams, networks: dict) -> None:
    models.sizes_of(model.name, networks)


if __name__ == "__main__":
    run(main)
