"""params.yaml for the tools, which read more of it than a stage's section."""

from pathlib import Path

from digits import params
from digits.errors import UserError, shown
from digits.stage import read_text

SECTIONS = (
    "fetch", "csv", "pictures", "split", "samples", "model", "networks", "compute", "augment", "train", "evaluate", "submission",
    "handwriting", "filters", "symbols", "embedding", "workers", "plot",
)  # fmt: skip


def text() -> str:
    """Return params.yaml's text. Raises UserError if it is not there, or is no YAML of sections with keys and values."""
    found = read_text(Path("params.yaml"))
    for section in SECTIONS:
        params.read_section(section, found)
    for network, sizes in params.read_section("networks", found).items():
        if not isinstance(sizes, dict):
            raise UserError(f"params.yaml: networks.{network}: expected a section of keys and values; received {shown(sizes)}")
    return found


def sections() -> dict[str, dict]:
    """Return all of params.yaml, section by section. Raises UserError as `text` does."""
    return params.yaml_of(text(), file="params.yaml")
