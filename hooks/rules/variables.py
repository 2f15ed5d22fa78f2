"""Warnings about variables that have no effect, because something else sets the same name.

They lose to the service, to a field, or to another variable of the user. Names and conditions are
those of `hooks.desired.agent.environment` and of `hooks.desired.k8sensor.deployment`. What depends
on the cluster, such as discovered targets of etcd, cannot be found in a resource alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.rules.expression import (
    Expression,
    all_of,
    any_of,
    filled,
    given,
    has,
    if_has,
    off,
    on,
    present,
    when,
)
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import each, equal
from hooks.rules.zones import IS_AUTOMATIC

AGENT, AGENT_POD = "agent.env", "agent.pod.env"
SENSOR_POD = "k8s_sensor.deployment.pod.env"

OF_EVERY_AGENT: Final = (
    "CONFIG_PATH", "ENTRYPOINT_SKIP_BACKEND_TEMPLATE_GENERATION", "INSTANA_AGENT_ENDPOINT",
    "INSTANA_AGENT_ENDPOINT_PORT", "INSTANA_AGENT_POD_NAME", "K8S_SERVICE_DOMAIN",
    "NAMESPACES_DETAILS_PATH", "NODE_NAME", "POD_IP",
)  # fmt: skip
"""Names of the variables that every agent has."""

OF_NEW_AGENTS: Final = ("INSTANA_AGENT_ID_FILE_PATH", "INSTANA_PERSIST_HOST_UNIQUE_ID")
"""Names of the variables that an agent has unless it already existed without them."""

OF_EVERY_SENSOR: Final = (
    "BACKEND", "BACKEND_URL", "ETCD_CA_FILE", "ETCD_INSECURE", "POD_NAME", "POD_NAMESPACE",
    "POD_UID",
)  # fmt: skip
"""Names of the variables that every k8sensor has, and no agent."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A field of the spec from which a container gets a variable, and the condition for it."""

    field: str
    is_used: Expression
    variable: str


def _text(field: str, variable: str) -> _Source:
    return _Source(field, given(field), variable)


def _switch(field: str, variable: str) -> _Source:
    return _Source(field, on(field), variable)


def _credential(field: str, variable: str) -> _Source:
    """Return the source for a credential as a variable, which needs nothing from the cluster."""
    is_there = given(field) | present(f"{field}SecretKeyRef")
    return _Source(field, AS_ENVIRONMENT & is_there, variable)


AS_ENVIRONMENT: Final = off("useSecretMounts")
HAS_SENSORS: Final = ~off("k8s_sensor.deployment.enabled")
OF_AGENT: Final = (
    _Source(
        "agent.mode",
        given("agent.mode") | ~if_has("zones", each(~given("mode"))),
        "INSTANA_AGENT_MODE",
    ),
    _Source(
        "zone.name",
        any_of(filled("zones"), given("zone.name"), IS_AUTOMATIC),
        "INSTANA_ZONE",
    ),
    _text("cluster.name", "INSTANA_KUBERNETES_CLUSTER_NAME"),
    _text("agent.instanaMvnRepoUrl", "INSTANA_MVN_REPOSITORY_URL"),
    _text("agent.instanaMvnRepoFeaturesPath", "INSTANA_MVN_REPOSITORY_FEATURES_PATH"),
    _text("agent.instanaMvnRepoSharedPath", "INSTANA_MVN_REPOSITORY_SHARED_PATH"),
    _text("agent.agentReleaseRepoMirrorUrl", "AGENT_RELEASE_REPOSITORY_MIRROR_URL"),
    _text("agent.instanaSharedRepoMirrorUrl", "INSTANA_SHARED_REPOSITORY_MIRROR_URL"),
    _text("agent.proxyHost", "INSTANA_AGENT_PROXY_HOST"),
    _text("agent.proxyPort", "INSTANA_AGENT_PROXY_PORT"),
    _text("agent.proxyProtocol", "INSTANA_AGENT_PROXY_PROTOCOL"),
    _switch("agent.proxyUseDNS", "INSTANA_AGENT_PROXY_USE_DNS"),
    _text("agent.listenAddress", "INSTANA_AGENT_HTTP_LISTEN"),
    _switch("agent.serviceMesh.enabled", "ENABLE_AGENT_SOCKET"),
    _Source("agent.key", AS_ENVIRONMENT, "INSTANA_AGENT_KEY"),
    _Source("agent.downloadKey", AS_ENVIRONMENT, "INSTANA_DOWNLOAD_KEY"),
    _credential("agent.proxyUser", "INSTANA_AGENT_PROXY_USER"),
    _credential("agent.proxyPassword", "INSTANA_AGENT_PROXY_PASSWORD"),
    _credential("agent.agentReleaseRepoMirrorUsername", "AGENT_RELEASE_REPOSITORY_MIRROR_USERNAME"),
    _credential("agent.agentReleaseRepoMirrorPassword", "AGENT_RELEASE_REPOSITORY_MIRROR_PASSWORD"),
    _credential(
        "agent.instanaSharedRepoMirrorUsername", "INSTANA_SHARED_REPOSITORY_MIRROR_USERNAME"
    ),
    _credential(
        "agent.instanaSharedRepoMirrorPassword", "INSTANA_SHARED_REPOSITORY_MIRROR_PASSWORD"
    ),
    _text("agent.redactKubernetesSecrets", "INSTANA_KUBERNETES_REDACT_SECRETS"),
)
OF_SENSOR: Final = (
    _Source("cluster.name", given("cluster.name") | given("zone.name"), "AGENT_ZONE"),
    _Source("k8s_sensor.etcd.targets", filled("k8s_sensor.etcd.targets"), "ETCD_TARGETS"),
    _Source(
        "k8s_sensor.restClient.hostAllowlist",
        filled("k8s_sensor.restClient.hostAllowlist"),
        "REST_CLIENT_HOST_ALLOWLIST",
    ),
    _Source(
        "k8s_sensor.restClient.ca",
        given("k8s_sensor.restClient.ca.secretName") | given("k8s_sensor.restClient.ca.mountPath"),
        "CONTROL_PLANE_CA_FILE",
    ),
    _Source("agent.key", AS_ENVIRONMENT, "AGENT_KEY"),
    _Source("agent.proxyHost", AS_ENVIRONMENT & given("agent.proxyHost"), "HTTPS_PROXY"),
)
"""The variables of both programs are in the agents' list."""


def _without(variable: str) -> Expression:
    """Return the expression that holds if `agent.env`, which is present, has no such variable."""
    return Expression(
        lambda of: f"!('{variable}' in {of}.{AGENT})",
        lambda spec: variable not in spec["agent"]["env"],
        f".{AGENT}[{variable}]",
    )


def _without_any(variables: Iterable[str], message: str) -> Expression:
    return all_of(*map(_without, variables)).saying(message)


def _lost_by_agents(source: _Source) -> Expression:
    return when(source.is_used, _without(source.variable)).saying(
        f"is set from spec.{source.field}, so this variable has no effect: remove it, "
        "or remove the field"
    )


def _lost_by_sensors(source: _Source) -> Expression:
    return when(source.is_used, _without(source.variable)).saying(
        f"is set from spec.{source.field} in k8sensors, so this variable reaches only "
        "agents: remove it, or remove the field"
    )


def _winning_over(place: str, source: _Source) -> Expression:
    return when(source.is_used, has(place, each(~has("name", equal(source.variable))))).saying(
        f"takes precedence over spec.{source.field}, which has no effect there: remove one of them"
    )


def _winning_in(place: str, sources: Iterable[_Source]) -> Expression:
    return any_of(~filled(place), all_of(*(_winning_over(place, source) for source in sources)))


def _overridden(agent: Obj) -> Iterator[str]:
    of_pods = as_objects(as_object(agent.get("pod")).get("env"))
    names = {name for variable in of_pods if isinstance(name := variable.get("name"), str)}
    yield from (f".env[{name}]" for name in as_object(agent.get("env")) if name in names)


LEFT_BY_SENSORS: Final = _without_any(
    OF_EVERY_SENSOR,
    "is set by the service itself in k8sensors, so this variable reaches only agents: "
    "remove it (a variable in spec.k8s_sensor.deployment.pod.env takes precedence)",
)

RULES = (
    Rule(
        "variable-reserved",
        ("spec",),
        "is set by the service itself, or from a field, so this variable has no "
        "effect: remove it (a variable in agent.pod.env or "
        "k8s_sensor.deployment.pod.env takes precedence)",
        bad={"agent": {"env": {"POD_IP": "192.0.2.1"}}},
        good={"agent": {"pod": {"env": [{"name": "POD_IP", "value": "192.0.2.1"}]}}},
        must=any_of(
            ~present(AGENT),
            all_of(
                _without_any(
                    OF_EVERY_AGENT,
                    "is set by the service itself, so this variable has no effect: "
                    "remove it (a variable in spec.agent.pod.env takes precedence)",
                ),
                _without_any(
                    OF_NEW_AGENTS,
                    "is set by the service itself, except for older agents that run "
                    "without it: remove it (a variable in spec.agent.pod.env takes "
                    "precedence)",
                ),
                *map(_lost_by_agents, OF_AGENT),
                when(HAS_SENSORS, all_of(LEFT_BY_SENSORS, *map(_lost_by_sensors, OF_SENSOR))),
            ),
        ).shown_at(f".{AGENT}"),
        severity=Severity.WARNING,
    ),
    Rule(
        "variable-over-field",
        ("spec",),
        "a variable in agent.pod.env or k8s_sensor.deployment.pod.env takes precedence "
        "over the field for it: remove one of them",
        bad={"zone": {"name": "a"}, "agent": {"pod": {"env": [{"name": "INSTANA_ZONE"}]}}},
        good={"agent": {"pod": {"env": [{"name": "INSTANA_ZONE", "value": "a"}]}}},
        must=(_winning_in(AGENT_POD, OF_AGENT) & _winning_in(SENSOR_POD, OF_SENSOR)).shown_at(""),
        severity=Severity.WARNING,
    ),
    Rule(
        "variable-overridden",
        ("spec.agent",),
        "is also in spec.agent.pod.env, which takes precedence in agents: remove one "
        "of them (k8sensors read this one)",
        bad={"agent": {"env": {"X": "1"}, "pod": {"env": [{"name": "X", "value": "2"}]}}},
        good={"agent": {"env": {"X": "1"}, "pod": {"env": [{"name": "Y", "value": "2"}]}}},
        # Written twice: no expression compares a map's names with a list's items.
        find=_overridden,
        cel="!has(self.env) || !has(self.pod) || !has(self.pod.env) || "
        "!self.pod.env.exists(v, has(v.name) && v.name in self.env)",
        field=".env",
        severity=Severity.WARNING,
    ),
)
