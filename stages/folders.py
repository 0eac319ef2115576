"""What lies in a folder that a user made."""

from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """Return the files in a folder and its folders by name, without hidden ones and what hidden folders hold."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
