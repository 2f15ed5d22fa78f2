"""The workflows, as GitHub reads them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Obj = dict[str, Any]

FOLDER = Path(".github/workflows")
FILES = sorted(FOLDER.glob("*"))


def workflow(file: Path) -> Obj:
    """Return a workflow; `on` is a text there, not a truth value."""
    read: Obj = yaml.load(file.read_text(), yaml.BaseLoader)
    return read


def jobs(file: Path) -> dict[str, Obj]:
    """Return the jobs of a workflow by their names."""
    found: dict[str, Obj] = workflow(file)["jobs"]
    return found


def steps() -> Iterator[tuple[str, Obj]]:
    """Yield all steps of all workflows, with where they are."""
    for file in FILES:
        for name, job in jobs(file).items():
            for step in job.get("steps", []):
                yield f"{file.name}: {name}", step


def commands() -> Iterator[tuple[str, str]]:
    """Yield the lines that steps run, with where they are."""
    for place, step in steps():
        for line in step.get("run", "").splitlines():
            yield place, line.strip()
