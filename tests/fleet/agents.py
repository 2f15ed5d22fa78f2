"""A fleet: the same agent in many namespaces, what belongs to it, and how it is doing."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from hooks.kube.objects import Identity, Obj, identity
from tests.cluster.account import open_namespace
from tests.cluster.api import Api
from tests.cluster.cases import rendered, resource
from tests.cluster.loop import BINDINGS, KINDS, MANAGED
from tests.cluster.many import everywhere

CASE: Final = "minimal"
PREFIX: Final = "fleet-"
WRITERS: Final = 8
CHILDREN: Final = len(rendered(CASE).children)
BINDINGS_OF_AGENT: Final = len(rendered(CASE).attachments)
VARIABLE: Final = "FLEET_CHANGE"
"""Set in the agents' pods by a change: the DaemonSet gets another template, and nothing else."""


REVISION: Final = "deployment.kubernetes.io/revision"
"""Counts the pod templates of a Deployment, whose generation changes with its annotations, too."""


@dataclass(frozen=True, slots=True)
class Version:
    """What shows that an object is the one it was, and how often its spec has changed."""

    uid: str
    changes: int


def agent(number: int) -> Obj:
    """Return the agent of that number, in a namespace of its own."""
    made = deepcopy(resource(CASE))
    made["metadata"]["namespace"] = f"{PREFIX}{number:04}"
    return made


def create(api: Api, numbers: Iterable[int]) -> None:
    """Create the agents; Metacontroller may write in their namespaces."""

    def make(number: int) -> None:
        made = agent(number)
        open_namespace(api, made["metadata"]["namespace"])
        api.apply(made)

    _at_once(make, numbers)


def change(api: Api, numbers: Iterable[int], value: str) -> None:
    """Change the pods of the agents."""

    def make(number: int) -> None:
        api.merge(
            agent(number),
            {"spec": {"agent": {"pod": {"env": [{"name": VARIABLE, "value": value}]}}}},
        )

    _at_once(make, numbers)


def remove(api: Api, numbers: Iterable[int]) -> None:
    """Delete the agents; the garbage collector deletes what belongs to them."""
    _at_once(lambda number: api.delete(agent(number)), numbers)


def are_settled(api: Api, count: int) -> bool:
    """Tell whether all agents have all children, and statuses of what was last asked."""
    agents = [
        found for found in everywhere(api, "InstanaAgent", "instana.io/v1") if _is_ours(found)
    ]
    return (
        len(agents) == count
        and all(map(_is_followed, agents))
        and len(versions(api)) == count * (CHILDREN + BINDINGS_OF_AGENT)
    )


def have(api: Api, numbers: Iterable[int], value: str) -> bool:
    """Tell whether the change with this value has come to the DaemonSets of the agents."""
    places = {agent(number)["metadata"]["namespace"] for number in numbers}
    found = everywhere(api, "DaemonSet", "apps/v1", labelSelector=MANAGED)
    return all(_has(each, value) for each in found if each["metadata"]["namespace"] in places)


def versions(api: Api) -> dict[Identity, Version]:
    """Return all children and bindings of the fleet."""
    return {identity(found): _version(found["metadata"]) for found in _objects(api)}


def _version(metadata: Obj) -> Version:
    counted = metadata.get("annotations", {}).get(REVISION, metadata.get("generation", 0))
    return Version(metadata["uid"], int(counted))


def _objects(api: Api) -> Iterator[Obj]:
    for kind, version in KINDS:
        for found in everywhere(api, kind, version, labelSelector=MANAGED):
            if _is_ours(found):
                yield found
    rbac = "rbac.authorization.k8s.io/v1"
    for binding in everywhere(api, "ClusterRoleBinding", rbac, labelSelector=BINDINGS):
        if binding["subjects"][0]["namespace"].startswith(PREFIX):
            yield binding


def _is_ours(obj: Obj) -> bool:
    return bool(obj["metadata"]["namespace"].startswith(PREFIX))


def _is_followed(found: Obj) -> bool:
    status = found.get("status") or {}
    return bool(status.get("observedGeneration") == found["metadata"]["generation"])


def _has(daemonset: Obj, value: str) -> bool:
    variables = daemonset["spec"]["template"]["spec"]["containers"][0].get("env", ())
    return {"name": VARIABLE, "value": value} in variables


def _at_once(make: Callable[[int], None], numbers: Iterable[int]) -> None:
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(make, numbers))
