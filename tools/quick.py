"""`make quick`: the whole pipeline on 600 strokes, with recipes/quick.yaml over params.yaml, in output/quick."""

from pathlib import Path

from digits.params import yaml_of
from tools import words, workspace

FOLDER = Path("output/quick")


def small_changes() -> dict[str, dict]:
    """Return recipes/quick.yaml's changes of params.yaml, section by section."""
    file = Path("recipes/quick.yaml")
    return yaml_of(file.read_text(encoding="utf-8"), file=str(file))


def main() -> None:
    """Run it, and say what came out."""
    changes = small_changes()
    with workspace.alone(FOLDER):
        workspace.make(FOLDER, changes)
        workspace.run(FOLDER, "dvc", "repro")
        workspace.run(FOLDER, "dvc", "metrics", "show")
    print("Pictures:", *sorted(str(picture) for picture in FOLDER.glob("output/**/*.png") if picture.stem[-1].isalpha()))


if __name__ == "__main__":
    words.run(main)
