"""Rules on parts that are passed through to containers, and that the API server would reject.

Each rule checks one part. Its message names the part; the problem, and what to write instead, are
reported for each place.
"""

from typing import Any, Final

from hooks.kube.objects import Obj
from hooks.kube.pod_validation.containers import (
    MOUNTS,
    ONE_SOURCE,
    PRIVILEGED_MOUNTS,
    PROBE,
    VARIABLES,
    files,
)
from hooks.kube.pod_validation.references import SOURCES_OF_VARIABLES
from hooks.kube.pod_validation.resources import (
    HUGE_PAGES,
    NO_RESOURCE,
    SIDES,
    STANDARD,
    names_of_resources,
    resources,
)
from hooks.rules.rule import Rule, count_of, with_messages

PODS: Final = ("spec.agent.pod", "spec.k8s_sensor.deployment.pod")
PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")
NOTHING: Final[Obj] = {"emptyDir": {}}
FILE: Final = {"volumeName": "own", "path": "a", "key": "A"}


def _of_pod(**parts: Any) -> Obj:
    return {"agent": {"pod": parts}}


def _of_sensor(**parts: Any) -> Obj:
    return {"k8s_sensor": {"deployment": {"pod": parts}}}


RULES = (
    Rule(
        "mount-field",
        (f"{PODS[0]}.volumeMounts",),
        "must have a mountPropagation of None, HostToContainer or Bidirectional, a "
        "relative subPath or subPathExpr, and recursiveReadOnly only together with "
        "readOnly",
        bad=_of_pod(volumeMounts=[{"name": "run", "mountPath": "/a", "subPath": "/b"}]),
        good=_of_pod(volumeMounts=[{"name": "run", "mountPath": "/a", "subPath": "b"}]),
        of_part=PRIVILEGED_MOUNTS,
    ),
    Rule(
        "sensor-mount-field",
        (f"{PODS[1]}.volumeMounts",),
        "must have a mountPropagation of None or HostToContainer, because the k8sensor "
        "is not privileged, a relative subPath or subPathExpr, and recursiveReadOnly "
        "only together with readOnly",
        bad=_of_sensor(
            volumes=[{"name": "a", **NOTHING}],
            volumeMounts=[{"name": "a", "mountPath": "/a", "mountPropagation": "Bidirectional"}],
        ),
        good=_of_sensor(
            volumes=[{"name": "a", **NOTHING}],
            volumeMounts=[{"name": "a", "mountPath": "/a", "mountPropagation": "None"}],
        ),
        of_part=MOUNTS,
    ),
    Rule(
        "variable-source",
        tuple(f"{pod}.env" for pod in PODS),
        "must take its value from exactly one source that exists: a field of the pod "
        "such as spec.nodeName, a resource such as limits.memory, or an entry of a "
        "Secret or ConfigMap",
        bad=_of_pod(
            env=[{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodename"}}}]
        ),
        good=_of_pod(
            env=[{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]
        ),
        of_part=VARIABLES,
    ),
    Rule(
        "variable-sources",
        tuple(f"{pod}.env[].valueFrom" for pod in PODS),
        f"must have exactly one of {', '.join(SOURCES_OF_VARIABLES)}",
        bad=_of_pod(env=[{"name": "NODE", "valueFrom": {}}]),
        good=_of_pod(
            env=[{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]
        ),
        find=with_messages(ONE_SOURCE),
        # Written twice: the message names the given fields.
        cel=f"{count_of(SOURCES_OF_VARIABLES)} == 1",
    ),
    Rule(
        "variable-file",
        PODS,
        "must be a volume with an emptyDir (variables from files need Kubernetes 1.35)",
        bad=_of_pod(env=[{"name": "A", "valueFrom": {"fileKeyRef": FILE}}]),
        good=_of_pod(
            volumes=[{"name": "own", **NOTHING}],
            env=[{"name": "A", "valueFrom": {"fileKeyRef": FILE}}],
        ),
        find=with_messages(files),
    ),
    Rule(
        "probe-handler",
        tuple(f"{pod}.{probe}" for pod in PODS for probe in PROBES),
        "must have a handler that Kubernetes supports: a command for exec, a port from "
        "1 to 65535, and the scheme HTTP or HTTPS",
        bad=_of_pod(livenessProbe={"httpGet": {"port": 42699, "scheme": "https"}}),
        good=_of_pod(livenessProbe={"httpGet": {"port": 42699, "scheme": "HTTPS"}}),
        of_part=PROBE,
    ),
    Rule(
        "container-resource-name",
        tuple(f"{pod}.{side}" for pod in PODS for side in SIDES),
        NO_RESOURCE,
        bad=_of_pod(requests={"gpu": 1}),
        good=_of_pod(requests={"cpu": 1}),
        find=with_messages(names_of_resources),
        # Written twice: each name has its own message, which suggests a similar one.
        cel=f"self.all(name, name.contains('/') || name in {[*STANDARD]} || "
        f"name.startsWith('{HUGE_PAGES}'))",
    ),
    Rule(
        "container-resource",
        PODS,
        "must be a whole number for an extended resource, with a limit equal to the "
        "request, and a multiple of the page size for huge pages",
        bad=_of_pod(requests={"example.com/gpu": 1}),
        good=_of_pod(requests={"example.com/gpu": 1}, limits={"example.com/gpu": 1}),
        find=with_messages(resources),
    ),
)
