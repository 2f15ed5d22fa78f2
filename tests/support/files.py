"""Files of the tests, read as kubectl and the commands read those of users."""

from pathlib import Path
from typing import Any

from hooks.kube.bounded_yaml import Bounds
from hooks.kube.documents import documents_of

BOUNDS = Bounds(longest=10_000_000, most_parts=1_000_000)


def documents_in(file: Path) -> list[Any]:
    """Return the documents of a file; none where there is no such file."""
    found = documents_of(file.read_text(), BOUNDS) if file.exists() else ()
    return [document.value for document in found if document.value is not None]


def document_in(file: Path) -> Any:
    """Return the only document of a file."""
    (document,) = documents_in(file)
    return document
