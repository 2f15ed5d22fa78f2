"""Calls of the sync hook as Metacontroller makes them, and a look at their answers."""

import json
from base64 import b64decode
from collections.abc import Collection
from copy import deepcopy
from typing import Any

from hooks import contract
from hooks.contract import CHILD_KINDS, RELATED_KINDS
from hooks.customize import customize
from hooks.facts import Facts
from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, describe
from hooks.sync import sync

FACTS = Facts(operator_version="1.2.3")
NOW = "2026-01-01T00:00:00Z"
LATER = "2026-02-02T00:00:00Z"
NODES = {"desiredNumberScheduled": 3, "currentNumberScheduled": 3, "numberMisscheduled": 0}

CONTROLLER: Obj = {
    "kind": "CompositeController",
    "spec": {
        "childResources": [
            {"apiVersion": kind.partition(".")[2], "resource": resource}
            for kind, resource in contract.CHILD_RESOURCES.items()
            if kind in CHILD_KINDS
        ]
    },
}
"""Metacontroller's own object, as far as hooks read it."""

Objects = dict[str, dict[str, Obj]]


def related_rules(parent: Obj, facts: Facts = FACTS) -> list[Obj]:
    """Return the rules of the customize hook for a resource."""
    answered = customize({"controller": CONTROLLER, "parent": parent}, facts)
    found: list[Obj] = answered["relatedResources"]
    return found


def by_kind(objects: Collection[Obj], kinds: Collection[str]) -> Objects:
    """Return the objects as a request carries them, with a key for every kind asked for."""
    found: Objects = {kind: {} for kind in kinds}
    for each in objects:
        group, _, version = each["apiVersion"].rpartition("/")
        kind = f"{each['kind']}.{group}/{version}" if group else f"{each['kind']}.{version}"
        place, name = each["metadata"].get("namespace"), each["metadata"]["name"]
        found.setdefault(kind, {})[f"{place}/{name}" if place else name] = each
    return found


def request(
    parent: Obj, *related: Obj, observed: Collection[Obj] = (), unknown: Collection[str] = ()
) -> Obj:
    """Return a request with the related and observed objects; `unknown` kinds are not asked for."""
    asked_for = [kind for kind in RELATED_KINDS.values() if kind not in unknown]
    return {
        "parent": parent,
        "children": by_kind(observed, CHILD_KINDS),
        "related": by_kind(related, asked_for),
    }


def answer(
    parent: Obj,
    *related: Obj,
    observed: Collection[Obj] = (),
    unknown: Collection[str] = (),
    facts: Facts = FACTS,
    now: str = NOW,
) -> Obj:
    """Return the hook's answer to such a request."""
    return sync(request(parent, *related, observed=observed, unknown=unknown), facts, now)


def stored(answered: Obj, *, ready: bool = True) -> list[Obj]:
    """Return the answer's children as an API server shows them, their pods ready or not there."""
    return [_stored(each, ready=ready) for each in deepcopy(answered["children"])]


def _stored(child: Obj, *, ready: bool) -> Obj:
    record = json.dumps(child)
    child["metadata"] |= {"uid": f"uid-{describe(child)}", "generation": 1, "resourceVersion": "7"}
    child["metadata"].setdefault("annotations", {})[LAST_APPLIED] = record
    pods = 3 if ready else 0
    if child["kind"] == "DaemonSet":
        child["spec"]["revisionHistoryLimit"] = 10
        child["status"] = (
            {"observedGeneration": 1}
            | NODES
            | dict.fromkeys(("numberReady", "numberAvailable", "updatedNumberScheduled"), pods)
        )
    if child["kind"] == "Deployment":
        child["spec"]["progressDeadlineSeconds"] = 600
        child["status"] = {"observedGeneration": 1} | dict.fromkeys(
            ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), pods
        )
    return child


def children(answered: Obj) -> dict[str, Obj]:
    """Return the children of an answer by `Kind/name`."""
    return {describe(each): each for each in answered["children"]}


def child(answered: Obj, which: str) -> Obj:
    """Return one child, such as `DaemonSet/instana-agent`."""
    return children(answered)[which]


def template(answered: Obj, which: str) -> Obj:
    """Return the pod template of a workload."""
    found: Obj = child(answered, which)["spec"]["template"]
    return found


def pod(answered: Obj, which: str) -> Obj:
    """Return the pod template's spec of a workload."""
    spec: Obj = template(answered, which)["spec"]
    return spec


def env(answered: Obj, which: str) -> dict[str, Any]:
    """Return the environment of a workload's container: name to value, or to its `valueFrom`."""
    variables = pod(answered, which)["containers"][0]["env"]
    return {each["name"]: each.get("value", each.get("valueFrom", "")) for each in variables}


def volumes(answered: Obj, which: str) -> dict[str, Obj]:
    """Return the volumes of a workload by name."""
    return {each["name"]: each for each in pod(answered, which)["volumes"]}


def mounts(answered: Obj, which: str) -> dict[str, str]:
    """Return where the volumes of a workload are mounted."""
    found = pod(answered, which)["containers"][0]["volumeMounts"]
    return {each["name"]: each["mountPath"] for each in found}


def texts(answered: Obj, which: str) -> dict[str, str]:
    """Return the entries of a Secret, decoded."""
    data = child(answered, which)["data"]
    return {name: b64decode(value).decode() for name, value in data.items()}


def conditions(answered: Obj) -> dict[str, Obj]:
    """Return the conditions by type."""
    return {each["type"]: each for each in answered["status"]["conditions"]}
