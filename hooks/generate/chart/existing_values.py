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
    REFUSED = "is refused"


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
        "the chart 1.x counts such a number in MiB, Kubernetes in bytes: write it with its unit, "
        "such as 768Mi",
        Generation.FIRST,
        below=MEBIBYTE,
    )


NAMED_AFTER_RELEASE: Final = (
    "the objects are named after the resource, which has the name of the release, or that of "
    "controller.agent.name"
)
NO_POLICIES: Final = "Kubernetes has no pod security policies any more"
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
        "agents and k8sensors get no cluster-wide read rights now",
        usual=True,
    ),
    _effective(
        "service.create",
        "the agents have no Service now, unless OpenTelemetry or Prometheus remote write is on",
        usual=True,
    ),
    _effective(
        "opentelemetry.enabled",
        "OpenTelemetry was on all the same, and is off now, whatever grpc and http say",
        usual=True,
    ),
    *(
        _effective(
            f"opentelemetry.{protocol}.port",
            "the agents listen there now, and restart for it",
            beside=("enabled",),
            passed="passed it on only beside enabled",
        )
        for protocol in ("grpc", "http")
    ),
    _effective(
        "serviceAccount.create",
        "the agents run as serviceAccount.name now, or as the account default of the namespace",
        usual=True,
    ),
    _effective(
        "serviceAccount.name",
        "the agents run as this account now, and restart for it",
        beside=("create", "annotations"),
        passed="passed it on only beside create: true",
    ),
    _effective("openshift", "it decides now, whatever is known of the cluster"),
    _effective(
        "agent.redactKubernetesSecrets",
        "agents and k8sensors get it now, and restart for it",
        usual="",
    ),
    _effective(
        "agent.image.pullSecrets",
        "an empty list turns off the default Secret for images of containers.instana.io now",
        only=[],
    ),
    *(
        _effective(
            f"{resources}.ephemeral-storage",
            "the agents get it now, and restart for it",
            passed="passed on cpu and memory alone",
        )
        for resources in RESOURCES[:2]
    ),
    _effective(
        "agent.pod.volumes",
        "the agents get them now, and restart for it",
        usual=[],
        beside=OTHER_FIELDS_OF_POD,
        passed="passed them on only beside other fields of agent.pod",
    ),
)

IGNORED: Final = (
    *(
        _ignored(name, NAMED_AFTER_RELEASE, ANYTHING)
        for name in ("name", "nameOverride", "fullnameOverride")
    ),
    _ignored("podSecurityPolicy.enable", NO_POLICIES, ANYTHING),
    _passed("podSecurityPolicy.name", NO_POLICIES),
    _passed("k8s_sensor.featureFlags", "the k8sensor watches what it can"),
    _ignored(
        "controllerManager",
        "it is about the Go operator, which is not there any more; controller.image, "
        "controller.resources and controller.tolerations are about what takes its place",
        ANYTHING,
    ),
)

REFUSED: Final = (
    _refused(
        "agent.configuration.autoMountConfigEntries",
        "take it out, and write what the further files of the ConfigMap hold into "
        "agent.configuration_yaml",
    ),
    _refused(
        "agent.configuration.hotreloadEnabled",
        "take it out: agents always read a changed configuration without a restart",
    ),
    _refused(
        "kubernetes",
        "take it out, and use k8s_sensor.deployment: the k8sensor replaces the Kubernetes sensor",
    ),
    _refused("leaderElector", NO_LEADER_ELECTOR, ANYTHING),
    _refused(
        "templating",
        "take it out: for plain manifests use the directory deploy, or helm template",
        ANYTHING,
    ),
    *(_in_mebibytes(f"{resources}.memory") for resources in RESOURCES),
)

EXISTING: Final = (*CONVERTED, *EFFECTIVE, *IGNORED, *REFUSED)


def of_verdict(*verdicts: Verdict) -> Iterator[ExistingValue]:
    """Yield the values with one of the verdicts."""
    return (existing for existing in EXISTING if existing.verdict in verdicts)
