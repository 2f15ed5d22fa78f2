"""The InstanaAgents in files, each with the objects that it may depend on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeAlias

from hooks.kube.objects import Obj, as_object, kind_of
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.rendering import DEFAULT_NAMESPACE

Place: TypeAlias = tuple[str, str]
"""The namespace and the name of a resource."""


@dataclass(frozen=True, slots=True)
class File:
    """A file: its path, and the values of its documents."""

    path: str
    documents: Sequence[Any]

    @property
    def folder(self) -> str:
        """Return the folder of the file."""
        return str(PurePosixPath(self.path).parent)


@dataclass(frozen=True, slots=True)
class Resource:
    """An InstanaAgent, the file that has it, and the other objects of that file's folder."""

    file: str
    agent: Obj
    around: tuple[Obj, ...]

    @property
    def place(self) -> Place:
        """Return the namespace and the name of the resource."""
        metadata = as_object(self.agent.get("metadata"))
        return str(metadata.get("namespace") or DEFAULT_NAMESPACE), str(metadata.get("name", "?"))


def resources_in(files: Sequence[File]) -> list[Resource]:
    """Return the resources in the files.

    Files of one folder describe one cluster: the same resource may be in several folders.
    """
    objects = {file.path: [*_objects(file.documents)] for file in files}
    around: dict[str, list[Obj]] = {}
    for file in files:
        others = [obj for obj in objects[file.path] if not _is_agent(obj)]
        around.setdefault(file.folder, []).extend(others)
    return [
        Resource(file.path, obj, tuple(around[file.folder]))
        for file in files
        for obj in objects[file.path]
        if _is_agent(obj)
    ]


def _objects(documents: Iterable[Any]) -> Iterator[Obj]:
    """Yield the objects of documents that have a kind and a name; lists by their items."""
    for document in documents:
        if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
            continue
        if isinstance(document.get("items"), list):
            yield from _objects(document["items"])
        elif isinstance(as_object(document.get("metadata")).get("name"), str):
            yield document


def _is_agent(obj: Obj) -> bool:
    return kind_of(obj) == f"{KIND}.{API_VERSION}"


def pairs(
    base: Sequence[Resource], head: Sequence[Resource]
) -> Iterator[tuple[Resource | None, Resource | None]]:
    """Yield each resource of the head with that of the base, and those that are removed.

    A resource is the same in the same file, or else if it was moved: the only one of its name that
    is in no file of the other side.
    """
    known = {(resource.file, resource.place): resource for resource in base}
    stayed = known.keys() & {(resource.file, resource.place) for resource in head}
    gone = [resource for key, resource in known.items() if key not in stayed]
    for resource in head:
        before = known.get((resource.file, resource.place)) or _moved(resource, gone)
        if before in gone:
            gone.remove(before)
        yield before, resource
    yield from ((resource, None) for resource in gone)


def _moved(resource: Resource, gone: list[Resource]) -> Resource | None:
    named = [other for other in gone if other.place == resource.place]
    return named[0] if len(named) == 1 else None
