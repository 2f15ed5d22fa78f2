"""What to read from a cluster for a resource: children, and what the customize hook asks for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from hooks import contract
from hooks.customize import related_resources
from hooks.desired.cluster_rbac import BIND_LABEL
from hooks.errors import InvalidResource
from hooks.facts import Facts
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.labels import AGENT, NAME
from hooks.rendering import OPENSHIFT_CRD, selector_of
from hooks.rules import read_agent

CRDS: Final = "customresourcedefinitions.v1.apiextensions.k8s.io"
CLUSTER_ROLES: Final = "clusterroles.v1.rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Objects to read: of some kinds, by name or by labels.

    `resources`: as `kubectl get` takes them. `selector`: as `kubectl get --selector` takes it.
    `may_fail`: whether the result is useful without them.
    """

    resources: str
    namespace: str = ""
    names: tuple[str, ...] = ()
    selector: str = ""
    may_fail: bool = False


def of_cluster() -> tuple[Lookup, ...]:
    """Return what to read for every resource: kinds that may be there, and shared ClusterRoles."""
    names = (OPENSHIFT_CRD, *contract.OPTIONAL_KINDS)
    return (
        Lookup(CRDS, names=names, may_fail=True),
        Lookup(CLUSTER_ROLES, selector=BIND_LABEL, may_fail=True),
    )


def of_rollouts(parent: Obj) -> tuple[Lookup, ...]:
    """Return what to read besides for the preview of rollouts: Nodes, and the resource's pods."""
    namespace, selector = parent["metadata"]["namespace"], f"{NAME}={AGENT}"
    return (
        Lookup("nodes", may_fail=True),
        Lookup("pods", namespace, selector=selector, may_fail=True),
    )


def of_resource(parent: Obj, crds: Iterable[str], facts: Facts) -> tuple[Lookup, ...]:
    """Return what to read for a resource; `crds` are the names of the CRDs that were found.

    For an invalid resource these are its children: they stay as they are.
    """
    optional = [kind for name, kind in contract.OPTIONAL_KINDS.items() if name in crds]
    kinds = (*contract.CHILD_KINDS, *optional)
    try:
        rules = related_resources(read_agent(parent), kinds, facts)
    except InvalidResource:
        rules = []
    return (_children(parent, kinds), *map(_related, rules))


def _children(parent: Obj, kinds: Iterable[str]) -> Lookup:
    resources = (
        _resource(kind.partition(".")[2], contract.CHILD_RESOURCES[kind]) for kind in kinds
    )
    namespace = parent["metadata"]["namespace"]
    return Lookup(",".join(resources), namespace, selector=_text(selector_of(parent)))


def _related(rule: Obj) -> Lookup:
    return Lookup(
        _resource(rule["apiVersion"], rule["resource"]),
        rule.get("namespace", ""),
        tuple(rule.get("names", ())),
        _text(as_object(rule.get("labelSelector"))),
    )


def _resource(api_version: str, resource: str) -> str:
    """Return the resource with version and group, so that no other group's is read."""
    group, slash, version = api_version.rpartition("/")
    return f"{resource}.{version}.{group}" if slash else resource


def _text(selector: Obj) -> str:
    labels = as_object(selector.get("matchLabels")).items()
    of_labels = [f"{name}={value}" for name, value in labels]
    return ",".join([*of_labels, *_expressions(as_objects(selector.get("matchExpressions")))])


def _expressions(expressions: Iterable[Obj]) -> Iterator[str]:
    for expression in expressions:
        key, values = expression["key"], ",".join(expression.get("values") or ())
        match expression["operator"]:
            case "Exists":
                yield key
            case "DoesNotExist":
                yield f"!{key}"
            case operator:
                yield f"{key} {operator.lower()} ({values})"
