"""How much a resource may lead to: the size of its children, and the time to make them.

The limits are far above what any working resource leads to: they leave room for 100 zones and 32
backends with 1,000 variables each. A resource beyond them is not processed further, so that no
resource uses up the time of others.
"""

import json
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.rules.bounds import LONGEST_VARIABLE, MOST_ZONES, values_in
from hooks.rules.configuration import read_text
from hooks.rules.rule import Rule, unless

ANSWER_SIZE = "answer-size"
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of all children together, as JSON."""

MOST_WORK: Final = 200_000
"""One unit is at most about a microsecond on a quiet core, in a sync that changes all workloads."""

OF_A_WORKLOAD: Final = 400
OF_A_VARIABLE: Final = 1
OF_A_REFERENCE: Final = 5
"""For a variable with `valueFrom`, or a source of a volume: its object is looked up."""

OF_A_NAMED_OBJECT: Final = 30
"""For the same, once for all workloads: a missing object is reported."""

OF_A_MERGED_VALUE: Final = 9
"""For a value in an affinity or in an override: these are processed one by one."""

OF_A_CONFIGURED_VALUE: Final = 1
PARTS_OF_TEXT: Final = 3
"""This many parts of `configuration_yaml` count as one unit: they are read once for all pods."""

OF_A_VALUE: Final = 3
"""For any other value of a pod."""

SOURCES = frozenset({"secret", "configMap"})
ONE_BY_ONE = ("affinity", "topologySpreadConstraints", "tolerations")
OF_WORKLOADS = ("agentDaemonSet", "k8sensorDeployment")
"""The overrides that are applied to several workloads each."""


@dataclass(frozen=True, slots=True)
class _Alike:
    """The DaemonSets, one per zone, or the Deployments, one per backend."""

    count: int
    pod: Obj
    variables: Obj
    patch: Any
    shared: Obj
    """The parts that the pods of other workloads have as well."""

    def length(self) -> int:
        return self.count * _length([self.pod, self.variables, self.patch, self.shared])

    def work(self) -> int:
        pod = dict(self.pod)
        variables = as_objects(pod.pop("env", None))
        merged = [pod.pop(field, None) for field in ONE_BY_ONE]
        references = sum("valueFrom" in variable for variable in variables)
        references += _references_of(pod.get("volumes"))
        return OF_A_NAMED_OBJECT * references + self.count * (
            OF_A_WORKLOAD
            + OF_A_VARIABLE * (len(self.variables) + len(variables))
            + OF_A_REFERENCE * references
            + OF_A_MERGED_VALUE * _values(self.patch, *merged)
            + OF_A_VALUE * _values(pod, self.shared)
        )


def leads_to_too_much(spec: Obj, daemonsets: int = 1) -> bool:
    """Return whether children would exceed the limits, before they are made.

    There are at least `daemonsets` DaemonSets: the zones of nodes are not in the resource.
    """
    agent, zones = as_object(spec.get("agent")), as_objects(spec.get("zones"))
    workloads = _workloads(spec, agent, max(daemonsets, len(zones)))
    others = [
        patch
        for name, patch in as_object(spec.get("overrides")).items()
        if name not in OF_WORKLOADS
    ]
    length = _length([zones, agent.get("configuration_yaml"), others])
    work = OF_A_MERGED_VALUE * _values(zones, others)
    work += OF_A_CONFIGURED_VALUE * _values(agent.get("configuration"))
    work += _parts_of(agent.get("configuration_yaml")) // PARTS_OF_TEXT
    return (
        length + sum(alike.length() for alike in workloads) > MOST_BYTES
        or work + sum(alike.work() for alike in workloads) > MOST_WORK
    )


def _workloads(spec: Obj, agent: Obj, daemonsets: int) -> tuple[_Alike, _Alike]:
    overrides, pod = as_object(spec.get("overrides")), as_object(agent.get("pod"))
    deployment = as_object(as_object(spec.get("k8s_sensor")).get("deployment"))
    sensors = 1 + len(as_objects(agent.get("additionalBackends")))
    variables = as_object(agent.get("env"))
    shared: Obj = {name: pod[name] for name in ("labels", "annotations") if name in pod}
    sensor_pod = as_object(deployment.get("pod"))
    return (
        _Alike(daemonsets, pod, variables, overrides.get("agentDaemonSet"), {}),
        _Alike(sensors, sensor_pod, variables, overrides.get("k8sensorDeployment"), shared),
    )


def _length(value: Any) -> int:
    text = json.dumps(value, ensure_ascii=False, skipkeys=True, default=str)
    return len(text.encode(errors="surrogatepass"))


def _parts_of(text: Any) -> int:
    return read_text(text)[1] if text and isinstance(text, str) else 0


def _references_of(volumes: Any) -> int:
    """Return how many objects volumes refer to, including the sources of projected volumes."""
    return sum(1 for name, _ in values_in(volumes) if isinstance(name, str) and name in SOURCES)


def _values(*parts: Any) -> int:
    """Return the number of values in the given parts, up to the limit."""
    return sum(1 for part in parts if part for _ in islice(values_in(part), MOST_WORK))


FULL: Obj = {"name": "X", "value": "x" * LONGEST_VARIABLE}
RULES = (
    Rule(
        ANSWER_SIZE,
        ("spec",),
        f"would create more than {MOST_BYTES // 1024**2} MiB of objects, or cost more "
        f"than {MOST_WORK:,} units of work (see docs/validation.md): each zone has a "
        "DaemonSet and each backend a Deployment, so use fewer of them, or fewer "
        "settings for each",
        bad={
            "zones": [{"name": f"z{index}"} for index in range(MOST_ZONES)],
            "agent": {"pod": {"env": [FULL]}, "env": {"Y": FULL["value"]}},
        },
        good={
            "zones": [{"name": f"z{index}"} for index in range(2)],
            "agent": {"pod": {"env": [FULL]}, "env": {"Y": FULL["value"]}},
        },
        find=unless(lambda spec: not leads_to_too_much(as_object(spec))),
    ),
)
