"""What Kubernetes would not take of the pods of a workload, once a patch has changed them.

The rules on what a resource passes through to pods are asked of the outcome: each container, and
the pod around them, is looked at as if it were written in the resource.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.pod_validation.names import SHORT_NAME
from hooks.kube.workloads import pod_spec, template_of
from hooks.rules.container_parts import PROBES
from hooks.rules.pod_parts import PODS
from hooks.rules.rule import Rule
from hooks.rules.table import TABLE
from hooks.rules.walking import Node, problems_in, steps_of, tree_of

AGENT_POD, SENSOR_POD = PODS
OF_PODS: Final = {
    *("affinity", "label-name", "label-value", "priority-class", "toleration", "toleration-name"),
    *("annotation-name", "annotation-value"),
    *("topology-spread", "topology-spread-field", "topology-spread-repeated"),
    *("volume-path", "volume-source", "volume-sources"),
    *("mount-field", "mount-path", "sensor-mount-field"),
    *("pod-variable-name", "variable-source", "variable-sources"),
    *("probe", "probe-handler", "readiness-probe"),
    *("container-resource", "container-resource-name", "negative-amount"),
}
"""Rules on parts of pods that hold for every pod, whoever made it."""

IN_POD: Final = (
    "affinity", "nodeSelector", "priorityClassName", "tolerations", "topologySpreadConstraints",
    "volumes",
)  # fmt: skip
CONTAINERS: Final = ("initContainers", "containers")
IN_CONTAINER: Final = ("env", "volumeMounts", *PROBES)
KEYS: Final = {"env": "name", "volumes": "name", "volumeMounts": "mountPath"}
ITEM: Final = re.compile(r"^\.(env|volumes|volumeMounts)\[([0-9]+)\]")

Found = Iterator[tuple[str, str]]
"""Places in a workload, with what is wrong there."""


def pod_problems(workload: Obj) -> Found:
    """Yield what Kubernetes would not take of the pods of a workload."""
    template, spec = template_of(workload), pod_spec(workload)
    metadata = as_object(template.get("metadata"))
    for path, message in _broken(_parts(metadata, ("annotations", "labels")), SENSOR):
        yield f".spec.template.metadata{path}", message
    for path, message in (*_names(spec), *_broken(_parts(spec, IN_POD), SENSOR), *_keys(spec)):
        yield f".spec.template.spec{path}", message
    for field in CONTAINERS:
        for container in as_objects(spec.get(field)):
            path = f".spec.template.spec.{field}[{container.get('name')}]"
            yield from ((f"{path}{place}", said) for place, said in _of_container(container))


def _names(spec: Obj) -> Found:
    """Yield names that are none, and those of two containers, of whichever kind they are."""
    seen: set[object] = set()
    for field in ("volumes", *CONTAINERS):
        for item in as_objects(spec.get(field)):
            name = item.get("name") or ""
            for _, message in SHORT_NAME(name):
                yield f".{field}[{name}].name", message
            if field in CONTAINERS and name in seen:
                yield f".{field}[{name}].name", "is the name of another container, too"
            seen |= {name} if field in CONTAINERS else set()


def _keys(spec: Obj) -> Found:
    """Yield keys of topology constraints without a selector: there the service adds none."""
    for place, constraint in enumerate(as_objects(spec.get("topologySpreadConstraints"))):
        if constraint.get("matchLabelKeys") and constraint.get("labelSelector") is None:
            path = f".topologySpreadConstraints[{place}].matchLabelKeys"
            yield path, "needs a labelSelector beside it"


def _of_container(container: Obj) -> Found:
    resources = _parts(as_object(container.get("resources")), ("requests", "limits"))
    for path, message in _broken(resources, SENSOR):
        yield f".resources{path}", message
    is_privileged = as_object(container.get("securityContext")).get("privileged") is True
    yield from _broken(_parts(container, IN_CONTAINER), AGENT if is_privileged else SENSOR)


def _parts(of: Obj, names: tuple[str, ...]) -> Obj:
    return {name: of[name] for name in names if name in of}


def _tree(place: str) -> Node:
    """Return the rules on a pod at its place in the resource, by which they know it."""
    node = tree_of(_at(rule, place) for rule in TABLE if rule.identifier in OF_PODS)
    for step in steps_of(place):
        node = node.at(step)
    return node


def _at(rule: Rule, place: str) -> Rule:
    below = (f"{place}.", f"{place}[")
    own = tuple(checked for checked in rule.places if f"{checked}.".startswith(below))
    return replace(rule, places=own)


AGENT: Final = _tree(AGENT_POD)
SENSOR: Final = _tree(SENSOR_POD)


def _broken(parts: Obj, tree: Node) -> Found:
    """Yield what rules find in parts of a pod; items that have a key are named by it."""
    for problem in problems_in(parts, tree):
        yield _by_key(parts, f".{problem.path}"), problem.message


def _by_key(parts: Obj, path: str) -> str:
    item = ITEM.match(path)
    if not item:
        return path
    field, position = item.groups()
    key: Any = parts[field][int(position)].get(KEYS[field])
    return f".{field}[{key}]{path[item.end() :]}"
