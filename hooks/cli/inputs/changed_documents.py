"""The given resource, changed: by options, or by what a cluster or a request has of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click

from hooks.cli.inputs.agents import GivenAgent, agents_in, is_served
from hooks.cli.inputs.files import (
    BOUNDS,
    INVALID,
    GivenDocument,
    give_up,
)
from hooks.kube.bounded_yaml import OutOfBounds
from hooks.kube.documents import Document, documents_of
from hooks.kube.objects import Obj, as_object, identity
from hooks.kube.places import Mark, Place
from hooks.kube.setting import UnusablePath, path_and_text, with_value
from hooks.kube.yaml_values import NoDocument

SET: Final = "--set"
SETTABLE: Final = ("spec", "metadata")

set_option: Final = click.option(
    SET,
    "settings",
    multiple=True,
    metavar="PATH=VALUE",
    help="Set a field of the resource, such as spec.zones[eu].mode=APM; VALUE is YAML. "
    "Can be repeated.",
)


@dataclass(frozen=True, slots=True)
class ChangedDocument(GivenDocument):
    """A document with another value; `by_options` are the paths that options set in `root`."""

    changed: Any = None
    root: str = ""
    by_options: tuple[str, ...] = ()

    @property
    def value(self) -> Any:
        """Return the value that it has now."""
        return self.changed

    def where(self, path: str, *, of_name: bool = False) -> str:
        """Return the option that set a part around the path, or the place in the file."""
        for option in self.by_options:
            begin = f"{self.root}.{option}"
            if path == begin or path.startswith((f"{begin}.", f"{begin}[")):
                return f"{SET} {option}"
        return GivenDocument.where(self, path, of_name=of_name)


@dataclass(frozen=True, slots=True)
class ObjectsOfCluster(GivenDocument):
    """Objects that are not from a file; `file` says from where."""

    def where(self, path: str, *, of_name: bool = False) -> str:  # noqa: ARG002
        """Return where they are from: they have no lines."""
        return self.file


def objects_of(source: str, objects: Sequence[Obj]) -> GivenDocument:
    """Return the document of objects from a cluster or a request."""
    nowhere = Place(Mark(1, 1))
    return ObjectsOfCluster(
        source, Document({"kind": "List", "items": [*objects]}, lambda: nowhere)
    )


def others_of(
    source: str, objects: Iterable[Obj], documents: Iterable[GivenDocument], namespace: str
) -> GivenDocument:
    """Return the document of objects that the given documents do not have: a file comes first."""
    given = {
        _place(obj, namespace) for document in documents for obj in _objects_in(document.value)
    }
    return objects_of(source, [obj for obj in objects if _place(obj, namespace) not in given])


def _objects_in(part: Any) -> Iterator[Obj]:
    if not isinstance(part, dict):
        return
    yield part
    items = part.get("items")
    for item in items if isinstance(items, list) else ():
        yield from _objects_in(item)


def _place(obj: Obj, namespace: str) -> tuple[str, ...]:
    """Return what identifies an object, in the namespace if it names none."""
    api_version, kind, place, name = map(str, identity(obj | {"metadata": _metadata(obj)}))
    return api_version, kind, place or namespace, name


def _metadata(obj: Obj) -> Obj:
    return as_object(obj.get("metadata"))


def only_agent_in(documents: Iterable[GivenDocument]) -> GivenAgent | None:
    """Return the one resource of the served version in the documents; None if there are others."""
    agents = [*agents_in(documents)]
    return agents[0] if len(agents) == 1 and is_served(agents[0]) else None


def with_agent(
    documents: Sequence[GivenDocument],
    change: Callable[[Obj], Obj | None],
    by_options: Sequence[str] = (),
) -> list[GivenDocument]:
    """Return the documents with their one resource changed; as they are if there is not one."""
    agent = only_agent_in(documents)
    if agent is None:
        return [*documents]
    value = with_value(agent.document.value, agent.path, change(agent.given))
    return [
        ChangedDocument(
            document.file, document.document, document.path, value, agent.path, tuple(by_options)
        )
        if document is agent.document
        else document
        for document in documents
    ]


def with_settings(
    documents: Sequence[GivenDocument], settings: Iterable[str]
) -> list[GivenDocument]:
    """Return the documents with the fields that the options set; ends the command if it cannot."""
    pairs = [_path_and_value(setting) for setting in settings]
    if not pairs:
        return [*documents]
    return with_agent(documents, lambda agent: _set(agent, pairs), [path for path, _ in pairs])


def _path_and_value(setting: str) -> tuple[str, Any]:
    try:
        path, text = path_and_text(setting)
    except UnusablePath as error:
        give_up(f"{SET}: {error}", INVALID)
    if not path.startswith(tuple(f"{root}{end}" for root in SETTABLE for end in ".[")):
        give_up(f"{SET} {path}: the path must begin with {' or '.join(SETTABLE)}", INVALID)
    try:
        documents = [*documents_of(text, BOUNDS)]
    except (NoDocument, OutOfBounds) as error:
        give_up(f"{SET} {path}: {error}", INVALID)
    if len(documents) > 1:
        give_up(f"{SET} {path}: the value must be one document", INVALID)
    return path, documents[0].value if documents else None


def _set(agent: Obj, pairs: Iterable[tuple[str, Any]]) -> Obj:
    for path, value in pairs:
        try:
            agent = with_value(agent, path, value)
        except UnusablePath as error:
            give_up(f"{SET} {path}: {error}", INVALID)
    return agent
