"""`make quick`: the whole pipeline on 600 strokes, with recipes/quick.yaml over params.yaml, in output/quick."""

from pathlib import Path

from tools import recipe, words, workspace

FOLDER = Path("output/quick")


def main() -> None:
    """Run it, and say what came out."""
    with workspace.alone(FOLDER):
        workspace.make(FOLDER, recipe.changes_of("quick"))
        workspace.run(FOLDER, "dvc", "repro")
        workspace.run(FOLDER, "dvc", "metrics", "show")
    print("Pictures:", *sorted(str(picture) for picture in FOLDER.glob("output/**/*.png") if picture.stem[-1].isalpha()))


if __name__ == "__main__":
    words.run(main)
