"""`make publish STUDY=course_c`: a study's report, tables and pictures as docs/results/studies/course_c, to commit.

The effects of a study that docs/recipes.md has a place for are written there too.
"""

import shutil
from pathlib import Path

from digits.errors import UserError
from tools import results, words
from tools.adopt import STUDIES
from tools.folders import refuse_no_folder, replacing

PUBLISHED = Path("docs/results/studies")
PAGE = Path("docs/recipes.md")
KINDS = (".md", ".csv", ".png")


def main(study: str = "") -> None:
    """Copy what the study wrote for people to read; its runs stay where they are."""
    known = sorted(report.parent.name for report in STUDIES.glob("*/report.md"))
    if study not in known:
        raise UserError(
            f"STUDY: expected one that has a report, {', '.join(known) or 'and none is'}; received {study or 'nothing'}"
        )
    folder, target = STUDIES / study, PUBLISHED / study
    refuse_no_folder(target)
    with replacing(target) as part:
        part.mkdir(parents=True)
        for path in sorted(folder.iterdir()):
            if path.suffix in KINDS:
                shutil.copyfile(path, part / path.name)
        put_effects(study, (part / "report.md").read_text(encoding="utf-8"))
    print(f"{target}/report.md")


def put_effects(study: str, report: str) -> None:
    """Write the table of effects in a study's report into docs/recipes.md, if the page has a place for it."""
    begin, end = f"<!-- effects of {study}: written by `make publish` -->\n", f"<!-- /effects of {study} -->\n"
    if PAGE.is_file() and begin in PAGE.read_text(encoding="utf-8"):
        results.put_between(PAGE, begin + effects(report) + end, begin=begin, end=end)


def effects(report: str) -> str:
    """Return the table of what became of a report's hypotheses."""
    _, _, below = report.partition("## What became of the hypotheses\n")
    section = below.partition("\n## ")[0]
    return "".join(f"{line}\n" for line in section.splitlines() if line.startswith("|"))


if __name__ == "__main__":
    words.run(main)
