"""What types cannot say: combinations of fields that no child can be built from."""

import re
from collections import Counter
from collections.abc import Iterator

from hooks.errors import Problem
from hooks.kube.encoding import canonical_base64
from hooks.models.instana_agent import InstanaAgent
from hooks.models.k8s_sensor import SECONDS, K8sSensorSpec
from hooks.models.ports import HIGHEST, ports

SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"

POLLRATE = re.compile(SECONDS)
ZONE_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LINE_BREAK = re.compile(r"[\r\n\x00]")


def problems_of(agent: InstanaAgent) -> Iterator[Problem]:
    """Yield every problem of a resource whose fields have the right types."""
    yield from _keys(agent)
    yield from _cluster_and_zones(agent)
    yield from _tls(agent)
    yield from _ports(agent)
    yield from _single_lines(agent)
    yield from _names_of_additions(agent)
    yield from _counts(agent)
    yield from _sensor(agent.spec.k8s_sensor)


def _keys(agent: InstanaAgent) -> Iterator[Problem]:
    spec = agent.spec.agent
    if not spec.key and not spec.keys_secret and not spec.key_secret_key_ref:
        yield Problem(
            "spec.agent",
            "an agent needs a key to report: name a Secret with an entry `key` in keysSecret, "
            "or set key",
        )


def _cluster_and_zones(agent: InstanaAgent) -> Iterator[Problem]:
    spec = agent.spec
    if spec.zones and not spec.cluster.name:
        yield Problem("spec.cluster.name", "is required where spec.zones is used")
    if not spec.zones and not spec.cluster.name and not spec.zone.name:
        yield Problem("spec.cluster.name", "is required unless spec.zone.name is set")
    for index, zone in enumerate(spec.zones):
        if not ZONE_NAME.fullmatch(zone.name):
            yield Problem(
                f"spec.zones[{index}].name",
                "must be lower case letters, digits, '-' and '.', as it is part of a "
                "DaemonSet's name",
            )
    for name, count in Counter(zone.name for zone in spec.zones).items():
        if count > 1:
            index = [zone.name for zone in spec.zones].index(name)
            yield Problem(f"spec.zones[{index}].name", f"is used by {count} zones")


def _tls(agent: InstanaAgent) -> Iterator[Problem]:
    tls = agent.spec.agent.tls
    if not tls.secret_name and bool(tls.certificate) != bool(tls.key):
        missing, given = ("key", "certificate") if tls.certificate else ("certificate", "key")
        yield Problem(f"spec.agent.tls.{missing}", f"is required together with {given}")
    if bool(tls.certificate_secret_key_ref) != bool(tls.key_secret_key_ref):
        missing = "key" if tls.certificate_secret_key_ref else "certificate"
        yield Problem(
            f"spec.agent.tls.{missing}SecretKeyRef", "is required together with the other"
        )
    for field, text in (("certificate", tls.certificate), ("key", tls.key)):
        if not _is_base64(text):
            yield Problem(f"spec.agent.tls.{field}", "must be base64 of a PEM text")


def _is_base64(text: str) -> bool:
    try:
        canonical_base64(text)
    except ValueError:
        return False
    return True


def _ports(agent: InstanaAgent) -> Iterator[Problem]:
    opened = ports(agent.spec)
    for port in opened:
        if not 0 < port.number <= HIGHEST:
            yield Problem(port.path, f"must be between 1 and {HIGHEST}")
        others = [other.name for other in opened if other.number == port.number and other != port]
        if port.path and others:
            yield Problem(port.path, f"is the port of {others[0]} too; choose another one")


def _single_lines(agent: InstanaAgent) -> Iterator[Problem]:
    """Refuse line breaks in what becomes one line of the agent's backend files."""
    spec = agent.spec.agent
    values = {
        "endpointHost": spec.endpoint_host,
        "endpointPort": spec.endpoint_port,
        "key": spec.key,
        "proxyHost": spec.proxy_host,
        "proxyPort": spec.proxy_port,
        "proxyProtocol": spec.proxy_protocol,
        "proxyUser": spec.proxy_user,
        "proxyPassword": spec.proxy_password,
    }
    for index, backend in enumerate(spec.additional_backends):
        values |= {
            f"additionalBackends[{index}].endpointHost": backend.endpoint_host,
            f"additionalBackends[{index}].endpointPort": backend.endpoint_port,
            f"additionalBackends[{index}].key": backend.key,
        }
    for field, value in values.items():
        if LINE_BREAK.search(value):
            yield Problem(f"spec.agent.{field}", "must be a single line")


def _names_of_additions(agent: InstanaAgent) -> Iterator[Problem]:
    pod = agent.spec.agent.pod
    for field, items, what in (
        ("env", pod.env, "a variable"),
        ("volumes", pod.volumes, "a volume"),
        ("volumeMounts", pod.volume_mounts, "a volume"),
    ):
        for index, item in enumerate(items):
            name = item.get("name")
            if not isinstance(name, str) or not name:
                yield Problem(
                    f"spec.agent.pod.{field}[{index}].name", f"must be the name of {what}"
                )


def _counts(agent: InstanaAgent) -> Iterator[Problem]:
    deployment = agent.spec.k8s_sensor.deployment
    for path, count in (
        ("spec.agent.minReadySeconds", agent.spec.agent.min_ready_seconds),
        ("spec.k8s_sensor.deployment.minReadySeconds", deployment.min_ready_seconds),
        ("spec.k8s_sensor.deployment.replicas", deployment.replicas),
    ):
        if count < 0:
            yield Problem(path, "must not be negative")


def _sensor(sensor: K8sSensorSpec) -> Iterator[Problem]:
    if not POLLRATE.fullmatch(sensor.pollrate):
        yield Problem("spec.k8s_sensor.pollrate", "must be a number of seconds such as 10s")
    for field, authority in (("etcd", sensor.etcd.ca), ("restClient", sensor.rest_client.ca)):
        directory = authority.mount_path.rstrip("/")
        if authority.secret_name and directory == SERVICE_ACCOUNT_DIRECTORY:
            yield Problem(
                f"spec.k8s_sensor.{field}.ca.mountPath",
                "would hide the token of the service account; choose another directory or "
                "leave it out",
            )
