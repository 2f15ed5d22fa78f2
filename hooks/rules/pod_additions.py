"""Rules on additions to the agent's pods: environment, volumes, mounts."""

from collections.abc import Iterator

from hooks.kube.objects import Obj, as_objects
from hooks.rules.expression import Expression, given, has, present
from hooks.rules.patterns import DNS_LABEL, LONGEST_LABEL, UPWARDS, VARIABLE
from hooks.rules.rule import Find, Rule, Severity
from hooks.rules.values import (
    contains,
    each_name,
    matches,
    no_longer_than,
    one_of,
    unique,
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
"""Names of the volumes that some agents have."""

NOTHING: Obj = {"emptyDir": {}}


def mounts_without_volume(built_in: tuple[str, ...]) -> Find:
    """Return a function that finds a pod's mounts that have no volume."""

    def find(pod: Obj) -> Iterator[str]:
        names = {str(volume.get("name")) for volume in as_objects(pod.get("volumes"))}
        for index, mount in enumerate(as_objects(pod.get("volumeMounts"))):
            name = mount.get("name")
            if name not in built_in and str(name) not in names:
                yield f".volumeMounts[{index}].name"

    return find


def volume_name_except(taken: tuple[str, ...]) -> Expression:
    """Return the expression that holds if a volume has a name that is not taken."""
    return has("name", matches(DNS_LABEL) & no_longer_than(LONGEST_LABEL) & ~one_of(*taken))


def mounts_in_cel(built_in: tuple[str, ...]) -> str:
    """Return the CEL expression that there is a volume for each mount of a pod."""
    return (
        "!has(self.volumeMounts) || self.volumeMounts.all(m, has(m.name) && ("
        f"{one_of(*built_in).written('m.name')} || "
        "(has(self.volumes) && self.volumes.exists(v, has(v.name) && v.name == m.name))))"
    )


RULES = (
    Rule(
        "variable-name",
        ("spec.agent.env",),
        "must be the name of a variable: printable ASCII characters other than '=' "
        "(before Kubernetes 1.32 only letters, digits, '-', '_' and '.', not starting "
        "with a digit)",
        bad={"agent": {"env": {"1 BAD=NAME": "x"}}},
        good={"agent": {"env": {"GOOD_NAME": "x"}}},
        must=each_name(matches(VARIABLE)),
        in_policy=True,
    ),
    Rule(
        "pod-variable-name",
        tuple(f"{pod}.env[]" for pod in PODS),
        "must be the name of a variable: printable ASCII characters other than '=' "
        "(before Kubernetes 1.32 only letters, digits, '-', '_' and '.', not starting "
        "with a digit)",
        bad={"agent": {"pod": {"env": [{"name": "", "value": "x"}]}}},
        good={"agent": {"pod": {"env": [{"name": "GOOD_NAME", "value": "x"}]}}},
        must=has("name", matches(VARIABLE)),
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
        must=(~given("value") | ~present("valueFrom")).shown_at(""),
    ),
    Rule(
        "variable-repeated",
        tuple(f"{pod}.env" for pod in PODS),
        "is listed more than once, and only the last one counts: remove the others",
        bad={"agent": {"pod": {"env": [{"name": "X", "value": "1"}, {"name": "X"}]}}},
        good={"agent": {"pod": {"env": [{"name": "X", "value": "1"}, {"name": "Y"}]}}},
        must=unique("name"),
        severity=Severity.WARNING,
    ),
    Rule(
        "volume-name",
        (f"{POD}.volumes[]",),
        f"must be at most {LONGEST_LABEL} lower case letters, digits and '-', and not "
        f"the name of a built-in volume ({', '.join(VOLUMES)})",
        bad={"agent": {"pod": {"volumes": [{"name": "config", **NOTHING}]}}},
        good={"agent": {"pod": {"volumes": [{"name": "my-config", **NOTHING}]}}},
        must=volume_name_except(VOLUMES),
    ),
    Rule(
        "volume-repeated",
        tuple(f"{pod}.volumes" for pod in PODS),
        "is the name of two volumes: give each its own name",
        bad={"agent": {"pod": {"volumes": [{"name": "a", **NOTHING}, {"name": "a", **NOTHING}]}}},
        good={"agent": {"pod": {"volumes": [{"name": "a", **NOTHING}, {"name": "b", **NOTHING}]}}},
        must=unique("name"),
    ),
    Rule(
        "volume-path",
        tuple(f"{pod}.volumes[].hostPath.path" for pod in PODS),
        "must not contain '..'",
        bad={"agent": {"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/a/../b"}}]}}},
        good={"agent": {"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/b"}}]}}},
        must=~contains(UPWARDS),
    ),
    Rule(
        "mount-without-volume",
        (POD,),
        "is not a volume in spec.agent.pod.volumes: add the volume, or remove the mount",
        bad={"agent": {"pod": {"volumeMounts": [{"name": "gone", "mountPath": "/gone"}]}}},
        good={
            "agent": {
                "pod": {
                    "volumes": [{"name": "here", **NOTHING}],
                    "volumeMounts": [{"name": "here", "mountPath": "/here"}],
                }
            }
        },
        # Written twice: no expression compares the items of two lists.
        find=mounts_without_volume((*VOLUMES, *FURTHER_VOLUMES)),
        cel=mounts_in_cel((*VOLUMES, *FURTHER_VOLUMES)),
        field=".volumeMounts",
    ),
    Rule(
        "mount-path",
        tuple(f"{pod}.volumeMounts[]" for pod in PODS),
        "must be a directory in the container, without ':'",
        bad={"agent": {"pod": {"volumeMounts": [{"name": "run", "mountPath": "/a:b"}]}}},
        good={"agent": {"pod": {"volumeMounts": [{"name": "run", "mountPath": "/a/b"}]}}},
        must=has("mountPath", matches("[^:]+")),
    ),
    Rule(
        "mount-path-repeated",
        tuple(f"{pod}.volumeMounts" for pod in PODS),
        "is the directory of two mounts: choose another directory",
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
        must=unique("mountPath"),
    ),
)
