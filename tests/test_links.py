"""The documents' links lead to files and headings that are there."""

import re
from pathlib import Path

import pytest

from tests.worlds import ROOT

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += [ROOT / "benchmarks/results.md", *(ROOT / folder / "README.md" for folder in ("data", "output", "own"))]
PAGES += sorted(ROOT.glob("docs/**/*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")


def headings(page: Path) -> set[str]:
    """Return the names that GitHub gives a page's headings: small letters, blanks as hyphens, no other signs."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in lines if line.startswith("#")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        file, _, heading = link.partition("#")
        if not link.startswith("http"):
            target = page.parent / file if file else page
            assert target.exists(), link
            assert not heading or heading in headings(target), link


def test_a_heading_is_found_by_its_name(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One's `own`, twice\ntext # no heading\n## Two\n")
    assert headings(page) == {"ones-own-twice", "two"}
