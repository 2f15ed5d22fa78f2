"""Rules on the k8sensor and its pods, and on the platform of the nodes."""

import re
from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj
from hooks.kube.workloads import ROLLING_UPDATE
from hooks.models.base import CA_FILE
from hooks.models.instana_agent import PLATFORMS
from hooks.models.k8s_sensor import RESTRICTED, SECONDS, UNRESTRICTED
from hooks.rules.expression import all_of, any_of, given, has, if_has, on, present, when
from hooks.rules.pod_additions import (
    NOTHING,
    mounts_in_cel,
    mounts_without_volume,
    volume_name_except,
)
from hooks.rules.rollout import IS_ZERO, OF_COUNTS, SIDES
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import at_least, each, equal, matches, one_of

SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"
DEPLOYMENT: Final = "spec.k8s_sensor.deployment"
POD: Final = f"{DEPLOYMENT}.pod"

VOLUMES: Final = ("config",)
"""Names of the volumes that every k8sensor has."""

FURTHER_VOLUMES: Final = ("control-plane-ca", "etcd-ca", "etcd-client-cert", "instana-secrets")
"""Names of the volumes that some k8sensors have."""

TAKEN_IN: Final = (
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
    "projected", "secret",
)  # fmt: skip
"""The kinds of volumes that Pod Security `restricted` allows."""

HARD, SOFT = "DoNotSchedule", "ScheduleAnyway"

CONSTRAINT: Obj = {
    "maxSkew": 1,
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": SOFT,
}


def _pod(**fields: Any) -> Obj:
    return {"k8s_sensor": {"deployment": {"pod": fields}}}


def _strategy(**fields: Any) -> Obj:
    return {"k8s_sensor": {"deployment": {"strategy": fields}}}


def _same_constraints(constraints: list[Obj]) -> Iterator[str]:
    seen = set()
    for index, constraint in enumerate(constraints):
        pair = str(constraint.get("topologyKey")), str(constraint.get("whenUnsatisfiable"))
        if pair in seen:
            yield f"[{index}]"
        seen.add(pair)


RULES = (
    Rule(
        "pollrate",
        ("spec.k8s_sensor.pollrate",),
        "must be a duration in seconds, such as 10s",
        bad={"k8s_sensor": {"pollrate": "1m"}},
        good={"k8s_sensor": {"pollrate": "60s"}},
        must=equal("") | matches(SECONDS),
        in_schema=True,
    ),
    Rule(
        "token-hidden",
        ("spec.k8s_sensor.etcd.ca", "spec.k8s_sensor.restClient.ca"),
        "would hide the token of the service account: choose another directory, or remove it",
        bad={
            "k8s_sensor": {
                "etcd": {"ca": {"secretName": "ca", "mountPath": SERVICE_ACCOUNT_DIRECTORY}}
            }
        },
        good={"k8s_sensor": {"etcd": {"ca": {"secretName": "ca"}}}},
        must=when(
            given("secretName"),
            if_has("mountPath", ~matches(f"{re.escape(SERVICE_ACCOUNT_DIRECTORY)}/*")),
        ),
    ),
    Rule(
        "sensor-volume-name",
        (f"{POD}.volumes[]",),
        f"must be at most 63 lower case letters, digits and '-', and not {VOLUMES[0]}, "
        "a volume that every k8sensor has",
        bad=_pod(volumes=[{"name": "config", **NOTHING}]),
        good=_pod(volumes=[{"name": "my-config", **NOTHING}]),
        must=volume_name_except(VOLUMES),
    ),
    Rule(
        "sensor-mount-without-volume",
        (POD,),
        f"is not a volume in {POD}.volumes: add the volume, or remove the mount",
        bad=_pod(volumeMounts=[{"name": "gone", "mountPath": "/gone"}]),
        good=_pod(
            volumes=[{"name": "here", **NOTHING}],
            volumeMounts=[{"name": "here", "mountPath": "/here"}],
        ),
        # Written twice: see the same rule on the agent's pod.
        find=mounts_without_volume((*VOLUMES, *FURTHER_VOLUMES)),
        cel=mounts_in_cel((*VOLUMES, *FURTHER_VOLUMES)),
        field=".volumeMounts",
    ),
    Rule(
        "sensor-strategy",
        (f"{DEPLOYMENT}.strategy.type",),
        f"must be {ROLLING_UPDATE}: an existing Deployment cannot be changed to "
        "Recreate; maxUnavailable 100% with maxSurge 0 has the same effect",
        bad=_strategy(type="Recreate"),
        good=_strategy(rollingUpdate={"maxUnavailable": "100%", "maxSurge": 0}),
        must=one_of("", ROLLING_UPDATE),
        in_schema=True,
    ),
    Rule(
        "sensor-update-count",
        (f"{DEPLOYMENT}.strategy",),
        "must be a number of pods, or a percentage from 0% to 100%",
        bad=_strategy(rollingUpdate={"maxUnavailable": "a few"}),
        good=_strategy(rollingUpdate={"maxUnavailable": "10%"}),
        must=if_has("rollingUpdate", OF_COUNTS),
    ),
    Rule(
        "sensor-update-pair",
        (f"{DEPLOYMENT}.strategy",),
        "maxUnavailable and maxSurge must not both be 0, because then no pod could be "
        "replaced: raise one of them",
        bad=_strategy(rollingUpdate={"maxUnavailable": 0, "maxSurge": "0%"}),
        good=_strategy(rollingUpdate={"maxUnavailable": 0, "maxSurge": 1}),
        must=(~all_of(*(has(f"rollingUpdate.{side}", IS_ZERO) for side in SIDES))).at(
            ".rollingUpdate"
        ),
    ),
    Rule(
        "topology-spread",
        (f"{POD}.topologySpreadConstraints[]",),
        f"must have a maxSkew above 0, a topologyKey, and a whenUnsatisfiable of {HARD} or {SOFT}",
        bad=_pod(topologySpreadConstraints=[CONSTRAINT | {"whenUnsatisfiable": "Never"}]),
        good=_pod(topologySpreadConstraints=[CONSTRAINT]),
        must=all_of(
            has("maxSkew", at_least(1)),
            given("topologyKey"),
            has("whenUnsatisfiable", one_of(HARD, SOFT)),
        ).at(""),
    ),
    Rule(
        "topology-spread-repeated",
        (f"{POD}.topologySpreadConstraints",),
        "has the same topologyKey and whenUnsatisfiable as another one: remove one of them",
        bad=_pod(topologySpreadConstraints=[CONSTRAINT, CONSTRAINT | {"maxSkew": 2}]),
        good=_pod(topologySpreadConstraints=[CONSTRAINT, CONSTRAINT | {"whenUnsatisfiable": HARD}]),
        # Written twice: `unique` compares one field, and ignores empty ones.
        find=_same_constraints,
        cel="self.all(a, self.exists_one(b, b.topologyKey == a.topologyKey && "
        "b.whenUnsatisfiable == a.whenUnsatisfiable))",
    ),
    Rule(
        "security-profile",
        ("spec.k8s_sensor.securityProfile",),
        f"must be {UNRESTRICTED} or {RESTRICTED}",
        bad={"k8s_sensor": {"securityProfile": "Baseline"}},
        good={"k8s_sensor": {"securityProfile": RESTRICTED}},
        must=one_of("", UNRESTRICTED, RESTRICTED),
        in_schema=True,
    ),
    Rule(
        "restricted-volume",
        ("spec.k8s_sensor",),
        "is of a type that Pod Security `restricted` rejects: use another type, or set "
        f"securityProfile to {UNRESTRICTED}",
        bad={
            "k8s_sensor": {
                "securityProfile": RESTRICTED,
                "deployment": {"pod": {"volumes": [{"name": "a", "hostPath": {"path": "/a"}}]}},
            }
        },
        good={
            "k8s_sensor": {
                "securityProfile": RESTRICTED,
                "deployment": {"pod": {"volumes": [{"name": "a", **NOTHING}]}},
            }
        },
        must=when(
            has("securityProfile", equal(RESTRICTED)),
            if_has("deployment.pod.volumes", each(any_of(*map(present, TAKEN_IN)).at(""))),
        ),
    ),
    Rule(
        "platform",
        ("spec.platform",),
        f"must be one of {', '.join(PLATFORMS)}, or not set",
        bad={"platform": "Plan9"},
        good={"platform": PLATFORMS[0]},
        must=one_of("", *PLATFORMS),
        in_schema=True,
    ),
    Rule(
        "certificate-file-unused",
        ("spec.k8s_sensor.etcd.ca", "spec.k8s_sensor.restClient.ca"),
        "has no effect without secretName, because it names an entry of that Secret: "
        "set secretName, or remove this",
        bad={"k8s_sensor": {"etcd": {"ca": {"filename": "etcd.crt"}}}},
        good={"k8s_sensor": {"etcd": {"ca": {"filename": "etcd.crt", "secretName": "etcd-ca"}}}},
        must=given("secretName") | if_has("filename", one_of("", CA_FILE)),
        severity=Severity.WARNING,
    ),
    Rule(
        "disruption-budget-unused",
        ("spec.k8s_sensor",),
        "has no effect with fewer than two replicas, for which it would only block "
        "drains: remove it, or raise deployment.replicas",
        bad={
            "k8s_sensor": {"podDisruptionBudget": {"enabled": True}, "deployment": {"replicas": 1}}
        },
        good={"k8s_sensor": {"podDisruptionBudget": {"enabled": True}}},
        must=if_has("deployment.replicas", at_least(2)) | ~on("podDisruptionBudget.enabled"),
        severity=Severity.WARNING,
    ),
)
