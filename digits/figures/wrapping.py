"""Text in lines that fit into a width."""

from digits.figures import looks


def wrapped(text: str, *, inches: float, lines: int, size: float = looks.TEXT) -> list[str]:
    """Return the text in at most so many lines no wider than that; a word too wide, and what the last line cannot hold, is cut."""
    made: list[str] = []
    for word in text.split():
        if made and (len(made) == lines or looks.width(f"{made[-1]} {word}", size=size) <= inches):
            made[-1] += f" {word}"
        else:
            made.append(word)
    return [looks.fitted(line, inches=inches, size=size) for line in made]
