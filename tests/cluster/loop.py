"""What both the tests of the real loop and the recorder of its requests do with a cluster."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypeAlias

from hooks.kube.objects import identity
from tests.cluster.api import Api, Obj, wait_for
from tests.cluster.cases import NAMESPACE
from tests.cluster.guards import guards_in_force
from tests.cluster.metacontroller import Recorder, metacontroller, service

Versions: TypeAlias = dict[tuple[str, str, str, str], str]

SETTLED_SECONDS = 1.0
COLLECTION_SECONDS = 90.0
"""The garbage collector looks for new kinds every 30 s, and InstanaAgent may be one."""

MANAGED = "app.kubernetes.io/managed-by=instana-agent-operator"
BINDINGS = "app.kubernetes.io/managed-by=instana-agent-cluster-rbac"
KINDS = (
    ("ConfigMap", "v1"),
    ("DaemonSet", "apps/v1"),
    ("Deployment", "apps/v1"),
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("PersistentVolumeClaim", "v1"),
    ("PodDisruptionBudget", "policy/v1"),
    ("Secret", "v1"),
    ("Service", "v1"),
    ("ServiceAccount", "v1"),
)


@contextmanager
def running_loop(
    api: Api,
    strategy: str,
    logs: Path,
    resync_seconds: int = 0,
    *,
    child_rules: tuple[Obj, ...] = (),
    settings: dict[str, str] | None = None,
    guarded: bool = True,
) -> Iterator[Recorder]:
    """Run the service, Metacontroller with the apply strategy, and a recorder between them.

    With settings of the service; `child_rules` are further kinds of children. `guarded`: with the
    policies that every installation has, in force from the first call on.
    """
    guards = guards_in_force(api) if guarded else nullcontext()
    with guards, service(logs / "service.log", **(settings or {})) as port:
        recorder = Recorder(port)
        log = logs / f"metacontroller-{strategy}.log"
        with metacontroller(
            api, strategy, recorder.port, log, resync_seconds, child_rules=child_rules
        ) as metrics:
            recorder.metrics = metrics
            yield recorder
        recorder.close()


def remove(api: Api, agent: Obj, others: list[Obj]) -> None:
    """Delete the resource and what was around it, and wait until all of it is gone."""
    api.delete(agent)
    for each in others:
        api.delete(each)
    wait_for(lambda: not versions(api), "the children are gone", COLLECTION_SECONDS)
    wait_for(lambda: not any(map(api.get, [agent, *others])), "the rest is gone")


def versions(api: Api) -> Versions:
    """Return the resource versions of all children and bindings."""
    found = [
        each
        for kind, version in KINDS
        for each in api.list(kind, version, NAMESPACE, labelSelector=MANAGED)
    ]
    found += api.list("ClusterRoleBinding", "rbac.authorization.k8s.io/v1", labelSelector=BINDINGS)
    return {identity(each): each["metadata"]["resourceVersion"] for each in found}


def settled(api: Api, agent: Obj) -> Versions:
    """Return the resource versions, the resource's among them, once they stand still."""
    last: Versions = {}
    since = time.monotonic()

    def stands_still() -> bool:
        nonlocal last, since
        current = versions(api) | version_of(api, agent)
        if current != last:
            last, since = current, time.monotonic()
        return time.monotonic() - since > SETTLED_SECONDS

    wait_for(stands_still, "nothing is written any more")
    return last


def version_of(api: Api, agent: Obj) -> Versions:
    """Return the resource version of the resource itself."""
    found = api.get(agent)
    assert found
    return {identity(agent): found["metadata"]["resourceVersion"]}


def is_followed(api: Api, parent: Obj) -> bool:
    """Tell whether the status is of the generation that the resource has."""
    status = (api.get(parent) or {}).get("status") or {}
    return bool(status.get("observedGeneration") == parent["metadata"]["generation"])


def sync_again(api: Api, agent: Obj, loop: Recorder, number: str) -> str:
    """Touch the resource, wait until it was synced; returns its version by the touch alone."""
    calls = len(loop.syncs_of(agent["metadata"]["name"]))
    touched = api.merge(agent, {"metadata": {"annotations": {"tests/sync": number}}})
    wait_for(lambda: len(loop.syncs_of(agent["metadata"]["name"])) > calls, f"the {number} sync")
    version: str = touched["metadata"]["resourceVersion"]
    return version
