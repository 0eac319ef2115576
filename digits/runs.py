"""What a study and its workers both call things: sections of params.yaml, and how a run may end."""

from typing import Any

Sections = dict[str, dict[str, Any]]  # params.yaml, or as much of it as counts

STATUSES = FINISHED, DIVERGED, FAILED, KILLED, MEMORY = "finished", "diverged", "failed", "killed worker", "out of memory"
