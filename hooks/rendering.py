"""What a sync would make: the hooks' responses for given objects, with no cluster and no server.

The given objects play the cluster: those that the customize hook asks for become related objects,
and those that the parent's selector matches become its children.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hooks import cluster_rbac, contract, labels
from hooks.bindings import CLUSTER_ROLE, bindings_of
from hooks.customize import related_resources
from hooks.errors import InvalidResource, Problem, UnreadableRequest
from hooks.facts import Facts
from hooks.kube.impossible import impossible_parts
from hooks.kube.nulls import nulls_as_stored
from hooks.kube.objects import (
    Identity,
    Obj,
    as_object,
    controller_of,
    describe,
    identity,
    kind_of,
    labels_of,
)
from hooks.kube.selectors import matches
from hooks.models.instana_agent import API_VERSION, KIND
from hooks.observed import ObservedObjects
from hooks.rules import read_agent
from hooks.sync import reconcile
from hooks.wire import SyncRequest

OPENSHIFT_CRD = "clusteroperators.config.openshift.io"
DEFAULT_NAMESPACE = "default"
CLUSTER_SCOPED = frozenset(
    {"Namespace", "Node", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"}
)
CUSTOM = frozenset((cluster_rbac.AGENTS, *contract.OPTIONAL_KINDS.values()))
BUILT_IN = frozenset((CLUSTER_ROLE, *contract.RELATED_KINDS.values())) - CUSTOM
"""Kinds of Kubernetes itself that requests contain: the API server knows the type of each field."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The responses: children, ClusterRoleBindings, status, and the problems of the resource."""

    children: list[Obj]
    attachments: list[Obj]
    status: Obj
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was given: the number of the document, and the path in it."""

    document: int
    path: str = ""

    def below(self, path: str) -> "Origin":
        """Return where a part of it was given."""
        return Origin(self.document, f"{self.path}.{path}")


class UnfitObject(UnreadableRequest):
    """A document has something that no cluster could have, or not enough."""

    def __init__(self, message: str, origin: Origin) -> None:
        """Take the message, and where the problem is."""
        super().__init__(message)
        self.origin = origin


@dataclass(frozen=True, slots=True)
class Given:
    """What the documents contain: the request that they make, all objects, facts of the cluster.

    `origins` says where each of the objects was given.
    """

    request: SyncRequest
    objects: list[Obj]
    facts: Facts
    origins: dict[Identity, Origin]


def render(documents: Iterable[Any], facts: Facts, now: str) -> Rendered:
    """Return the children, attachments and status of the one InstanaAgent among the documents.

    Raises UnfitObject if a document is not an object or if there are several InstanaAgents, and
    UnreadableRequest if there is none.
    """
    return render_given(read(documents, facts), now)


def render_given(given: Given, now: str) -> Rendered:
    """Return the same for documents that were read already."""
    outcome = reconcile(given.request, given.facts, now)
    with_status = given.request.parent | {"status": outcome.report.status}
    return Rendered(
        children=sorted([*outcome.children, *outcome.withheld], key=identity),
        attachments=bindings_of(with_status, given.objects, given.facts),
        status=outcome.report.status,
        problems=outcome.problems,
    )


def read(documents: Iterable[Any], facts: Facts) -> Given:
    """Return what Metacontroller would ask if the documents were the cluster; see `render`."""
    given = [
        (_stored(obj, origin), origin)
        for number, document in enumerate(documents)
        for obj, origin in _objects(document, Origin(number))
    ]
    parent = _only_agent(given)
    objects = [obj for obj, _ in given]
    cluster = [_with_namespace(obj, parent["metadata"]["namespace"]) for obj in objects]
    known = facts_of_cluster(objects, facts)
    request = SyncRequest(
        parent=parent,
        children=ObservedObjects(_children(parent, cluster)),
        related=ObservedObjects(_related(parent, cluster, known)),
    )
    origins = {identity(obj): origin for obj, (_, origin) in zip(cluster, given, strict=True)}
    return Given(request, objects, known, origins)


def _no_object(document: Any) -> str:
    """Return why a document is no object of Kubernetes."""
    if isinstance(document, dict) and "recording" in document:
        return "a recording is not a Kubernetes object: replay, test and diff --recorded read it"
    return "a document is not a Kubernetes object: it must have a kind"


def _objects(document: Any, origin: Origin) -> Iterator[tuple[Obj, Origin]]:
    """Yield the objects of one document: the document itself, or the items of a List."""
    if document is None:
        return
    if not isinstance(document, dict) or not isinstance(document.get("kind"), str):
        raise UnfitObject(_no_object(document), origin)
    if isinstance(document.get("items"), list):
        for number, item in enumerate(document["items"]):
            yield from _objects(item, origin.below(f"items[{number}]"))
        return
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        msg = f"a document of kind {document['kind']} must have a metadata.name"
        raise UnfitObject(msg, origin.below("metadata.name"))
    known_by = (document.get("apiVersion"), metadata.get("namespace"))
    if any(isinstance(part, dict | list) for part in known_by):
        msg = f"{describe(document)}: apiVersion and metadata.namespace must be strings"
        raise UnfitObject(msg, origin)
    yield document, origin


def _stored(obj: Obj, origin: Origin) -> Obj:
    """Return an object as the API server stores it; raises UnfitObject if it cannot.

    An object of a kind that no request contains stays as it is: its types are not known here. The
    rules check the spec of a resource.
    """
    kind = kind_of(obj)
    if kind not in BUILT_IN | CUSTOM:
        return obj
    metadata = nulls_as_stored(obj["metadata"])
    stored = nulls_as_stored(obj) if kind in BUILT_IN else obj | {"metadata": metadata}
    checked = {"kind": KIND, "metadata": metadata} if kind == cluster_rbac.AGENTS else stored
    _check_types(checked, origin)
    return _with_data(stored) if kind == contract.SECRET else stored


def _check_types(obj: Obj, origin: Origin) -> None:
    for path in impossible_parts(obj):
        where = path.removeprefix(".")
        msg = f"{describe(obj)}: {where} has a value of the wrong type"
        raise UnfitObject(msg, origin.below(where))


def _with_data(secret: Obj) -> Obj:
    if not isinstance(secret.get("stringData"), dict):
        return secret
    added = {
        name: b64encode(str(text).encode()).decode("ascii")
        for name, text in secret["stringData"].items()
    }
    rest = {name: value for name, value in secret.items() if name != "stringData"}
    return rest | {"data": (secret.get("data") or {}) | added}


def _only_agent(given: list[tuple[Obj, Origin]]) -> Obj:
    agents = [
        (obj, origin)
        for obj, origin in given
        if (obj.get("apiVersion"), obj["kind"]) == (API_VERSION, KIND)
    ]
    msg = f"pass exactly one {KIND} of {API_VERSION}, not {len(agents)}"
    if not agents:
        raise UnreadableRequest(msg)
    for _, second in agents[1:]:
        raise UnfitObject(msg, second)
    agent, _ = agents[0]
    return _with_namespace(agent, DEFAULT_NAMESPACE)


def _with_namespace(obj: Obj, namespace: str) -> Obj:
    """Return the object with a namespace: its own, or else the given one."""
    if obj["kind"] in CLUSTER_SCOPED or obj["metadata"].get("namespace"):
        return obj
    return obj | {"metadata": obj["metadata"] | {"namespace": namespace}}


def facts_of_cluster(objects: list[Obj], facts: Facts) -> Facts:
    """Return the facts with what the CRDs among the objects show."""
    is_openshift = OPENSHIFT_CRD in _crd_names(objects)
    return facts.updated({"openshift": "true"}) if is_openshift else facts


def _crd_names(objects: list[Obj]) -> set[str]:
    kind = "CustomResourceDefinition"
    return {obj["metadata"]["name"] for obj in objects if obj["kind"] == kind}


def _key(obj: Obj) -> str:
    namespace, name = obj["metadata"].get("namespace"), obj["metadata"]["name"]
    return f"{namespace}/{name}" if namespace else name


def _children(parent: Obj, cluster: list[Obj]) -> dict[str, dict[str, Obj]]:
    """Return the children that Metacontroller would send for the parent."""
    children: dict[str, dict[str, Obj]] = {kind: {} for kind in _child_kinds(cluster)}
    for obj in cluster:
        if kind_of(obj) in children and _is_child(obj, parent):
            children[kind_of(obj)][_key(obj)] = obj
    return children


def _child_kinds(cluster: list[Obj]) -> tuple[str, ...]:
    optional = [
        kind for name, kind in contract.OPTIONAL_KINDS.items() if name in _crd_names(cluster)
    ]
    return (*contract.CHILD_KINDS, *optional)


def _is_child(obj: Obj, parent: Obj) -> bool:
    if obj["metadata"].get("namespace") != parent["metadata"]["namespace"]:
        return False
    owner = controller_of(obj)
    is_ours = not owner or (owner.get("kind"), owner.get("name")) == (
        KIND,
        parent["metadata"]["name"],
    )
    return is_ours and matches(selector_of(parent), labels_of(obj))


def selector_of(parent: Obj) -> Obj:
    """Return the selector of the resource for its children, which may also ask for its name."""
    given = as_object(as_object(parent.get("spec")).get("selector"))
    if labels.INSTANCE not in as_object(given.get("matchLabels")):
        return contract.CHILD_SELECTOR
    name = {labels.INSTANCE: parent["metadata"]["name"]}
    return contract.CHILD_SELECTOR | {"matchLabels": contract.CHILD_SELECTOR["matchLabels"] | name}


def _related(parent: Obj, cluster: list[Obj], facts: Facts) -> dict[str, dict[str, Obj]]:
    """Return the related objects that Metacontroller would send for the customize hook's rules."""
    try:
        rules = related_resources(read_agent(parent), _child_kinds(cluster), facts)
    except InvalidResource:
        rules = []
    related: dict[str, dict[str, Obj]] = {}
    for rule in rules:
        of_kind = related.setdefault(contract.RELATED_KINDS[rule["resource"]], {})
        found = [obj for obj in cluster if _is_related(obj, rule)]
        of_kind.update({_key(obj): obj for obj in found})
    return related


def _is_related(obj: Obj, rule: Obj) -> bool:
    metadata = obj["metadata"]
    return (
        kind_of(obj) == contract.RELATED_KINDS[rule["resource"]]
        and rule.get("namespace") in (None, metadata.get("namespace"))
        and ("names" not in rule or metadata["name"] in rule["names"])
        and ("labelSelector" not in rule or matches(rule["labelSelector"], labels_of(obj)))
    )
