"""Reads from a cluster what a rollback depends on; writes nothing."""

from collections.abc import Iterable

from hooks.cli.cluster.kubectl import Kubectl
from hooks.cli.takeover.reading import AGENTS, CHILDREN, EVERYWHERE
from hooks.kube.objects import Obj, identity
from hooks.labels import OPERATOR
from hooks.takeover import Cluster
from hooks.takeover.record import Record, Target

CRDS = "customresourcedefinitions.apiextensions.k8s.io"
CONTROLLERS = (
    "compositecontrollers.metacontroller.k8s.io",
    "decoratorcontrollers.metacontroller.k8s.io",
)
NEW_CHILDREN = "networkpolicies.networking.k8s.io,persistentvolumeclaims"
"""Kinds of children that only this service makes."""

OF_AGENTS = f"--selector=app.kubernetes.io/managed-by={OPERATOR}"


def read_for_rollback(kubectl: Kubectl, records: Iterable[Record]) -> Cluster:
    """Return the recorded objects, the controllers, all agents and their children.

    Raises CallFailed.
    """
    crds = kubectl.list_objects(CRDS, AGENTS, *CONTROLLERS, "--ignore-not-found")
    known = {crd["metadata"]["name"] for crd in crds}
    agents = kubectl.list_objects(AGENTS, EVERYWHERE) if AGENTS in known else []
    found = [*agents]
    for kind in CONTROLLERS:
        found += kubectl.list_objects(kind) if kind in known else []
    for namespace in sorted({agent["metadata"]["namespace"] for agent in agents}):
        found += kubectl.list_objects(
            f"{CHILDREN},{NEW_CHILDREN}", f"--namespace={namespace}", OF_AGENTS
        )
    found += _recorded(kubectl, records, has_agents=AGENTS in known)
    return Cluster(tuple({identity(obj): obj for obj in found}.values()))


def _recorded(kubectl: Kubectl, records: Iterable[Record], *, has_agents: bool) -> list[Obj]:
    """Return the recorded objects that exist, read with one call per namespace."""
    targets = {step.object.identity: step.object for record in records for step in record.steps}
    by_namespace: dict[str, list[str]] = {}
    for target in targets.values():
        if has_agents or target.kind != "InstanaAgent":
            by_namespace.setdefault(target.namespace, []).append(_argument(target))
    return [
        obj
        for namespace, arguments in by_namespace.items()
        for obj in kubectl.list_objects(
            arguments[0],
            *arguments[1:],
            *([f"--namespace={namespace}"] if namespace else []),
            "--ignore-not-found",
        )
    ]


def _argument(target: Target) -> str:
    """Return kubectl's `KIND/NAME`, with the version and group of the kind."""
    group, slash, version = target.api_version.rpartition("/")
    kind = f"{target.kind}.{version}.{group}" if slash else target.kind
    return f"{kind}/{target.name}"
