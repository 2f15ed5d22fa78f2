"""Where a spec has parts that end up in pods, and what can stand there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hooks.kube.objects import Obj
from tests.support import pod_samples as samples

AGENT_POD, SENSOR_POD = ("agent", "pod"), ("k8s_sensor", "deployment", "pod")
ZONES: Final = "zones"
IN_ZONES: Final = f"{ZONES}[]"
OF_THE_SERVICE: Final[dict[tuple[str, ...], tuple[Any, ...]]] = {
    ("agent", "env"): ({"PLAIN": "x", "my.other-NAME": ""},),
    ("agent", "host"): ({"repository": "/opt/repository"},),
    ("agent", "packageCache"): (
        {"type": "HostPath", "path": "/opt/cache"},
        {"type": "Ephemeral", "size": "1Gi", "storageClassName": "fast"},
        {"type": "PersistentVolumeClaim", "claimName": "cache"},
        {"type": "EmptyDir", "size": "1Gi"},
    ),
    ("agent", "tls"): ({"secretName": "tls"},),
    ("agent", "keysSecret"): ("keys",),
    ("agent", "image"): ({"name": "registry.example/agent", "tag": "1", "pullPolicy": "Never"},),
    ("k8s_sensor", "etcd"): (
        {"ca": {"mountPath": "/etc/ca", "secretName": "ca", "filename": "ca.pem"}},
    ),
    ("serviceAccount", "name"): ("account",),
    ("overrides", "agentDaemonSet", "spec", "template", "spec"): tuple(samples.PATCHES),
}
"""Fields that the service makes parts of pods of, rather than passing them through as they are."""


@dataclass(frozen=True, slots=True)
class Part:
    """A place in a spec, and what can stand there."""

    place: tuple[str, ...]
    samples: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Return the place as users write it."""
        return ".".join(self.place)


def parts() -> list[Part]:
    """Return all parts of a spec that end up in pods as they are."""
    of_both: list[Part] = [
        Part((*pod, field), tuple(found))
        for pod in (AGENT_POD, SENSOR_POD)
        for field, found in samples.OF_EVERY_POD.items()
    ]
    amounts = [Part(pod, (samples.AMOUNTS_OF_BOTH,)) for pod in (AGENT_POD, SENSOR_POD)]
    return [
        *of_both,
        *amounts,
        *(Part(pod, (samples.FROM_FILE,)) for pod in (AGENT_POD, SENSOR_POD)),
        *(Part((*AGENT_POD, "volumes"), ([volume],)) for volume in samples.VOLUMES),
        Part((*AGENT_POD, "volumeMounts"), (samples.MOUNTS,)),
        Part((*SENSOR_POD, "volumes"), tuple([volume] for volume in samples.VOLUMES)),
        Part(
            SENSOR_POD,
            ({"volumes": [samples.OF_SENSOR], "volumeMounts": samples.MOUNTS_OF_SENSOR},),
        ),
        Part((*SENSOR_POD, "topologySpreadConstraints"), (samples.SPREAD,)),
        Part(("zones[]", "affinity"), tuple(samples.AFFINITIES)),
        Part(("zones[]", "tolerations"), (samples.TOLERATIONS,)),
        Part(("agent", "image", "pullSecrets"), ([{"name": "login"}],)),
        Part(("k8s_sensor", "image", "pullSecrets"), ([{"name": "login"}],)),
        Part(("agent", "updateStrategy"), ({"rollingUpdate": {"maxUnavailable": "10%"}},)),
        Part(
            ("k8s_sensor", "deployment", "strategy"),
            ({"rollingUpdate": {"maxUnavailable": "10%", "maxSurge": 1}},),
        ),
        Part(("agent", "minReadySeconds"), (5,)),
        Part(("k8s_sensor", "deployment", "replicas"), (2,)),
        Part(("serviceAccount", "annotations"), (samples.ANNOTATIONS,)),
        *(Part(place, found) for place, found in OF_THE_SERVICE.items()),
    ]


def spec_with(part: Part, value: Any) -> Obj:
    """Return the spec that has just that value at the place of the part."""
    for step in reversed(part.place):
        value = {ZONES: [{"name": "east", **value}]} if step == IN_ZONES else {step: value}
    found: Obj = value
    return found


def sound_specs() -> Iterator[tuple[str, Obj]]:
    """Yield a spec for every sample, without mistakes, with the name of its part."""
    for part in parts():
        for sample in part.samples:
            yield part.name, spec_with(part, sample)
