"""What a record keeps of the objects that a takeover changes: metadata, and no value of a Secret.

A deleted object is kept as a whole, so that it can be created again, unless it may hold a
credential: Secrets, ConfigMaps with the configuration of the agent, and workloads with variables
that are not known to be harmless.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hooks.kube.managed_fields import LAST_APPLIED
from hooks.kube.objects import Obj, annotations_of, as_object, as_objects
from hooks.kube.workloads import pod_spec
from hooks.takeover.steps import Step

HIDDEN: Final = "(not recorded)"
"""Replaces a value that may hold data of a Secret."""

MAPS: Final = ("labels", "annotations")
LISTS: Final = ("finalizers", "ownerReferences")
KEPT_OF_DELETED: Final = ("name", "namespace", "labels", "annotations", "ownerReferences")
COPIES: Final = (LAST_APPLIED, "kubectl.kubernetes.io/last-applied-configuration")
"""Annotations that repeat the object, with values that are not kept elsewhere."""

HARMLESS_VARIABLES: Final = frozenset(
    {
        "AGENT_ZONE",
        "BACKEND_URL",
        "CONFIG_PATH",
        "ENABLE_AGENT_SOCKET",
        "INSTANA_AGENT_ENDPOINT",
        "INSTANA_AGENT_ENDPOINT_PORT",
        "INSTANA_AGENT_LEADER_ELECTOR_PORT",
        "INSTANA_AGENT_MODE",
        "INSTANA_KUBERNETES_CLUSTER_NAME",
        "INSTANA_ZONE",
    }
)
HARMLESS_ENTRIES: Final = frozenset(
    {"backend", "cluster_name", "configuration-disable-kubernetes-sensor.yaml"}
)
LOGIN: Final = "@"
"""What a URL with a user name and a password has."""


def changed_parts(step: Step, body: Obj) -> tuple[Obj, Obj]:
    """Return what a patch changes of the step's object, before and after it.

    The owners are kept although no patch changes them: Metacontroller adds itself when it adopts.
    So are labels and annotations of an object that is handed over: Metacontroller removes those
    that it does not have.
    """
    metadata, changes = step.obj["metadata"], as_object(body.get("metadata"))
    before, after = dict[str, Any](), dict[str, Any]()
    for name in MAPS:
        present, changing = metadata.get(name) or {}, as_object(changes.get(name))
        before[name], after[name] = _changed_entries(present, changing)
        if _is_handed_over(changes):
            kept = {key: present[key] for key in present.keys() - {*changing, *COPIES}}
            before[name], after[name] = kept | before[name], kept | after[name]
    if "managedFields" in changes:
        entries, others = metadata.get("managedFields") or [], changes["managedFields"]
        before["managedFields"] = [entry for entry in entries if entry not in others]
        after["managedFields"] = [entry for entry in others if entry and entry not in entries]
    for name in LISTS:
        before[name] = metadata.get(name) or []
        after[name] = changes.get(name, before[name])
    if "spec" in body:
        spec = as_object(step.obj.get("spec"))
        before["replicas"] = spec.get("replicas", 1)
        after["replicas"] = body["spec"]["replicas"]
    return before, after


def _is_handed_over(changes: Obj) -> bool:
    return "managedFields" in changes or LAST_APPLIED in as_object(changes.get("annotations"))


def _changed_entries(present: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Obj, Obj]:
    """Return the entries of a map that a patch changes: None where there was or is none."""
    changed = {name: value for name, value in changes.items() if present.get(name) != value}
    before = {name: _shown(name, present.get(name)) for name in changed}
    return before, {name: _shown(name, value) for name, value in changed.items()}


def _shown(name: str, value: Any) -> Any:
    return HIDDEN if name in COPIES and value is not None else value


def kept_of_deleted(obj: Obj) -> Obj | None:
    """Return what creates a deleted object again, None if it may hold a credential."""
    if _may_hold_credentials(obj):
        return None
    metadata = obj["metadata"]
    kept = {name: metadata[name] for name in KEPT_OF_DELETED if metadata.get(name)}
    if "annotations" in kept:
        annotations = annotations_of(obj)
        kept["annotations"] = {name: annotations[name] for name in annotations.keys() - {*COPIES}}
    rest = {name: part for name, part in obj.items() if name not in ("metadata", "status")}
    return _without_addresses({**rest, "metadata": kept})


def _without_addresses(obj: Obj) -> Obj:
    """Return the object without the addresses that the API server gave to a Service."""
    if obj["kind"] != "Service":
        return obj
    spec = as_object(obj.get("spec"))
    is_headless = spec.get("clusterIP") == "None"
    given = () if is_headless else ("clusterIP", "clusterIPs")
    return {**obj, "spec": {name: part for name, part in spec.items() if name not in given}}


def _may_hold_credentials(obj: Obj) -> bool:
    match obj["kind"]:
        case "Secret":
            return True
        case "ConfigMap":
            entries = {*as_object(obj.get("data")), *as_object(obj.get("binaryData"))}
            return not entries <= HARMLESS_ENTRIES
        case "Deployment" | "DaemonSet":
            return not all(map(_is_harmless, _variables(obj)))
    return False


def _variables(workload: Obj) -> Iterator[Obj]:
    pod = pod_spec(workload)
    for container in as_objects([*_list(pod, "containers"), *_list(pod, "initContainers")]):
        yield from as_objects(container.get("env"))


def _list(pod: Obj, name: str) -> list[Any]:
    found = pod.get(name)
    return found if isinstance(found, list) else []


def _is_harmless(variable: Obj) -> bool:
    value = str(variable.get("value", ""))
    return not value or (variable.get("name") in HARMLESS_VARIABLES and LOGIN not in value)
