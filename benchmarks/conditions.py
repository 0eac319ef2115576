"""On what, with what and when results.json was measured, in words."""

from collections.abc import Mapping
from typing import Any

QUIET = 0.3  # load average of a minute, above which something else computes


def whole(about: Mapping[str, Any]) -> list[str]:
    """Return the lines at the head of the page."""
    machine, software = about["machine"], dict(about["software"])
    used = software.pop("oneDNN")
    onednn = {"1": "on", "0": "off"}.get(used, used)
    lines = [
        f"Written from results.json, by `{about['command']}` on {about['date']}, commit {_commit(about)}.",
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gigabytes']} GB, {machine['system']};"
        f" load average at the start {about['load']}.",
        f"{', '.join(f'{name} {version}' for name, version in software.items())}; TensorFlow's oneDNN {onednn},"
        f" {about['threads']} threads, of which each of a study's workers has one.",
    ]
    if "torch" not in software:
        lines.append("PyTorch is left out: it is not installed (the extra `bench`).")
    if about["load"] > QUIET:
        lines.append(f"**{_busy()}**")
    if about["quick"]:
        lines.append("**A quick run on next to no images: that it runs is all it shows.**")
    return lines


def in_short(about: Mapping[str, Any]) -> str:
    """Return the same as a sentence or two."""
    machine = about["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores, load {about['load']}, {about['date']}, commit {_commit(about)}."
    return f"{where} {_busy()}" if about["load"] > QUIET else where


def _commit(about: Mapping[str, Any]) -> str:
    return (about["commit"] or "unknown") + (" with edits" if about["edited"] else "")


def _busy() -> str:
    return f"Something else may have computed beside it: a quiet machine's load is below {QUIET}."
