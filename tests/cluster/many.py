"""Many resources at once, each in a namespace of its own."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import describe, identity
from tests.cluster.api import PLURALS, Api, Obj, wait_for
from tests.cluster.loop import KINDS, MANAGED
from tests.cluster.metacontroller import Recorder

AT_REST_SECONDS = 2.0
ALL_SECONDS = 90.0
BY_CONTROLLERS = ("deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation")
BY_SERVER = ("clusterIP", "clusterIPs", "healthCheckNodePort")


def everywhere(api: Api, kind: str, version: str, **query: str) -> list[Obj]:
    """Return the objects of a kind in all namespaces."""
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    answer = api.session.get(f"{api.server}{root}/{PLURALS[kind]}", params=query)
    assert answer.ok, answer.text
    return [{"apiVersion": version, "kind": kind, **each} for each in answer.json()["items"]]


def children(api: Api, namespaces: Iterable[str]) -> dict[tuple[str, str, str, str], Obj]:
    """Return all children in the namespaces by their identity."""
    wanted = set(namespaces)
    return {
        identity(each): each
        for kind, version in KINDS
        for each in everywhere(api, kind, version, labelSelector=MANAGED)
        if each["metadata"]["namespace"] in wanted
    }


def wait_until_settled(api: Api, agents: list[Obj]) -> None:
    """Wait until all resources were synced and no child changes any more."""
    places = {identity(agent) for agent in agents}

    def all_synced() -> bool:
        found = [
            each
            for each in everywhere(api, "InstanaAgent", "instana.io/v1")
            if identity(each) in places
        ]
        return len(found) == len(places) and all(map(_is_synced, found))

    wait_for(all_synced, "all resources are synced", ALL_SECONDS)
    _wait_for_rest(lambda: _versions(api, agents))


def sync_errors(api: Api, agents: list[Obj]) -> list[str]:
    """Return what Metacontroller could not write, as its events on the resources say."""
    namespaces = {each["metadata"]["namespace"] for each in agents}
    return [
        each["message"]
        for each in everywhere(api, "Event", "v1", fieldSelector="reason=SyncError")
        if each["involvedObject"].get("namespace") in namespaces
    ]


def last_answer(loop: Recorder, agent: Obj) -> list[Obj]:
    """Return the children that the service returned last for the resource."""
    place = agent["metadata"]["namespace"]
    exchanges = [
        each
        for each in loop.syncs_of(agent["metadata"]["name"])
        if each.asked["parent"]["metadata"]["namespace"] == place
    ]
    answered: list[Obj] = exchanges[-1].answered["children"]
    return answered


def left_over(api: Api, stored: Obj, returned: Obj, fresh_namespace: str) -> list[str]:
    """Return the fields that the stored child has and a newly made one has not, and vice versa."""
    metadata = returned["metadata"] | {"namespace": fresh_namespace}
    fresh = api.apply(returned | {"metadata": metadata}, "metacontroller", dryRun="All")
    pair = _comparable(stored), _comparable(fresh)
    return [f"{describe(stored)}{path}" for path in _differing("", *pair)]


def _is_synced(agent: Obj) -> bool:
    status = agent.get("status") or {}
    return bool(status.get("observedGeneration") == agent["metadata"]["generation"])


def _versions(api: Api, agents: list[Obj]) -> dict[tuple[str, str, str, str], str]:
    namespaces = [each["metadata"]["namespace"] for each in agents]
    found = children(api, namespaces)
    return {place: each["metadata"]["resourceVersion"] for place, each in found.items()}


def _wait_for_rest(look: Callable[[], Any]) -> None:
    last, since = look(), time.monotonic()

    def is_at_rest() -> bool:
        nonlocal last, since
        current = look()
        if current != last:
            last, since = current, time.monotonic()
        return time.monotonic() - since > AT_REST_SECONDS

    wait_for(is_at_rest, "nothing is written any more", ALL_SECONDS)


def _comparable(obj: Obj) -> Obj:
    metadata = obj["metadata"]
    annotations = metadata.get("annotations") or {}
    kept = {
        name: text
        for name, text in annotations.items()
        if name not in {LAST_APPLIED, *BY_CONTROLLERS}
    }
    rest = {
        name: value for name, value in obj.items() if name not in {"metadata", "status", "kind"}
    }
    spec = {name: value for name, value in rest.get("spec", {}).items() if name not in BY_SERVER}
    return rest | {"labels": metadata.get("labels"), "annotations": kept, "spec": spec}


def _by(item: Any) -> str:
    """Return what tells an item from the others of its list."""
    return str(item.get("mountPath", item.get("name", item)) if isinstance(item, dict) else item)


def _differing(path: str, one: Any, other: Any) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [
            each
            for name in names
            for each in _differing(f"{path}.{name}", one.get(name), other.get(name))
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        # Dynamic apply leaves what it finds where it is.
        pairs = enumerate(zip(sorted(one, key=_by), sorted(other, key=_by), strict=True))
        return [each for n, pair in pairs for each in _differing(f"{path}[{n}]", *pair)]
    # Of an object whose fields all went, server-side apply leaves an empty one.
    return [] if (one or None) == (other or None) else [path]
