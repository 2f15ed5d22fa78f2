"""The children of a spec with mistakes: those that the service makes, or the smallest ones with it.

What the service refuses it makes nothing of: its parts are put into the children of the smallest
resource as they are, in the places that the service passes them through to.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from hooks.desired import build_context, desired_children
from hooks.facts import Facts
from hooks.kube.objects import Obj, identity, named
from hooks.kube.workloads import HANDLERS, pod_spec
from hooks.models.parsing import without_nulls
from hooks.observed import ObservedObjects
from hooks.rules import parse_agent
from tests.support.resources import agent, merged

KINDS: Final = ("DaemonSet", "Deployment", "ServiceAccount")
NOTHING: Final = ObservedObjects({})
CONTAINER: Final = "instana-agent"


def made_of(resource: Obj) -> list[Obj]:
    """Return the children of those kinds that differ from those of the smallest resource."""
    return [child for child in _children(resource) if child not in smallest().values()]


def _children(resource: Obj) -> Iterator[Obj]:
    stored = without_nulls(resource)
    context = build_context(parse_agent(stored), NOTHING, NOTHING, Facts())
    seen: set[str] = set()
    for child in desired_children(context).children:
        if child["kind"] in KINDS and child["kind"] not in seen:
            if child["kind"] != "ServiceAccount":
                seen.add(child["kind"])
            yield child


@cache
def smallest() -> dict[str, Obj]:
    """Return the children of the smallest resource by kind and name."""
    return {str(identity(child)): child for child in _children(agent())}


# What the service refuses, put into children as it is.


def transplanted(spec: Obj) -> list[Obj]:
    """Return the smallest children with the parts of a spec at their places."""
    return [child for child in _transplanted(spec) if child not in smallest().values()]


def _transplanted(spec: Obj) -> Iterator[Obj]:
    given, sensor = _object(spec.get("agent")), _object(spec.get("k8s_sensor"))
    deployment = _object(sensor.get("deployment"))
    daemon_set, account = _of_kind("DaemonSet"), _of_kind("ServiceAccount")
    workload = _of_kind("Deployment")
    for pod in (_object(given.get("pod")), _object(_first(spec.get("zones")))):
        daemon_set = _with_pod(daemon_set, pod)
    workload = _with_pod(workload, _shared(_object(given.get("pod"))))
    workload = _with_pod(workload, _object(deployment.get("pod")))
    for image in (_object(given.get("image")), _object(sensor.get("image"))):
        if "pullSecrets" in image:
            daemon_set = _with_spec(daemon_set, {"imagePullSecrets": image["pullSecrets"]})
            workload = _with_spec(workload, {"imagePullSecrets": image["pullSecrets"]})
    daemon_set = _with(daemon_set, given, {"updateStrategy": "updateStrategy"})
    daemon_set = _with(daemon_set, given, {"minReadySeconds": "minReadySeconds"})
    yield daemon_set
    yield _with(workload, deployment, {"strategy": "strategy", "replicas": "replicas"})
    annotations = _object(spec.get("serviceAccount")).get("annotations")
    yield merged(account, {"metadata": {"annotations": annotations}}) if annotations else account


def _object(value: Any) -> Obj:
    return value if isinstance(value, dict) else {}


def _first(items: Any) -> Any:
    return items[0] if isinstance(items, list) and items else None


def _of_kind(kind: str) -> Obj:
    return next(child for child in smallest().values() if child["kind"] == kind)


def _shared(pod: Obj) -> Obj:
    return {name: part for name, part in pod.items() if name in ("annotations", "labels")}


def _with(child: Obj, given: Obj, fields: dict[str, str]) -> Obj:
    own = {fields[name]: part for name, part in given.items() if name in fields}
    return child | {"spec": child["spec"] | own}


def _with_spec(child: Obj, fields: Obj) -> Obj:
    template = child["spec"]["template"]
    changed = template | {"spec": template["spec"] | fields}
    return child | {"spec": child["spec"] | {"template": changed}}


def _with_pod(child: Obj, pod: Obj) -> Obj:
    spec = pod_spec(child)
    of_pod = {name: part for name, part in pod.items() if name in OF_POD}
    if "volumes" in pod:
        of_pod["volumes"] = _joined(spec["volumes"], pod["volumes"])
    container = named(spec["containers"], CONTAINER) or {}
    of_pod["containers"] = [container | _of_container(container, pod)]
    changed = _with_spec(child, of_pod)
    for name in ("annotations", "labels"):
        if name in pod:
            changed = _with_metadata(changed, name, pod[name])
    return changed


OF_POD: Final = (
    "affinity", "tolerations", "nodeSelector", "priorityClassName", "topologySpreadConstraints",
)  # fmt: skip
PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")


def _of_container(container: Obj, pod: Obj) -> Obj:
    fields: Obj = {}
    for name in ("volumeMounts", "env"):
        if name in pod:
            fields[name] = _joined(container.get(name, []), pod[name])
    for name in PROBES:
        if name in pod:
            fields[name] = _with_handler(container, pod[name])
    if amounts := {name: pod[name] for name in ("requests", "limits", "claims") if name in pod}:
        fields["resources"] = container["resources"] | amounts
    return fields


def _with_handler(container: Obj, probe: Any) -> Any:
    default = _object(container.get("livenessProbe"))
    if not isinstance(probe, dict) or any(probe.get(name) is not None for name in HANDLERS):
        return probe
    return {name: part for name, part in default.items() if name in HANDLERS} | probe


def _joined(ours: list[Any], given: Any) -> Any:
    return [*ours, *given] if isinstance(given, list) else given


def _with_metadata(child: Obj, name: str, given: Any) -> Obj:
    template = child["spec"]["template"]
    own = template["metadata"].get(name, {})
    joined = own | given if isinstance(given, dict) else given
    changed = template | {"metadata": template["metadata"] | {name: joined}}
    return child | {"spec": child["spec"] | {"template": changed}}
