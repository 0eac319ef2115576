"""params.yaml for the tools, which read more of it than a stage's section."""

from pathlib import Path

from digits import params
from digits.stage import read_text


def text() -> str:
    """Return params.yaml's text. Raises UserError if it is not there, or is no YAML of sections."""
    found = read_text(Path("params.yaml"))
    params.read_section("train", found)
    return found
