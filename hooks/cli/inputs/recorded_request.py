"""A recorded call of the sync hook as an input of commands: it plays the cluster."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import click

from hooks.applied import applied
from hooks.cli.inputs.changed_documents import only_agent_in, others_of, with_agent
from hooks.cli.inputs.files import INVALID, GivenDocument, GivenFile, documents_in, give_up, name_of
from hooks.kube.objects import Obj, as_object
from hooks.models.instana_agent import KIND

PARTS: Final = ("children", "related")

recorded_option: Final = click.option(
    "--recorded",
    type=GivenFile(),
    metavar="FILE",
    help="Compare with a recorded request of the sync hook instead of a cluster.",
)


def with_recorded_objects(
    documents: Sequence[GivenDocument], file: BinaryIO
) -> tuple[list[GivenDocument], Obj]:
    """Return the documents with the objects of a request, and the resource in the request.

    A resource in the documents is as if applied to that of the request; without one, it is the
    request's.
    """
    parent, others = _objects_in(file)
    source, namespace = name_of(file), str(parent["metadata"].get("namespace", ""))
    agent = only_agent_in(documents)
    if agent is None:
        return [*documents, others_of(source, [parent, *others], documents, namespace)], parent
    given, there = as_object(agent.given.get("metadata")).get("name"), parent["metadata"]["name"]
    if given != there:
        give_up(f"{source}: the request is about {KIND} {there}, the files have {given}")
    placed = with_agent(documents, lambda resource: applied(parent, resource))
    return [*placed, others_of(source, others, placed, namespace)], parent


def _objects_in(file: BinaryIO) -> tuple[Obj, list[Obj]]:
    """Return the parent and all other objects of the request in a file, or in its recording."""
    documents = documents_in([file])
    content = as_object(documents[0].value) if len(documents) == 1 else {}
    request = as_object(content.get("request")) or content
    parent = as_object(request.get("parent"))
    if not isinstance(as_object(parent.get("metadata")).get("name"), str):
        give_up(
            f"{name_of(file)} is not a request of the sync hook: it must have a parent", INVALID
        )
    return parent, [*_others(request)]


def _others(request: Obj) -> Iterator[Any]:
    for part in PARTS:
        for of_kind in as_object(request.get(part)).values():
            yield from as_object(of_kind).values()
