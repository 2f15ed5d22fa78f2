"""Rules on the operating system of nodes: all children of this service run only on Linux."""

from collections.abc import Iterator

from hooks.kube.node_affinity import (
    EXPRESSIONS,
    LINUX,
    NEVER_LINUX,
    OS,
    OS_LABELS,
    REQUIRED,
    excludes_linux,
    required_terms,
)
from hooks.kube.objects import Obj, as_object, as_objects
from hooks.models.overrides import KINDS
from hooks.rules.expression import all_of
from hooks.rules.rule import Rule
from hooks.rules.values import equal, if_named, one_of

POD, SENSOR_POD = "spec.agent.pod", "spec.k8s_sensor.deployment.pod"
PATCHED_POD = ("spec", "template", "spec")
WORKLOADS = tuple(field for field, kind in KINDS.items() if kind in {"DaemonSet", "Deployment"})
TERMS = f"nodeAffinity.{REQUIRED}.nodeSelectorTerms"

MESSAGE = (
    "selects nodes without Linux, but the images of agent and k8sensor are for Linux "
    "only: remove it (no agent runs on nodes with other operating systems)"
)
"""The reason:
https://kubernetes.io/docs/concepts/windows/intro/#compatibility-v1-pod-spec-containers"""

IS_ABOUT_OS = one_of(*OS_LABELS).written("one.key")
NAMES_LINUX = f"(has(one.values) && '{LINUX}' in one.values)"

LEAVES_LINUX = (
    f"(one.operator == 'In' ? {NAMES_LINUX} : one.operator == 'NotIn' ? !{NAMES_LINUX} : "
    f"!({one_of(*NEVER_LINUX).written('one.operator')}))"
)


def _other_systems(selector: Obj) -> Iterator[str]:
    for label in OS_LABELS:
        if selector.get(label, LINUX) != LINUX:
            yield f"[{label}]"


def _terms_without_linux(affinity: Obj) -> Iterator[str]:
    for number, term in enumerate(required_terms(affinity)):
        for place, expression in enumerate(as_objects(term.get(EXPRESSIONS))):
            if excludes_linux(expression):
                yield f".{TERMS}[{number}].{EXPRESSIONS}[{place}]"


def _overrides_without_linux(overrides: Obj) -> Iterator[str]:
    for field in WORKLOADS:
        pod = as_object(overrides.get(field))
        for step in PATCHED_POD:
            pod = as_object(pod.get(step))
        for place in _pod_without_linux(pod):
            yield f".{field}.{'.'.join(PATCHED_POD)}{place}"


def _pod_without_linux(pod: Obj) -> Iterator[str]:
    yield from (
        f".nodeSelector{path}" for path in _other_systems(as_object(pod.get("nodeSelector")))
    )
    yield from (f".affinity{path}" for path in _terms_without_linux(as_object(pod.get("affinity"))))
    if as_object(pod.get("os")).get("name", LINUX) != LINUX:
        yield ".os.name"


def _in_terms(**requirement: object) -> Obj:
    """Return an affinity with one requirement on the operating system."""
    term = {EXPRESSIONS: [{"key": OS, **requirement}]}
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term]}}}


def _of_agents(**fields: object) -> Obj:
    return {"overrides": {"agentDaemonSet": {"spec": {"template": {"spec": fields}}}}}


RULES = (
    Rule(
        "node-selector-os",
        (f"{POD}.nodeSelector", f"{SENSOR_POD}.nodeSelector"),
        MESSAGE,
        bad={"agent": {"pod": {"nodeSelector": {OS: "windows"}}}},
        good={"agent": {"pod": {"nodeSelector": {OS: LINUX}}}},
        must=all_of(*(if_named(label, equal(LINUX)) for label in OS_LABELS)),
    ),
    Rule(
        "node-affinity-os",
        (f"{POD}.affinity", f"{SENSOR_POD}.affinity", "spec.zones[].affinity"),
        MESSAGE,
        bad={"agent": {"pod": {"affinity": _in_terms(operator="In", values=["windows"])}}},
        good={"agent": {"pod": {"affinity": _in_terms(operator="NotIn", values=["windows"])}}},
        # Written twice: `hooks.kube.node_affinity` reads requirements for others too.
        find=_terms_without_linux,
        cel=f"!has(self.nodeAffinity) || !has(self.nodeAffinity.{REQUIRED}) || "
        f"!has(self.{TERMS}) || self.{TERMS}.all(term, !has(term.{EXPRESSIONS}) || "
        f"term.{EXPRESSIONS}.all(one, !({IS_ABOUT_OS}) || {LEAVES_LINUX}))",
        in_policy=True,
    ),
    Rule(
        "override-os",
        ("spec.overrides",),
        MESSAGE,
        bad=_of_agents(nodeSelector={OS: "windows"}),
        good=_of_agents(nodeSelector={"example.com/pool": "monitoring"}),
        find=_overrides_without_linux,
    ),
)
