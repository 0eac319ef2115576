"""`make publish STUDY=course_c`: a study's report, tables and pictures as docs/results/studies/course_c, to commit."""

import shutil
from pathlib import Path

from digits.errors import UserError
from digits.writing import replacing
from tools import words
from tools.adopt import STUDIES

PUBLISHED = Path("docs/results/studies")
KINDS = (".md", ".csv", ".png")


def main(study: str = "") -> None:
    """Copy what the study wrote for people to read; its runs stay where they are."""
    known = sorted(report.parent.name for report in STUDIES.glob("*/report.md"))
    if study not in known:
        raise UserError(
            f"STUDY: expected one that has a report, {', '.join(known) or 'and none is'}; received {study or 'nothing'}"
        )
    folder, target = STUDIES / study, PUBLISHED / study
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(folder.iterdir()):
        if path.suffix in KINDS:
            with replacing(target / path.name) as part:
                shutil.copyfile(path, part)
    print(f"{target}/report.md")


if __name__ == "__main__":
    words.run(main)
