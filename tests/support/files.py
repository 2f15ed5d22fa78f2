"""Files of the tests, read as kubectl and the commands read those of users."""

import pickle
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from hooks.kube.bounded_yaml import Bounds
from hooks.kube.documents import documents_of

BOUNDS = Bounds(longest=10_000_000, most_parts=1_000_000)
END_OF_DOCUMENT = re.compile(r"^---\n", re.MULTILINE)


def documents_in(file: Path) -> list[Any]:
    """Return the documents of a file; none where there is no such file."""
    found: list[Any] = pickle.loads(_pickled(file.read_text())) if file.exists() else []
    return found


@cache
def _pickled(text: str) -> bytes:
    """Return the documents of a text in a form of which each reader gets a copy, at little cost."""
    found = documents_of(text, BOUNDS)
    return pickle.dumps([document.value for document in found if document.value is not None])


def document_in(file: Path) -> Any:
    """Return the only document of a file."""
    (document,) = documents_in(file)
    return document


def loaded(text: str) -> list[Any]:
    """Return the documents of a manifest, or of what a tool printed, but for those with nothing.

    Most are those of the call before, such as the definition of the resource: each is read once,
    and the caller may change what it gets.
    """
    documents = (pickle.loads(_loaded(each)) for each in END_OF_DOCUMENT.split(text))
    return [each for each in documents if each is not None]


@lru_cache(maxsize=2_000)
def _loaded(document: str) -> bytes:
    return pickle.dumps(yaml.load(document, Loader=yaml.CSafeLoader))
