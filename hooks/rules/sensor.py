"""Rules on what the k8sensor's pods have of their own, and on the platform that nodes run."""

from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj, as_objects
from hooks.models.instana_agent import PLATFORMS
from hooks.models.k8s_sensor import RESTRICTED, ROLLING_UPDATE, UNRESTRICTED
from hooks.rules.additions import (
    NOTHING,
    is_volume_name_besides,
    mounts_without_volume,
    volume_name_besides,
)
from hooks.rules.rule import Rule, one_of, unless
from hooks.rules.workloads import SIDES, is_count_or_share, is_zero, nothing, side

DEPLOYMENT: Final = "spec.k8s_sensor.deployment"
POD: Final = f"{DEPLOYMENT}.pod"
VOLUMES: Final = ("config",)
"""Names of the volumes that every k8sensor has."""

FURTHER_VOLUMES: Final = ("control-plane-ca", "etcd-ca", "etcd-client-cert", "instana-secrets")
"""Names of those that some k8sensors have."""

TAKEN_IN: Final = (
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
    "projected", "secret",
)  # fmt: skip
"""The kinds of volumes that Pod Security `restricted` takes."""

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


def _odd_sides(strategy: Obj) -> Iterator[str]:
    rolling = strategy.get("rollingUpdate") or {}
    for name in SIDES:
        if rolling.get(name) is not None and not is_count_or_share(rolling[name]):
            yield f".rollingUpdate.{name}"


def _moves(strategy: Obj) -> bool:
    rolling = strategy.get("rollingUpdate") or {}
    return not all(name in rolling and is_zero(rolling[name]) for name in SIDES)


def _is_constraint(constraint: Obj) -> bool:
    skew = constraint.get("maxSkew")
    return (
        isinstance(skew, int)
        and skew > 0
        and bool(constraint.get("topologyKey"))
        and constraint.get("whenUnsatisfiable") in (HARD, SOFT)
    )


def _same_constraints(constraints: list[Obj]) -> Iterator[str]:
    seen = set()
    for index, each in enumerate(constraints):
        pair = str(each.get("topologyKey")), str(each.get("whenUnsatisfiable"))
        if pair in seen:
            yield f"[{index}]"
        seen.add(pair)


def _refused_volumes(sensor: Obj) -> Iterator[str]:
    pod = (sensor.get("deployment") or {}).get("pod") or {}
    if sensor.get("securityProfile") == RESTRICTED:
        for index, volume in enumerate(as_objects(pod.get("volumes"))):
            if not any(volume.get(kind) is not None for kind in TAKEN_IN):
                yield f".deployment.pod.volumes[{index}]"


RULES = (
    Rule(
        "sensor-volume-name",
        (f"{POD}.volumes[]",),
        f"must be at most 63 lower case letters, digits and '-', and not {VOLUMES[0]}, which every "
        "k8sensor has",
        bad=_pod(volumes=[{"name": "config", **NOTHING}]),
        good=_pod(volumes=[{"name": "my-config", **NOTHING}]),
        find=unless(is_volume_name_besides(VOLUMES), ".name"),
        cel=volume_name_besides(VOLUMES),
        field=".name",
    ),
    Rule(
        "sensor-mount-without-volume",
        (POD,),
        f"is no volume of {POD}.volumes: add it there, or take the mount out",
        bad=_pod(volumeMounts=[{"name": "gone", "mountPath": "/gone"}]),
        good=_pod(
            volumes=[{"name": "here", **NOTHING}],
            volumeMounts=[{"name": "here", "mountPath": "/here"}],
        ),
        find=mounts_without_volume((*VOLUMES, *FURTHER_VOLUMES)),
        cel="!has(self.volumeMounts) || self.volumeMounts.all(m, has(m.name) && ("
        f"{one_of((*VOLUMES, *FURTHER_VOLUMES), 'm.name')} || "
        "(has(self.volumes) && self.volumes.exists(v, has(v.name) && v.name == m.name))))",
        field=".volumeMounts",
    ),
    Rule(
        "sensor-strategy",
        (f"{DEPLOYMENT}.strategy.type",),
        f"must be {ROLLING_UPDATE}: an existing Deployment cannot be led to Recreate, which "
        "maxUnavailable 100% with maxSurge 0 comes to as well",
        bad=_strategy(type="Recreate"),
        good=_strategy(rollingUpdate={"maxUnavailable": "100%", "maxSurge": 0}),
        find=unless(lambda given: given in ("", ROLLING_UPDATE)),
        in_schema=True,
    ),
    Rule(
        "sensor-update-count",
        (f"{DEPLOYMENT}.strategy",),
        "must be a number of pods, or a share of them from 0% to 100%",
        bad=_strategy(rollingUpdate={"maxUnavailable": "a few"}),
        good=_strategy(rollingUpdate={"maxUnavailable": "10%"}),
        find=_odd_sides,
        cel="!has(self.rollingUpdate) || (" + " && ".join(map(side, SIDES)) + ")",
        field=".rollingUpdate",
    ),
    Rule(
        "sensor-update-pair",
        (f"{DEPLOYMENT}.strategy",),
        "maxUnavailable and maxSurge must not both be 0: no pod could ever be replaced",
        bad=_strategy(rollingUpdate={"maxUnavailable": 0, "maxSurge": "0%"}),
        good=_strategy(rollingUpdate={"maxUnavailable": 0, "maxSurge": 1}),
        find=unless(_moves, ".rollingUpdate"),
        cel="!has(self.rollingUpdate) || "
        + " || ".join(f"!has(self.rollingUpdate.{name})" for name in SIDES)
        + " || !("
        + " && ".join(map(nothing, SIDES))
        + ")",
        field=".rollingUpdate",
    ),
    Rule(
        "topology-spread",
        (f"{POD}.topologySpreadConstraints[]",),
        f"must have a maxSkew above 0, a topologyKey, and a whenUnsatisfiable, {HARD} or {SOFT}",
        bad=_pod(topologySpreadConstraints=[CONSTRAINT | {"whenUnsatisfiable": "Never"}]),
        good=_pod(topologySpreadConstraints=[CONSTRAINT]),
        find=unless(_is_constraint),
        cel="self.maxSkew > 0 && self.topologyKey != '' && "
        f"{one_of((HARD, SOFT), 'self.whenUnsatisfiable')}",
    ),
    Rule(
        "topology-spread-repeated",
        (f"{POD}.topologySpreadConstraints",),
        "is there already for the same topologyKey and whenUnsatisfiable: take one out",
        bad=_pod(topologySpreadConstraints=[CONSTRAINT, CONSTRAINT | {"maxSkew": 2}]),
        good=_pod(topologySpreadConstraints=[CONSTRAINT, CONSTRAINT | {"whenUnsatisfiable": HARD}]),
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
        find=unless(lambda given: given in ("", UNRESTRICTED, RESTRICTED)),
        in_schema=True,
    ),
    Rule(
        "restricted-volume",
        ("spec.k8s_sensor",),
        "is of a kind that Pod Security `restricted` refuses: take another one, or securityProfile "
        f"{UNRESTRICTED}",
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
        find=_refused_volumes,
        cel=f"!has(self.securityProfile) || self.securityProfile != '{RESTRICTED}' || "
        "!has(self.deployment) || !has(self.deployment.pod) || !has(self.deployment.pod.volumes) "
        "|| self.deployment.pod.volumes.all(v, "
        + " || ".join(f"has(v.{kind})" for kind in TAKEN_IN)
        + ")",
        field=".deployment.pod.volumes",
    ),
    Rule(
        "platform",
        ("spec.platform",),
        f"must be one of {', '.join(PLATFORMS)}, or left out",
        bad={"platform": "Plan9"},
        good={"platform": PLATFORMS[0]},
        find=unless(lambda given: not given or given in PLATFORMS),
        in_schema=True,
    ),
)
