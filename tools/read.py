"""`make read PHOTO=page.jpg`: the digits on a photo, or in a folder of photos, with the network of recipes/reader.yaml.

The network lies in output/reader, where DVC trains it once, and again when what it is trained from has changed.
"""

import os
import sys
from pathlib import Path

from digits import photos as taken
from digits import pictures
from digits.errors import UserError
from digits.folders import bytes_of, refuse_unwritable
from digits.stage import finish
from tools import recipe, workspace
from tools.folders import refuse_no_folder, replacing

FOLDER = Path("output/reader")
WEIGHTS = Path("output/train/best.weights.h5")


def main(photo: str) -> None:
    """Read the photo or folder, and say where the pictures and the table are."""
    photos = Path(os.path.abspath(os.path.expanduser(photo)))
    if not photo or not photos.exists():
        raise UserError(f"PHOTO: expected a picture or a folder of them; received {photo or 'nothing'}, which is not there")
    refuse_unwritable(photos)
    if not photos.is_dir():
        _refuse_what_is_no_picture(photos)
    output = Path("output/read", photos.name)
    if not photos.name or any(path.is_relative_to(output.parent.resolve()) for path in (photos, photos.resolve())):
        raise UserError(f"PHOTO: expected a picture or a folder outside {output.parent}, which is written anew; received {photo}")
    refuse_no_folder(output)
    with workspace.alone(FOLDER):
        workspace.make(FOLDER, recipe.values("reader") | {"handwriting": {"missing": "stop", "photos": str(photos)}})
        if not (FOLDER / WEIGHTS).exists():
            print("read: the network is not trained yet; that takes two and a half to fifteen minutes, once", flush=True)
        workspace.run(FOLDER, "dvc", "repro", "--quiet", "train")
        with replacing(output) as part:
            workspace.run(FOLDER, sys.executable, "-m", "stages.handwriting", str(photos), str(WEIGHTS), os.path.abspath(part))
    print("Pictures:", *sorted(str(picture) for picture in output.rglob("*.png")))
    print("Table:   ", output / "answers.csv")


def _refuse_what_is_no_picture(photo: Path) -> None:
    """Raise UserError before a network is trained for it."""
    try:
        if not photo.is_file():
            raise pictures.NoPicture("expected a picture or a folder of them; received neither")
        taken.refuse_name(photo.name)
        pictures.decode(bytes_of(photo), longest=pictures.LARGE)
    except pictures.NoPicture as error:
        raise UserError(f"{photo}: {error}") from None


if __name__ == "__main__":
    finish(lambda: main(" ".join(sys.argv[1:])))
