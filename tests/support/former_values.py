"""Values files for the chart that was there before, and what comes of them."""

import re
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from tests.support.files import document_in
from tests.support.helm import CHART, Refused, rendered, spec_of

Obj = dict[str, Any]

FIXTURES = Path("tests/fixtures/helm-values")
SECOND = FIXTURES / "2.0"
FIRST = FIXTURES / "1.x"
CASES = sorted(each.parent.name for each in SECOND.glob("*/values.yaml"))
REFUSED = sorted(each.stem for each in FIRST.glob("*.yaml"))
WHICH = "values of the chart 1.x that this chart does not accept"
SAID = 'notes: {{ include "instana-agent.%s" . | quote }}'
"""A template with what `NOTES.txt` says: Helm shows that one only where there is a cluster."""

NOTE = re.compile(r"^\* (\S+): ", re.MULTILINE)


def values_of(case: str) -> Obj:
    """Return the values of a case of the chart 2.0.x."""
    values: Obj = document_in(SECOND / case / "values.yaml")
    return values


def expected_spec(case: str) -> Obj:
    """Return the spec that a case leads to."""
    spec: Obj = document_in(SECOND / case / "spec.yaml")
    return spec


def expected_notes(case: str) -> list[str]:
    """Return the values of which the notes speak."""
    return (SECOND / case / "noted.txt").read_text().split()


def notes_for(values: str, template: str = "existingValuesNotes") -> str:
    """Return what a named template of the chart, a part of its notes, says of the values."""
    with TemporaryDirectory() as place:
        chart = Path(place) / CHART.name
        copytree(CHART, chart)
        (chart / "templates" / "said.yaml").write_text(SAID % template)
        (said,) = rendered(values, "--show-only", "templates/said.yaml", chart=chart)
    notes: str = said["notes"]
    return notes


def noted_in(notes: str) -> list[str]:
    """Return the values of which the notes speak."""
    return NOTE.findall(notes)


def documented_keys() -> list[str]:
    """Return every value that the chart 2.0.x documents."""
    return (SECOND / "documented-keys.txt").read_text().split()


def has(value: Any, path: list[str]) -> bool:
    """Tell whether something is given at a path; `*` is any item of a list."""
    if not path:
        return value is not None
    if path[0] == "*":
        return isinstance(value, list) and any(has(each, path[1:]) for each in value)
    return isinstance(value, dict) and path[0] in value and has(value[path[0]], path[1:])


def refusal_of(values: str) -> str:
    """Return which of the values are refused, a line for each, or nothing."""
    try:
        rendered(values)
    except Refused as refused:
        lines = str(refused).partition(WHICH)[2].splitlines()
        return "".join(f"{line}\n" for line in lines if line.startswith("* "))
    return ""


def refresh() -> None:
    """Write what comes of every file."""
    for case in CASES:
        folder = SECOND / case
        text = (folder / "values.yaml").read_text()
        (folder / "spec.yaml").write_text(yaml.safe_dump(spec_of(text)))
        noted = "".join(f"{name}\n" for name in noted_in(notes_for(text)))
        (folder / "noted.txt").write_text(noted)
    for case in REFUSED:
        text = (FIRST / f"{case}.yaml").read_text()
        (FIRST / f"{case}.txt").write_text(refusal_of(text))
