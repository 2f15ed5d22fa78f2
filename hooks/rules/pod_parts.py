"""Rules on parts that are passed through to pods, and that the API server would reject.

Each rule checks one part. Its message names the part; the problem, and what to write instead, are
reported for each place.
"""

from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj, as_object
from hooks.kube.pod_validation.affinity import AFFINITY, TOPOLOGY_SPREAD
from hooks.kube.pod_validation.annotations import MOST_BYTES, annotations, size_of
from hooks.kube.pod_validation.checks import Found, each, fields
from hooks.kube.pod_validation.names import OPTIONAL_NAME
from hooks.kube.pod_validation.tolerations import NUMERIC, TOLERATION
from hooks.kube.pod_validation.volumes import ONE_SOURCE, SOURCES, VOLUMES
from hooks.rules.expression import if_has
from hooks.rules.rule import Rule, Severity, count_of, with_messages
from hooks.rules.values import one_of

PODS: Final = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
TOLERATIONS: Final = (
    *(f"{pod}.tolerations[]" for pod in PODS),
    "spec.zones[].tolerations[]",
)
CONTAINERS: Final = ("instana-agent",)
FOR_THE_SERVICE: Final = 4096
"""The maximum size of the service's own annotations of a pod."""
LARGEST_ANNOTATIONS: Final = MOST_BYTES - FOR_THE_SERVICE
NOTHING: Final[Obj] = {"emptyDir": {}}
CONSTRAINT: Final = {
    "maxSkew": 1,
    "topologyKey": "zone",
    "whenUnsatisfiable": "DoNotSchedule",
}
PULL_SECRETS: Final = each(fields(name=OPTIONAL_NAME))


def _of_pod(**parts: Any) -> Obj:
    return {"agent": {"pod": parts}}


def _of_sensor(**parts: Any) -> Obj:
    return {"k8s_sensor": {"deployment": {"pod": parts}}}


def _annotations(given: Obj) -> Found:
    return annotations(given, CONTAINERS)


def _large_annotations(spec: Obj) -> Iterator[str]:
    of_agent = _annotations_at(spec, "agent")
    of_sensor = _annotations_at(as_object(spec.get("k8s_sensor")), "deployment")
    if size_of(of_agent) > LARGEST_ANNOTATIONS:
        yield ".agent.pod.annotations"
    elif size_of(of_agent | of_sensor) > LARGEST_ANNOTATIONS:
        yield ".k8s_sensor.deployment.pod.annotations"


def _annotations_at(part: Obj, owner: str) -> Obj:
    return as_object(as_object(as_object(part.get(owner)).get("pod")).get("annotations"))


def _with_operator(operator: str) -> Obj:
    expression = {"key": "pool", "operator": operator, "values": ["b"]}
    required = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    return _of_pod(
        affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    )


RULES = (
    Rule(
        "affinity",
        (*(f"{pod}.affinity" for pod in PODS), "spec.zones[].affinity"),
        "must be a valid affinity: operators In, NotIn, Exists, DoesNotExist, for "
        "nodes also Gt and Lt; weights from 1 to 100; a topologyKey for pods",
        bad=_with_operator("in"),
        good=_with_operator("In"),
        of_part=AFFINITY,
    ),
    Rule(
        "topology-spread-field",
        (f"{PODS[1]}.topologySpreadConstraints[]",),
        "must be a valid constraint: nodeAffinityPolicy and nodeTaintsPolicy Honor or "
        "Ignore, minDomains only with DoNotSchedule, no key of matchLabelKeys in the "
        "labelSelector (before Kubernetes 1.34)",
        bad=_of_sensor(topologySpreadConstraints=[CONSTRAINT | {"nodeTaintsPolicy": "honor"}]),
        good=_of_sensor(topologySpreadConstraints=[CONSTRAINT | {"nodeTaintsPolicy": "Honor"}]),
        of_part=TOPOLOGY_SPREAD,
    ),
    Rule(
        "toleration-name",
        TOLERATIONS,
        "must map the name of a label to a valid value of a label",
        bad=_of_pod(tolerations=[{"key": "the key", "operator": "Exists"}]),
        good=_of_pod(tolerations=[{"key": "example.com/the-key", "operator": "Exists"}]),
        of_part=TOLERATION,
    ),
    Rule(
        "toleration-comparison",
        TOLERATIONS,
        "needs the feature gate TaintTolerationComparisonOperators (Kubernetes 1.35 or "
        "newer, off by default), without which the API server rejects the pods: enable "
        "it, or use another operator",
        bad=_of_pod(tolerations=[{"key": "a", "operator": "Gt", "value": "1"}]),
        good=_of_pod(tolerations=[{"key": "a", "operator": "Equal", "value": "1"}]),
        must=if_has("operator", ~one_of(*NUMERIC)),
        severity=Severity.WARNING,
    ),
    Rule(
        "volume-source",
        tuple(f"{pod}.volumes" for pod in PODS),
        "must have one source, with fields and values that are valid for it",
        bad=_of_pod(volumes=[{"name": "a", "hostPath": {"path": "/a", "type": "directory"}}]),
        good=_of_pod(volumes=[{"name": "a", "hostPath": {"path": "/a", "type": "Directory"}}]),
        of_part=VOLUMES,
    ),
    Rule(
        "volume-sources",
        tuple(f"{pod}.volumes[]" for pod in PODS),
        "must not have two sources: remove all but one",
        bad=_of_pod(volumes=[{"name": "a", **NOTHING, "hostPath": {"path": "/a"}}]),
        good=_of_pod(volumes=[{"name": "a", "hostPath": {"path": "/a"}}]),
        find=with_messages(ONE_SOURCE),
        # Written twice: the message names the given fields.
        cel=f"{count_of(SOURCES)} <= 1",
    ),
    Rule(
        "priority-class",
        tuple(f"{pod}.priorityClassName" for pod in PODS),
        "must be the name of a priority class: at most 253 lower case letters, digits, '-' and '.'",
        bad=_of_pod(priorityClassName="System_Critical"),
        good=_of_pod(priorityClassName="system-node-critical"),
        of_part=OPTIONAL_NAME,
    ),
    Rule(
        "pull-secret-name",
        ("spec.agent.image.pullSecrets", "spec.k8s_sensor.image.pullSecrets"),
        "must be the name of a Secret: at most 253 lower case letters, digits, '-' and '.'",
        bad={"agent": {"image": {"pullSecrets": [{"name": "My_Secret"}]}}},
        good={"agent": {"image": {"pullSecrets": [{"name": "my-secret"}]}}},
        of_part=PULL_SECRETS,
    ),
    Rule(
        "annotation-value",
        tuple(f"{pod}.annotations" for pod in PODS),
        "must have valid values for the annotations that Kubernetes knows",
        bad=_of_pod(annotations={"controller.kubernetes.io/pod-deletion-cost": "low"}),
        good=_of_pod(annotations={"controller.kubernetes.io/pod-deletion-cost": "-1"}),
        find=with_messages(_annotations),
    ),
    Rule(
        "annotation-size",
        ("spec",),
        f"must have at most {LARGEST_ANNOTATIONS // 1024} KiB in total, names included "
        "(for the k8sensor together with those of agent.pod), because Kubernetes "
        "allows 256 KiB and the service adds some: remove or shorten some",
        bad=_of_pod(annotations={"example.com/note": "x" * LARGEST_ANNOTATIONS}),
        good=_of_pod(annotations={"example.com/note": "x"}),
        find=_large_annotations,
    ),
)
