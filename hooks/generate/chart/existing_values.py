"""What becomes of the values of Instana's own chart of the agent.

Values that are not listed here reach the resource unchanged, as they did in that chart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pydantic import JsonValue

from hooks.generate.crd.former_values import NO_LEADER_ELECTOR
from hooks.kube.objects import Obj


class Generation(StrEnum):
    """A generation of the chart: the last one that has a value."""

    FIRST = "1.x"
    """It creates the workloads itself."""
    SECOND = "2.0.x"
    """It installs the Go operator and one resource."""


class Verdict(StrEnum):
    """What becomes of a value, as the page says it."""

    CONVERTED = "works as before"
    EFFECTIVE = "has an effect now"
    IGNORED = "has no effect"
    REFUSED = "is rejected"


class Form(StrEnum):
    """How a value is converted before it becomes part of the resource."""

    NUMBER = "number"
    """A string of digits becomes a number."""
    GIVEN = "given"
    """If it is left out, it becomes empty: the resource requires it, and empty means its
    default."""
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ExistingValue:
    """A value of Instana's chart that does not reach the resource unchanged.

    In its `path`, `*` stands for each item of a list. The `remedy` is the sentence for people. It
    is left out for the `usual` value, if something `beside` the value made it work in the old chart
    too, and, if there is an `only` value, for any other. `below` rejects only smaller numbers.
    `schema` lets values that the resource does not have reach the templates.
    """

    path: tuple[str, ...]
    verdict: Verdict
    remedy: str = ""
    generation: Generation = Generation.SECOND
    form: Form | None = None
    usual: JsonValue = None
    only: JsonValue = None
    beside: tuple[str, ...] = ()
    below: int | None = None
    schema: Obj | None = field(default=None, hash=False)

    @property
    def name(self) -> str:
        """Return the path with dots."""
        return ".".join(self.path)


ANYTHING: Final[Obj] = {}
DIGITS: Final[Obj] = {
    "type": ["integer", "string"],
    "minimum": 1,
    "maximum": 65535,
    "pattern": "^[0-9]+$",
}
MEBIBYTE: Final = 1024 * 1024
OTHER_FIELDS_OF_POD: Final = (
    "annotations",
    "labels",
    "tolerations",
    "affinity",
    "priorityClassName",
    "requests",
    "limits",
    "nodeSelector",
    "volumeMounts",
    "env",
    "livenessProbe",
)


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


def _converted(path: str, form: Form, schema: Obj | None = None) -> ExistingValue:
    return ExistingValue(_path(path), Verdict.CONVERTED, form=form, schema=schema)


def _effective(
    path: str, says: str, *, passed: str = "did not pass it on", **conditions: Any
) -> ExistingValue:
    return ExistingValue(
        _path(path),
        Verdict.EFFECTIVE,
        f"the chart 2.0.x {passed}; {says}",
        **conditions,
    )


def _ignored(path: str, says: str, schema: Obj | None = None) -> ExistingValue:
    return ExistingValue(_path(path), Verdict.IGNORED, says, form=Form.DROPPED, schema=schema)


def _passed(path: str, says: str) -> ExistingValue:
    return ExistingValue(_path(path), Verdict.IGNORED, says)


def _refused(path: str, says: str, schema: Obj | None = None) -> ExistingValue:
    return ExistingValue(_path(path), Verdict.REFUSED, says, Generation.FIRST, schema=schema)


def _in_mebibytes(path: str) -> ExistingValue:
    return ExistingValue(
        _path(path),
        Verdict.REFUSED,
        "the chart 1.x reads such a number as MiB, Kubernetes as bytes: add the unit, such as "
        "768Mi",
        Generation.FIRST,
        below=MEBIBYTE,
    )


NAMED_AFTER_RELEASE: Final = (
    "the objects are named after the resource, which is named after the release, or by "
    "controller.agent.name"
)
NO_POLICIES: Final = "Kubernetes no longer has PodSecurityPolicies"
RESOURCES: Final = tuple(
    f"{pod}.{kind}"
    for pod in ("agent.pod", "k8s_sensor.deployment.pod")
    for kind in ("requests", "limits")
)

CONVERTED: Final = (
    _converted("agent.endpointHost", Form.GIVEN),
    _converted("agent.endpointPort", Form.GIVEN),
    _converted("agent.additionalBackends.*.endpointPort", Form.GIVEN),
    _converted("opentelemetry.grpc.port", Form.NUMBER, DIGITS),
    _converted("opentelemetry.http.port", Form.NUMBER, DIGITS),
)

EFFECTIVE: Final = (
    _effective(
        "rbac.create",
        "agents and k8sensors now get no cluster-wide read permissions",
        usual=True,
    ),
    _effective(
        "service.create",
        "the agents now have no Service, unless OpenTelemetry or Prometheus remote write is "
        "enabled",
        usual=True,
    ),
    _effective(
        "opentelemetry.enabled",
        "OpenTelemetry was enabled in spite of it, and is now disabled, whatever grpc and http are",
        usual=True,
    ),
    *(
        _effective(
            f"opentelemetry.{protocol}.port",
            "the agents now listen there, and restart once for the change",
            beside=("enabled",),
            passed="passed it on only together with enabled",
        )
        for protocol in ("grpc", "http")
    ),
    _effective(
        "serviceAccount.create",
        "the agents now run as serviceAccount.name, or as the service account default of the "
        "namespace",
        usual=True,
    ),
    _effective(
        "serviceAccount.name",
        "the agents now run as this service account, and restart once for the change",
        beside=("create", "annotations"),
        passed="passed it on only together with create: true",
    ),
    _effective("openshift", "it now takes precedence over what is detected of the cluster"),
    _effective(
        "agent.redactKubernetesSecrets",
        "agents and k8sensors now get it, and restart once for the change",
        usual="",
    ),
    _effective(
        "agent.image.pullSecrets",
        "an empty list now disables the default Secret for images of containers.instana.io",
        only=[],
    ),
    *(
        _effective(
            f"{resources}.ephemeral-storage",
            "the agents now get it, and restart once for the change",
            passed="passed on only cpu and memory",
        )
        for resources in RESOURCES[:2]
    ),
    _effective(
        "agent.pod.volumes",
        "the agents now get them, and restart once for the change",
        usual=[],
        beside=OTHER_FIELDS_OF_POD,
        passed="passed them on only together with other fields of agent.pod",
    ),
)

IGNORED: Final = (
    *(
        _ignored(name, NAMED_AFTER_RELEASE, ANYTHING)
        for name in ("name", "nameOverride", "fullnameOverride")
    ),
    _ignored("podSecurityPolicy.enable", NO_POLICIES, ANYTHING),
    _passed("podSecurityPolicy.name", NO_POLICIES),
    _passed("k8s_sensor.featureFlags", "the k8sensor watches every kind that it may"),
    _ignored(
        "controllerManager",
        "it configures the Go operator, which this chart does not install; for the service use "
        "controller.image, controller.resources and controller.tolerations",
        ANYTHING,
    ),
)

REFUSED: Final = (
    _refused(
        "agent.configuration.autoMountConfigEntries",
        "remove it, and move the content of the other files of the ConfigMap to "
        "agent.configuration_yaml",
    ),
    _refused(
        "agent.configuration.hotreloadEnabled",
        "remove it: agents always read a changed configuration without a restart",
    ),
    _refused(
        "kubernetes",
        "remove it, and use k8s_sensor.deployment: the k8sensor replaces the Kubernetes sensor",
    ),
    _refused("leaderElector", NO_LEADER_ELECTOR, ANYTHING),
    _refused(
        "templating",
        "remove it: for plain manifests use the directory deploy, or helm template",
        ANYTHING,
    ),
    *(_in_mebibytes(f"{resources}.memory") for resources in RESOURCES),
)

EXISTING: Final = (*CONVERTED, *EFFECTIVE, *IGNORED, *REFUSED)


def of_verdict(*verdicts: Verdict) -> Iterator[ExistingValue]:
    """Yield the values with one of the verdicts."""
    return (existing for existing in EXISTING if existing.verdict in verdicts)
