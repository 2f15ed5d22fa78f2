"""How much a resource may lead to: what is made of it, and how long that takes.

Far more than any resource that works leads to, and there is room for 100 zones and 32 backends with
1,000 variables each. What is beyond it is not looked at further: no resource takes another's time.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.rules.bounds import LONGEST_VARIABLE, MOST_ZONES, values_in
from hooks.rules.rule import Rule, unless

ANSWER_SIZE = "answer-size"
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of all children together, as JSON."""

MOST_WORK: Final = 230_000
"""Each is about a microsecond on a quiet core, at most: of a sync that changes all workloads."""

OF_A_WORKLOAD: Final = 400
OF_A_VARIABLE: Final = 1
OF_A_REFERENCE: Final = 5
"""Of a variable with `valueFrom`: what it refers to is looked up."""

OF_A_MERGED_VALUE: Final = 6
"""Of a value in an affinity or in an override, which are looked at one by one."""

OF_A_CONFIGURED_VALUE: Final = 2


@dataclass(frozen=True, slots=True)
class _Alike:
    """The DaemonSets, one per zone, or the Deployments, one per backend."""

    count: int
    pod: Obj
    variables: Obj
    patch: Any
    shared: Obj
    """What the pods of other workloads have as well."""

    def length(self) -> int:
        return self.count * _length([self.pod, self.variables, self.patch, self.shared])

    def work(self) -> int:
        pod = dict(self.pod)
        variables, merged = as_objects(pod.pop("env", None)), [pod.pop("affinity", None)]
        return self.count * (
            OF_A_WORKLOAD
            + OF_A_VARIABLE * (len(self.variables) + len(variables))
            + OF_A_REFERENCE * sum("valueFrom" in variable for variable in variables)
            + OF_A_MERGED_VALUE * _values([*merged, self.patch])
            + _values([pod, self.shared])
        )


def _leads_to_too_much(spec: Obj) -> bool:
    """Tell whether workloads take more than there may be, before they are made."""
    agent, zones = as_object(spec.get("agent")), as_objects(spec.get("zones"))
    workloads = _workloads(spec, agent, zones)
    length = _length([zones, agent.get("configuration_yaml")])
    work = OF_A_MERGED_VALUE * _values(zones)
    work += OF_A_CONFIGURED_VALUE * _values(agent.get("configuration"))
    return (
        length + sum(alike.length() for alike in workloads) > MOST_BYTES
        or work + sum(alike.work() for alike in workloads) > MOST_WORK
    )


def _workloads(spec: Obj, agent: Obj, zones: list[Obj]) -> tuple[_Alike, _Alike]:
    overrides, pod = as_object(spec.get("overrides")), as_object(agent.get("pod"))
    deployment = as_object(as_object(spec.get("k8s_sensor")).get("deployment"))
    sensors = 1 + len(as_objects(agent.get("additionalBackends")))
    variables = as_object(agent.get("env"))
    shared = {name: pod.get(name) for name in ("labels", "annotations")}
    sensor_pod = as_object(deployment.get("pod"))
    return (
        _Alike(max(1, len(zones)), pod, variables, overrides.get("agentDaemonSet"), {}),
        _Alike(sensors, sensor_pod, variables, overrides.get("k8sensorDeployment"), shared),
    )


def _length(value: Any) -> int:
    text = json.dumps(value, ensure_ascii=False, skipkeys=True, default=str)
    return len(text.encode(errors="surrogatepass"))


def _values(value: Any) -> int:
    return sum(1 for _ in values_in(value))


FULL: Obj = {"name": "X", "value": "x" * LONGEST_VARIABLE}
RULES = (
    Rule(
        ANSWER_SIZE,
        ("spec",),
        f"leads to more than {MOST_BYTES // 1024**2} MiB of objects, or to more work "
        f"than {MOST_WORK:,} units (docs/validation.md counts them): as each zone has a DaemonSet, "
        "and each backend a Deployment, let there be fewer of them or less in each",
        bad={
            "zones": [{"name": f"z{index}"} for index in range(MOST_ZONES)],
            "agent": {"pod": {"env": [FULL]}, "env": {"Y": FULL["value"]}},
        },
        good={
            "zones": [{"name": f"z{index}"} for index in range(2)],
            "agent": {"pod": {"env": [FULL]}, "env": {"Y": FULL["value"]}},
        },
        find=unless(lambda spec: not _leads_to_too_much(spec)),
    ),
)
