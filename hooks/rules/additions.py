"""Rules on what is added to the agent's pods: environment, volumes, mounts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from hooks.kube.objects import Obj, as_objects
from hooks.rules.patterns import DNS_LABEL, LONGEST_LABEL, VARIABLE
from hooks.rules.rule import (
    Find,
    Rule,
    Severity,
    distinct,
    full,
    matching,
    one_of,
    repeated,
    unless,
)

POD = "spec.agent.pod"
PODS = (POD, "spec.k8s_sensor.deployment.pod")
VOLUMES = (
    "dev", "run", "var-run", "sys", "var-log", "var-lib-instana", "var-data", "machine-id",
    "config", "namespaces-details",
)  # fmt: skip
"""Names of the volumes that every agent has."""

FURTHER_VOLUMES = (
    "var-run-kubo", "var-run-containerd", "var-containerd-config", "instana-agent-tls", "repo",
    "instana-secrets", "package-cache",
)  # fmt: skip
"""Names of those that some agents have."""

VARIABLES = (
    "CONFIG_PATH", "ENTRYPOINT_SKIP_BACKEND_TEMPLATE_GENERATION", "INSTANA_AGENT_ENDPOINT",
    "INSTANA_AGENT_ENDPOINT_PORT", "INSTANA_AGENT_POD_NAME", "K8S_SERVICE_DOMAIN",
    "NAMESPACES_DETAILS_PATH", "NODE_NAME", "POD_IP",
)  # fmt: skip
"""Names of the variables that every agent has."""

NOTHING: Obj = {"emptyDir": {}}
UPWARDS = re.compile(r"(^|/)\.\.(/|$)")

_is_variable = full(VARIABLE)
_is_label = full(DNS_LABEL)


def _odd_names(env: Obj) -> Iterator[str]:
    for name in env:
        if not _is_variable(name):
            yield f"[{name}]"


def _reserved(env: Obj) -> Iterator[str]:
    for name in VARIABLES:
        if name in env:
            yield f"[{name}]"


def is_volume_name_besides(taken: tuple[str, ...]) -> Callable[[Obj], bool]:
    """Return the condition that a volume has a name, and none of those that are taken."""

    def holds(volume: Obj) -> bool:
        name: Any = volume.get("name")
        return _is_label(name) and len(name) <= LONGEST_LABEL and name not in taken

    return holds


def volume_name_besides(taken: tuple[str, ...]) -> str:
    """Return the expression that a volume has a name, and none of those that are taken."""
    name = "self.name"
    return f"has({name}) && {matching(DNS_LABEL, name)} && !({one_of(taken, name)})"


def _has_one_value(variable: Obj) -> bool:
    return not variable.get("value") or variable.get("valueFrom") is None


def _same_names(things: list[Obj]) -> Iterator[str]:
    names = ((f"[{i}].name", thing.get("name")) for i, thing in enumerate(things))
    yield from repeated((place, name) for place, name in names if isinstance(name, str))


def _same_paths(mounts: list[Obj]) -> Iterator[str]:
    paths = ((f"[{i}].mountPath", mount.get("mountPath")) for i, mount in enumerate(mounts))
    yield from repeated((place, path) for place, path in paths if isinstance(path, str))


def mounts_without_volume(built_in: tuple[str, ...]) -> Find:
    """Return what finds the mounts of a pod of which there is no volume."""

    def find(pod: Obj) -> Iterator[str]:
        names = {str(volume.get("name")) for volume in as_objects(pod.get("volumes"))}
        for index, mount in enumerate(as_objects(pod.get("volumeMounts"))):
            name = mount.get("name")
            if name not in built_in and str(name) not in names:
                yield f".volumeMounts[{index}].name"

    return find


def _is_mount_path(mount: Obj) -> bool:
    path = mount.get("mountPath")
    return isinstance(path, str) and path != "" and ":" not in path


def _stays_below(path: Any) -> bool:
    return not (isinstance(path, str) and UPWARDS.search(path))


RULES = (
    Rule(
        "variable-name",
        ("spec.agent.env",),
        "must be the name of a variable: printable ASCII characters other than '='",
        bad={"agent": {"env": {"1 BAD=NAME": "x"}}},
        good={"agent": {"env": {"GOOD_NAME": "x"}}},
        find=_odd_names,
        cel=f"self.all(name, {matching(VARIABLE, 'name')})",
        in_policy=True,
    ),
    Rule(
        "pod-variable-name",
        tuple(f"{pod}.env[]" for pod in PODS),
        "must be the name of a variable: printable ASCII characters other than '='",
        bad={"agent": {"pod": {"env": [{"name": "", "value": "x"}]}}},
        good={"agent": {"pod": {"env": [{"name": "GOOD_NAME", "value": "x"}]}}},
        find=unless(lambda variable: _is_variable(variable.get("name")), ".name"),
        cel=f"has(self.name) && {matching(VARIABLE, 'self.name')}",
        field=".name",
    ),
    Rule(
        "variable-value",
        tuple(f"{pod}.env[]" for pod in PODS),
        "must have either value or valueFrom, not both",
        bad={
            "agent": {
                "pod": {
                    "env": [
                        {
                            "name": "X",
                            "value": "x",
                            "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
                        }
                    ]
                }
            }
        },
        good={
            "agent": {
                "pod": {
                    "env": [
                        {"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
                    ]
                }
            }
        },
        find=unless(_has_one_value, ".valueFrom"),
        cel="!has(self.value) || self.value == '' || !has(self.valueFrom)",
    ),
    Rule(
        "variable-repeated",
        tuple(f"{pod}.env" for pod in PODS),
        "is there twice, and the last one counts: take the others out",
        bad={"agent": {"pod": {"env": [{"name": "X", "value": "1"}, {"name": "X"}]}}},
        good={"agent": {"pod": {"env": [{"name": "X", "value": "1"}, {"name": "Y"}]}}},
        find=_same_names,
        cel=distinct("name"),
        severity=Severity.WARNING,
    ),
    Rule(
        "variable-reserved",
        ("spec.agent.env",),
        "is set by the service itself, so that this one has no effect: take it out (a variable in "
        "spec.agent.pod.env would win)",
        bad={"agent": {"env": {"POD_IP": "192.0.2.1"}}},
        good={"agent": {"pod": {"env": [{"name": "POD_IP", "value": "192.0.2.1"}]}}},
        find=_reserved,
        cel=f"!self.exists(name, {one_of(VARIABLES, 'name')})",
        severity=Severity.WARNING,
    ),
    Rule(
        "volume-name",
        (f"{POD}.volumes[]",),
        f"must be at most {LONGEST_LABEL} lower case letters, digits and '-', and none of the "
        f"built-in volumes {', '.join(VOLUMES)}",
        bad={"agent": {"pod": {"volumes": [{"name": "config", **NOTHING}]}}},
        good={"agent": {"pod": {"volumes": [{"name": "my-config", **NOTHING}]}}},
        find=unless(is_volume_name_besides(VOLUMES), ".name"),
        cel=volume_name_besides(VOLUMES),
        field=".name",
    ),
    Rule(
        "volume-repeated",
        tuple(f"{pod}.volumes" for pod in PODS),
        "is the name of two volumes: give each a name of its own",
        bad={"agent": {"pod": {"volumes": [{"name": "a", **NOTHING}, {"name": "a", **NOTHING}]}}},
        good={"agent": {"pod": {"volumes": [{"name": "a", **NOTHING}, {"name": "b", **NOTHING}]}}},
        find=_same_names,
        cel=distinct("name"),
    ),
    Rule(
        "volume-path",
        tuple(f"{pod}.volumes[].hostPath.path" for pod in PODS),
        "must not contain '..'",
        bad={"agent": {"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/a/../b"}}]}}},
        good={"agent": {"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/b"}}]}}},
        find=unless(_stays_below),
        cel=r"!self.matches(r'(^|/)\.\.(/|$)')",
    ),
    Rule(
        "mount-without-volume",
        (POD,),
        "is no volume of spec.agent.pod.volumes: add it there, or take the mount out",
        bad={"agent": {"pod": {"volumeMounts": [{"name": "gone", "mountPath": "/gone"}]}}},
        good={
            "agent": {
                "pod": {
                    "volumes": [{"name": "here", **NOTHING}],
                    "volumeMounts": [{"name": "here", "mountPath": "/here"}],
                }
            }
        },
        find=mounts_without_volume((*VOLUMES, *FURTHER_VOLUMES)),
        cel="!has(self.volumeMounts) || self.volumeMounts.all(m, has(m.name) && ("
        f"{one_of((*VOLUMES, *FURTHER_VOLUMES), 'm.name')} || "
        "(has(self.volumes) && self.volumes.exists(v, has(v.name) && v.name == m.name))))",
        field=".volumeMounts",
    ),
    Rule(
        "mount-path",
        tuple(f"{pod}.volumeMounts[]" for pod in PODS),
        "must be a directory in the container, without ':'",
        bad={"agent": {"pod": {"volumeMounts": [{"name": "run", "mountPath": "/a:b"}]}}},
        good={"agent": {"pod": {"volumeMounts": [{"name": "run", "mountPath": "/a/b"}]}}},
        find=unless(_is_mount_path, ".mountPath"),
        cel="has(self.mountPath) && self.mountPath != '' && !self.mountPath.contains(':')",
        field=".mountPath",
    ),
    Rule(
        "mount-path-repeated",
        tuple(f"{pod}.volumeMounts" for pod in PODS),
        "is the directory of two mounts: choose another one",
        bad={
            "agent": {
                "pod": {
                    "volumeMounts": [
                        {"name": "run", "mountPath": "/mine"},
                        {"name": "sys", "mountPath": "/mine"},
                    ]
                }
            }
        },
        good={
            "agent": {
                "pod": {
                    "volumeMounts": [
                        {"name": "run", "mountPath": "/mine/run"},
                        {"name": "sys", "mountPath": "/mine/sys"},
                    ]
                }
            }
        },
        find=_same_paths,
        cel=distinct("mountPath"),
    ),
)
