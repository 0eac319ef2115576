"""`make quick`: the whole pipeline on 600 strokes, with recipes/quick.yaml over params.yaml, in output/quick."""

from pathlib import Path

import yaml

from tools import words, workspace

FOLDER = Path("output/quick")


def main() -> None:
    """Run it, and say what came out."""
    workspace.make(FOLDER, yaml.safe_load(Path("recipes/quick.yaml").read_text(encoding="utf-8")))
    workspace.run(FOLDER, "dvc", "repro")
    workspace.run(FOLDER, "dvc", "metrics", "show")
    print("Pictures:", *sorted(str(picture) for picture in FOLDER.glob("output/**/*.png") if picture.stem[-1].isalpha()))


if __name__ == "__main__":
    words.run(main)
