"""The cluster as an input of commands: what a resource depends on, read through `kubectl`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeAlias

import click

from hooks.applied import applied
from hooks.cli.cluster.kubectl import CallFailed, Kubectl
from hooks.cli.inputs.changed_documents import only_agent_in, others_of, with_agent
from hooks.cli.inputs.files import GivenDocument, give_up
from hooks.cli.output.progress import counted, waiting
from hooks.errors import HookError
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, identity
from hooks.lookups import Lookup, of_cluster, of_resource
from hooks.models.instana_agent import KIND, PLURAL
from hooks.rendering import DEFAULT_NAMESPACE, facts_of_cluster

RESOURCES: Final = f"{PLURAL}.v1.instana.io"
SOURCE: Final = "the cluster"
READING: Final = "reading the resource"
Further: TypeAlias = Callable[[Obj], tuple[Lookup, ...]]


def _nothing(_parent: Obj) -> tuple[Lookup, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Live:
    """What the options say: whether to read the cluster, which one, and which resource."""

    is_on: bool
    kubectl: Kubectl
    namespace: str
    name: str


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options, which the command gets as one `live`."""

    @click.option("--live", "is_on", is_flag=True, help="Read the cluster through `kubectl`.")
    @click.option("-n", "--namespace", default="", help="With --live: namespace of the resource.")
    @click.option("--name", default="", help="With --live: name of the resource.")
    @click.option("--context", default="", help="With --live: context of the kubeconfig.")
    @click.option("--kubeconfig", default="", help="With --live: path of the kubeconfig.")
    @wraps(command)
    def with_live(
        *, is_on: bool, namespace: str, name: str, context: str, kubeconfig: str, **rest: Any
    ) -> None:
        given = {"namespace": namespace, "name": name, "context": context, "kubeconfig": kubeconfig}
        if not is_on and any(given.values()):
            useless = ", ".join(f"--{option}" for option, value in given.items() if value)
            msg = f"{useless}: has an effect only with --live"
            raise click.UsageError(msg)
        options = [
            f"--{option}={given[option]}" for option in ("context", "kubeconfig") if given[option]
        ]
        command(live=Live(is_on, Kubectl(tuple(options)), namespace, name), **rest)

    return with_live


def with_live_objects(
    documents: Sequence[GivenDocument], live: Live, facts: Facts, further: Further = _nothing
) -> tuple[list[GivenDocument], Obj | None]:
    """Return the documents with the cluster's objects, and the resource of the cluster.

    A resource in the documents is as if applied to the cluster; without one, it is the cluster's.
    `further` returns what else to read for it. Ends the command if the cluster cannot be read.
    """
    try:
        return _with_live_objects(documents, live, facts, further)
    except (CallFailed, HookError) as error:
        give_up(f"the cluster cannot be read: {error}")


def _with_live_objects(
    documents: Sequence[GivenDocument], live: Live, facts: Facts, further: Further
) -> tuple[list[GivenDocument], Obj | None]:
    agent = only_agent_in(documents)
    if agent is None:
        stored = _only_resource(live)
        found = [stored, *_objects_for(stored, live.kubectl, facts, further)]
        namespace = stored["metadata"]["namespace"]
        return [*documents, others_of(SOURCE, found, documents, namespace)], stored
    given = _placed(agent.given, live)
    observed = _resource(given, live)
    parent = applied(observed, given) if observed else given
    placed = with_agent(documents, lambda _: parent)
    found = _objects_for(parent, live.kubectl, facts, further)
    namespace = given["metadata"]["namespace"]
    return [*placed, others_of(SOURCE, found, placed, namespace)], observed


def _placed(given: Obj, live: Live) -> Obj:
    """Return the resource with the namespace that it has or the options give."""
    metadata = as_object(given.get("metadata"))
    namespace = metadata.get("namespace") or live.namespace or DEFAULT_NAMESPACE
    return given | {"metadata": metadata | {"namespace": namespace}}


def _resource(given: Obj, live: Live) -> Obj | None:
    """Return the cluster's version of a given resource, None if there is none."""
    name, namespace = given["metadata"].get("name"), given["metadata"]["namespace"]
    place = (f"--namespace={namespace}", "--ignore-not-found")
    with waiting(READING):
        found = live.kubectl.list_objects(RESOURCES, str(name), *place)
    return found[0] if found else None


def _only_resource(live: Live) -> Obj:
    """Return the resource that the options name, or the only one in the namespace."""
    place = (f"--namespace={live.namespace}",) if live.namespace else ()
    named = (live.name,) if live.name else ()
    with waiting(READING):
        found = live.kubectl.list_objects(RESOURCES, *named, *place)
    if named:
        return found[0]
    where = f"namespace {live.namespace}" if live.namespace else "namespace of kubectl's context"
    if not found:
        give_up(f"there is no {KIND} in the {where}: name its namespace with -n")
    if len(found) > 1:
        names = ", ".join(resource["metadata"]["name"] for resource in found)
        give_up(
            f"there are {len(found)} of kind {KIND} in the {where}: name one with --name: {names}"
        )
    return found[0]


def _objects_for(parent: Obj, kubectl: Kubectl, facts: Facts, further: Further) -> list[Obj]:
    """Return the children of a resource and what it depends on, each object once."""
    shared = _read(of_cluster(), kubectl)
    names = [obj["metadata"]["name"] for obj in shared]
    known = facts_of_cluster(shared, facts)
    found = _read((*of_resource(parent, names, known), *further(parent)), kubectl)
    return [*{identity(obj): obj for obj in [*shared, *found]}.values()]


def _read(lookups: Sequence[Lookup], kubectl: Kubectl) -> list[Obj]:
    shown = counted(lookups, "reading the cluster")
    return [obj for lookup in shown for obj in _found(lookup, kubectl)]


def _found(lookup: Lookup, kubectl: Kubectl) -> Iterable[Obj]:
    options = [
        *lookup.names,
        *([f"--namespace={lookup.namespace}"] if lookup.namespace else []),
        *([f"--selector={lookup.selector}"] if lookup.selector else []),
        *(["--ignore-not-found"] if lookup.names else []),
    ]
    try:
        return kubectl.list_objects(lookup.resources, *options)
    except CallFailed as error:
        if not lookup.may_fail:
            raise
        click.echo(f"not read: {lookup.resources}: {error}", err=True)
        return ()
